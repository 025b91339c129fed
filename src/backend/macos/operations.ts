// What writing is made of. Where one rule names `file-write*` and another one of its operations, it is said both ways which of
// them decides: by their order, or the narrower name wherever it stands. So what is allowed is named, and what is denied by
// its name and by the wildcard as well. That also leaves out what no name reaches: attributes set by setattrlist(2).
const writingLeaves = [
  'file-write-create',
  'file-write-data',
  'file-write-mode',
  'file-write-owner',
  'file-write-times',
  'file-write-xattr',
] as const;

/** Without removing, which has its own rules; and without flags, access lists and set-user-ID bits, which outlast the run. */
export const writing: readonly string[] = writingLeaves;

export const removing = 'file-write-unlink';

export const making = 'file-write-create';

/** All of it, as a deny has to say it. */
export const everyWrite: readonly string[] = ['file-write*', ...writingLeaves, removing];

// TIOCSTI, by its number: sandbox-exec of older systems knows neither the name nor other bases than ten.
export const typing = '2147578994';
