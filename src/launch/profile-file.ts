// One file that holds a profile: its bytes, its text, and why it cannot be read.
import { type Issue, isNonoError, NonoError } from '../errors.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { quoteForShell } from '../plan/quote.ts';
import type { Profile } from '../policy/profile.ts';
import { withFile } from './disk.ts';

/** What reading takes beyond the planner: loaded only where a profile is read that does not come with nono. */
export type ProfileReader = {
  /** @throws {NonoError} every mistake with its place */
  readonly read: (text: string, file: string) => Profile;
  /** SHA-256, in hexadecimal digits. */
  readonly digest: (bytes: Uint8Array) => string;
};

const mostBytes = 2 ** 20;
const othersMayWrite = 0o002;

export function unreadable(file: string, why: string, remedy: string): NonoError {
  const issue: Issue = { code: 'profile/unreadable', message: `the profile "${file}" ${why}`, remedy };
  return new NonoError([issue]);
}

/** The bytes of a profile's file; null where there is none. Never waits: a pipe is no profile. */
export function profileBytes(file: AbsolutePath): Buffer | null {
  const look = `ls -l ${quoteForShell(file)}`;
  try {
    return withFile(file, (status, read) => {
      if (!status.isFile()) throw unreadable(file, 'is no file', look);
      if (status.size > mostBytes) throw unreadable(file, 'is larger than a profile can be', look);
      if (status.mode & othersMayWrite)
        throw unreadable(file, 'may be written by everyone', `chmod o-w ${quoteForShell(file)}`);
      return read();
    });
  } catch (error) {
    if (isNonoError(error)) throw error;
    throw unreadable(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`, look);
  }
}

export function textOf(bytes: Buffer, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw unreadable(file, 'is not valid UTF-8', `iconv -f latin1 -t utf-8 ${quoteForShell(file)}`);
  }
}

export function notFound(name: string): NonoError {
  return new NonoError([
    {
      code: 'profile/not-found',
      message: `there is no profile "${name}"`,
      remedy: name.includes('/') ? `ls -l ${quoteForShell(name)}` : 'nono profile list',
    },
  ]);
}
