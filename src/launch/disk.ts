// Every look that planning takes at the disk. Whoever remembers a run watches, and takes them again before relying on it.
import {
  accessSync,
  closeSync,
  constants,
  type Dirent,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statfsSync,
  statSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import type { AbsolutePath, Entry, FileKind } from '../plan/host.ts';
import { childOf } from '../plan/path.ts';

/** What was looked at; native/looks.c looks at the same. */
export type LookKind =
  | 'entry'
  | 'object'
  | 'entries'
  | 'content'
  | 'start'
  | 'fileSystem'
  | 'executes'
  | 'writes';

/** A look and what it saw, as a number and a text: docs/program-format.md says which. */
export type Look = {
  readonly kind: LookKind;
  readonly path: string;
  readonly number: bigint;
  readonly text: string;
};

/** Sees every look; null: one was taken that cannot be taken again. */
type Watcher = (look: Look | null) => void;

let watcher: Watcher | null = null;
let hash: (bytes: Uint8Array) => bigint;

/**
 * From here on `watch` sees every look, until the process ends.
 *
 * @param digest stands for what is too long to be written down
 */
export function watchLooks(watch: Watcher, digest: (bytes: Uint8Array) => bigint): void {
  watcher = watch;
  hash = digest;
}

const nothing = 0xffff_ffff_ffff_ffffn;

function errnoOf(error: unknown): bigint {
  return BigInt.asUintN(64, BigInt((error as NodeJS.ErrnoException).errno ?? -1));
}

export function kindOf(
  status: Pick<Stats, 'isDirectory' | 'isFile' | 'isCharacterDevice' | 'isBlockDevice'>,
): FileKind {
  if (status.isDirectory()) return 'directory';
  if (status.isFile()) return 'file';
  return status.isCharacterDevice() || status.isBlockDevice() ? 'device' : 'other';
}

/** What stands at a name itself: `lstat`. Errors are the system's. */
export function lookAtEntry(path: AbsolutePath): Stats | undefined {
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    watcher?.({ kind: 'entry', path, number: BigInt(status?.mode ?? 0), text: '' });
    return status;
  } catch (error) {
    watcher?.({ kind: 'entry', path, number: errnoOf(error), text: '' });
    throw error;
  }
}

/** The target of a link; null where there is no link. Asked by lstat first, since an exception costs more than the call. */
export function linkTarget(path: AbsolutePath): string | null {
  const status = lookAtEntry(path);
  if (!status?.isSymbolicLink()) return null;
  const target = readlinkSync(path);
  watcher?.({ kind: 'entry', path, number: BigInt(status.mode), text: target });
  return target;
}

/** What a path leads to, and where that really is; undefined: nowhere. Errors are the system's. */
export function lookAtObject(
  path: AbsolutePath,
  stored: (path: AbsolutePath) => string = realpathSync.native,
): { readonly status: Stats; readonly canonical: AbsolutePath } | undefined {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    const canonical = status === undefined ? '' : stored(path);
    watcher?.({ kind: 'object', path, number: BigInt(status?.mode ?? 0), text: canonical });
    return status === undefined ? undefined : { status, canonical: canonical as AbsolutePath };
  } catch (error) {
    watcher?.({ kind: 'object', path, number: errnoOf(error), text: '' });
    throw error;
  }
}

// In whatever order they are listed, and as bytes: a name need not be text.
function sumOf(entries: readonly (readonly Buffer[])[]): bigint {
  return entries.reduce((sum, parts) => BigInt.asUintN(64, sum + hash(Buffer.concat(parts))), 0n);
}

function entryOf(entry: Dirent): Entry {
  return { name: entry.name, kind: entry.isSymbolicLink() ? 'symlink' : kindOf(entry) };
}

type Kinds = readonly Entry['kind'][];

// Bun gives kinds beside names that are text alone, so that the bytes of names are read by themselves.
function seeEntries(directory: AbsolutePath, entries: readonly Entry[], kinds: Kinds | undefined): void {
  if (watcher === null) return;
  const names = readdirSync(directory, { encoding: 'buffer' });
  const isSame =
    names.length === entries.length && names.every((name, at) => name.toString() === entries[at]?.name);
  const asked = names
    .map((name, at) => ({ name, kind: entries[at]?.kind ?? 'other' }))
    .filter(({ kind }) => kinds?.includes(kind) ?? true);
  const number = sumOf(asked.map(({ name, kind }) => [name, Buffer.from(`\0${kind}`)]));
  watcher(isSame ? { kind: 'entries', path: directory, number, text: kinds?.join(' ') ?? '' } : null);
}

/** What stands in a directory, links not followed, of these kinds or all; nothing where it cannot be listed. */
export function entriesIn(directory: AbsolutePath, kinds?: Kinds): readonly Entry[] {
  try {
    const entries = readdirSync(directory, { withFileTypes: true }).map(entryOf);
    seeEntries(directory, entries, kinds);
    return kinds === undefined ? entries : entries.filter(({ kind }) => kinds.includes(kind));
  } catch {
    watcher?.({ kind: 'entries', path: directory, number: nothing, text: kinds?.join(' ') ?? '' });
    return [];
  }
}

const missesBeforeListing = 4;

/** Knows what is not there: a directory that was asked for in vain a few times is listed once instead. */
export class Absences {
  readonly #misses = new Map<AbsolutePath, number>();
  readonly #names = new Map<AbsolutePath, Set<string> | null>();

  /** The look is of this name alone: what else is in the directory may change. */
  has(directory: AbsolutePath, name: string): boolean {
    const names = this.#names.get(directory);
    if (names === undefined || names === null || name === '.' || name === '..' || names.has(name))
      return false;
    watcher?.({ kind: 'entry', path: childOf(directory, name), number: 0n, text: '' });
    return true;
  }

  note(directory: AbsolutePath): void {
    const misses = (this.#misses.get(directory) ?? 0) + 1;
    this.#misses.set(directory, misses);
    if (misses === missesBeforeListing) this.#names.set(directory, namesIn(directory));
  }
}

/** null: it may be entered but not listed, so every name is asked for by itself. */
function namesIn(directory: AbsolutePath): Set<string> | null {
  try {
    return new Set(readdirSync(directory));
  } catch {
    return null;
  }
}

/** As `statfs` numbers it; null where that cannot be asked. */
export function fileSystemOf(path: AbsolutePath): number | null {
  let type: number | null = null;
  try {
    type = statfsSync(path).type;
  } catch {
    // the launcher will say what is wrong with the path
  }
  watcher?.({ kind: 'fileSystem', path, number: type === null ? nothing : BigInt(type), text: '' });
  return type;
}

function permits(kind: 'executes' | 'writes', path: AbsolutePath, right: number): boolean {
  let answer = true;
  try {
    accessSync(path, right);
  } catch {
    answer = false; // the answer, not a failure
  }
  watcher?.({ kind, path, number: answer ? 1n : 0n, text: '' });
  return answer;
}

export function executable(file: AbsolutePath): boolean {
  return permits('executes', file, constants.X_OK);
}

export function writable(path: AbsolutePath): boolean {
  return permits('writes', path, constants.W_OK);
}

const startBytes = 256;

/** The first bytes of a file; null where it cannot be read. */
export function startOf(file: AbsolutePath): Buffer | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    watcher?.({ kind: 'start', path: file, number: nothing, text: '' });
    return null;
  }
  try {
    const start = Buffer.alloc(startBytes);
    const read = start.subarray(0, readSync(descriptor, start));
    if (watcher !== null) watcher({ kind: 'start', path: file, number: hash(read), text: '' });
    return read;
  } finally {
    closeSync(descriptor);
  }
}

function see(file: string, content: Buffer | null): Buffer | null {
  if (watcher !== null)
    watcher({ kind: 'content', path: file, number: content === null ? nothing : hash(content), text: '' });
  return content;
}

/** The whole of a file that is no larger than `most` bytes; null where there is none that can be read. */
export function contentOf(file: AbsolutePath, most: number): Buffer | null {
  try {
    const status = statSync(file, { throwIfNoEntry: false });
    // What the kernel writes itself has no size.
    return see(file, status?.isFile() && status.size <= most ? readFileSync(file) : null);
  } catch {
    return see(file, null); // this user may not read it, so nobody runs by it what this user does
  }
}

/** A file's status and how to read it, while it is open; null where there is none. Never waits. Errors are the system's. */
export function withFile<T>(file: AbsolutePath, use: (status: Stats, read: () => Buffer) => T): T | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    see(file, null);
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
  try {
    const status = fstatSync(descriptor);
    watcher?.({ kind: 'object', path: file, number: BigInt(status.mode), text: realpathSync.native(file) });
    return use(status, () => see(file, readFileSync(descriptor)) as Buffer);
  } finally {
    closeSync(descriptor);
  }
}

const accounts = '/etc/passwd';
const mostAccountBytes = 1 << 20;

/** The text of the list of accounts; '' where they are kept elsewhere. */
export function accountsText(): string {
  return contentOf(accounts, mostAccountBytes)?.toString('latin1') ?? '';
}

function hasAccount(uid: number | undefined): boolean {
  return accountsText()
    .split('\n')
    .some((line) => line.split(':')[2] === `${uid}`);
}

/** The home that this user's account names; null: it has no entry, as where containers run as any number. */
export function accountHome(): string | null {
  let home: string | null;
  try {
    home = userInfo().homedir;
  } catch {
    home = null;
  }
  // An account that is kept elsewhere may change without a file that says so.
  if (watcher !== null && !hasAccount(process.getuid?.())) watcher(null);
  return home;
}
