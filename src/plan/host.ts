// The machine as a value: all that planning may know of it. launch/host.ts fills it; a test writes one by hand.
import type { PlatformLists } from '../policy/lists.ts';

export type AbsolutePath = `/${string}`;

export type FileKind = 'directory' | 'file' | 'device' | 'other';

/** What is at a path, with every symbolic link resolved. */
export type PathFact =
  | { readonly kind: FileKind; readonly canonical: AbsolutePath; readonly mode: number }
  /** Nothing there. `canonical` is where it would be, `nearest` the closest ancestor that exists. */
  | { readonly kind: 'missing'; readonly canonical: AbsolutePath; readonly nearest: AbsolutePath }
  | { readonly kind: 'dangling'; readonly canonical: AbsolutePath; readonly target: string }
  | { readonly kind: 'loop' }
  | { readonly kind: 'inaccessible'; readonly errno: string };

export type Entry = { readonly name: string; readonly kind: FileKind | 'symlink' };

/** What stands at a path itself, a link not followed. */
export type Status = {
  readonly kind: FileKind | 'symlink';
  /** Which inode of which file system it is; the same for every name of a file. */
  readonly inode: string;
  /** How many names the inode has. */
  readonly names: number;
  /** Bytes. */
  readonly size: number;
  /** When it was made: milliseconds since 1970; null where the file system does not say. */
  readonly born: number | null;
};

export type Host = {
  readonly platform: string;
  readonly architecture: string;
  /** The built-in lists of its platform. */
  readonly lists: PlatformLists;
  /** The user that nono runs as. */
  readonly uid: number;
  /** `$HOME`, else the account's; null where there is neither. */
  readonly home: AbsolutePath | null;
  /** Every directory that may be this user's home: `$HOME` and the account's. */
  readonly homes: readonly AbsolutePath[];
  /** Homes of other accounts that this user may read: root's business is everybody's. */
  readonly otherHomes: readonly AbsolutePath[];
  /** null: it was deleted. */
  readonly workingDirectory: AbsolutePath | null;
  readonly environment: Readonly<Record<string, string>>;
  /** A name that no other session has, and when it began (ISO 8601). */
  readonly session: { readonly id: string; readonly started: string };
  /** Where programs keep their state: `$XDG_STATE_HOME`, else its default; null where there is no home. */
  readonly state: AbsolutePath | null;
  /** Where nono itself lies, if that is known. */
  readonly installation: AbsolutePath | null;
  /** The session's private directory; made before the command starts, gone afterwards. */
  readonly temporary: AbsolutePath;
  /** The terminals behind standard input, output and error. */
  readonly terminals: readonly AbsolutePath[];
  /** Facts about an absolute path, links resolved; the same answer for the whole run. */
  readonly inspect: (path: AbsolutePath) => PathFact;
  /** What stands at a path itself; null where nothing does, or it cannot be looked up. */
  readonly status: (path: AbsolutePath) => Status | null;
  /** Whether this user may write to it, which is asked of the kernel. */
  readonly writable: (path: AbsolutePath) => boolean;
  /** The kind of file system at a path, as `statfs` numbers it; null where that cannot be asked. */
  readonly fileSystem: (path: AbsolutePath) => number | null;
  /** The entries of a directory, of these kinds or all, links not followed; empty when it cannot be listed. */
  readonly list: (directory: AbsolutePath, kinds?: readonly Entry['kind'][]) => readonly Entry[];
  /** What the session around this process lets be read; nothing outside of one. */
  readonly readableAround: () => readonly AbsolutePath[];
  /** What a small text file holds; null where there is none that can be read. */
  readonly text: (file: AbsolutePath) => string | null;
  /** The first line of a file when it starts with `#!`, without those two characters. */
  readonly shebang: (file: AbsolutePath) => string | null;
  /** Whether this user may execute the file. */
  readonly executable: (file: AbsolutePath) => boolean;
};

/** Where a path leads, links resolved, whether or not anything is there; itself where that cannot be told. */
export function canonicalOf(path: AbsolutePath, host: Host): AbsolutePath {
  const fact = host.inspect(path);
  return 'canonical' in fact ? fact.canonical : path;
}

/** What this machine's kernel offers, asked of the kernel and never read off its version. */
export type Support = {
  /** This process is inside a nono session already. */
  readonly nested?: boolean;
  /** The Landlock ABI, or the name of the error that asking for it gave. */
  readonly landlock: { readonly abi: number } | { readonly errno: string };
  readonly seccomp: { readonly filter: boolean; readonly kill: boolean; readonly notify: boolean };
  /** What the session around this process judges for those inside it; null where there is none that does. */
  readonly around: Around | null;
};

export type Around = {
  /** Opening for reading. */
  readonly reads: boolean;
  /** Everything that is made. */
  readonly creations: boolean;
};

/** What a Mac offers. */
export type SeatbeltSupport = {
  /** `/usr/bin/sandbox-exec` is there and runs. */
  readonly seatbelt: boolean;
};
