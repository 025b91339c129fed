// Originals by cloning: everything that a session may write to is cloned before it starts, and what is the same when it has
// ended is forgotten again. A clone shares its content with the file, so that only what changes takes space.
import {
  appendFileSync,
  type BigIntStats,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type About, encodeAbout, encodeEntry, type Kept, type KeptReason } from './journal.ts';
import { keptOf } from './kept.ts';

/** How a file is cloned: a flag of `copyFile`. */
export type CloneMode = number;

export type CloneFailure = { readonly path: string; readonly errno: string };

const ownerOnly = { directory: 0o700, file: 0o600 } as const;

function bytesOf(path: Buffer): string {
  return path.toString('latin1');
}

function below(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name]);
}

function statusOf(path: Buffer): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** An original, and when its file was last changed in any way: who changes it can set every other time back. */
export type Cloned = { readonly kept: Kept; readonly changedNs: bigint };

export class CloneError extends Error {
  readonly failure: CloneFailure;

  constructor(path: Buffer, error: unknown) {
    const errno = (error as NodeJS.ErrnoException).code ?? String(error);
    super(`${path.toString()}: ${errno}`);
    this.failure = { path: path.toString(), errno };
  }
}

/** Files, links and directories: what else there is (sockets, pipes, devices) holds nothing that could be lost. */
function cloneBelow(path: Buffer, objects: string, mode: CloneMode, all: Cloned[], skipped: string): void {
  const status = statusOf(path);
  if (status === null || bytesOf(path) === skipped) return;
  const isDirectory = status.isDirectory();
  if (!isDirectory && !status.isFile() && !status.isSymbolicLink()) return;
  const object = status.isFile() ? BigInt(all.length + 1) : 0n;
  try {
    if (status.isFile()) copyFileSync(path, join(objects, String(object)), mode);
    const { ctimeNs } = statusOf(path) ?? status; // cloning may change it
    all.push({ kept: keptOf(bytesOf(path), path, status, object, 'written'), changedNs: ctimeNs });
    if (!isDirectory) return;
    for (const name of readdirSync(path, { encoding: 'buffer' }))
      cloneBelow(below(path, name), objects, mode, all, skipped);
  } catch (error) {
    throw error instanceof CloneError ? error : new CloneError(path, error);
  }
}

function journalOf(about: About, all: readonly Kept[]): Buffer {
  return Buffer.concat([encodeAbout(about), ...all.map(encodeEntry)]);
}

/**
 * Clones what lies at and below some paths into a session's store, and writes down all of it: should nobody be there at
 * the end, everything can be put back.
 *
 * @param store the session's directory, which is left out
 * @throws {CloneError} for what cannot be cloned, as the file system says
 */
export function keepClones(store: string, about: About, paths: readonly string[], mode: CloneMode): Cloned[] {
  const objects = join(store, 'objects');
  const all: Cloned[] = [];
  mkdirSync(objects, { mode: ownerOnly.directory });
  for (const path of paths)
    cloneBelow(Buffer.from(path), objects, mode, all, Buffer.from(store).toString('latin1'));
  const journal = journalOf(
    about,
    all.map(({ kept }) => kept),
  );
  writeFileSync(join(store, 'journal'), journal, { mode: ownerOnly.file, flag: 'wx' });
  return all;
}

const { O_NOFOLLOW, O_NONBLOCK } = constants;
const pieceBytes = 1 << 20;

/** Whether a file holds what its clone does; what is no file any more does not. */
function holdsTheSame(path: Buffer, object: string): boolean {
  const opened: number[] = [];
  try {
    for (const file of [path, object]) opened.push(openSync(file, O_NOFOLLOW | O_NONBLOCK));
    const [one, other] = opened as [number, number];
    if (!fstatSync(one).isFile()) return false;
    for (let at = 0; ; at += pieceBytes) {
      const pieces = [one, other].map((descriptor) => {
        const room = Buffer.alloc(pieceBytes);
        return room.subarray(0, readSync(descriptor, room, 0, pieceBytes, at));
      }) as [Buffer, Buffer];
      if (!pieces[0].equals(pieces[1])) return false;
      if (pieces[0].length === 0) return true;
    }
  } catch {
    return false; // it cannot be read: its original stays
  } finally {
    for (const descriptor of opened) closeSync(descriptor);
  }
}

/** What became of an original; null: it is as it was. */
function fateOf({ kept, changedNs }: Cloned, store: string): KeptReason | null {
  const path = Buffer.from(kept.path, 'latin1');
  const now = statusOf(path);
  if (now === null) return 'deleted';
  if (now.ino !== kept.inode || now.dev !== kept.device || Number(now.mode) >> 12 !== kept.mode >> 12)
    return 'replaced';
  if (kept.held === 'record') return null;
  if (now.ctimeNs === changedNs) return null;
  return holdsTheSame(path, join(store, 'objects', String(kept.object))) ? null : 'written';
}

/**
 * Forgets the originals that are as they were.
 *
 * @returns how many there are left; without any the store is empty but for its directory, as if nothing had been kept
 */
export function forgetUnchanged(
  store: string,
  about: About,
  all: readonly Cloned[],
  endedMs: number,
): number {
  const changed = all.flatMap((each): Kept[] => {
    const { kept } = each;
    const reason = fateOf(each, store);
    if (reason !== null) return [{ ...kept, reason }];
    if (kept.held === 'copy') rmSync(join(store, 'objects', String(kept.object)), { force: true });
    return [];
  });
  const journal = join(store, 'journal');
  if (changed.length === 0) {
    rmSync(journal);
    rmSync(join(store, 'objects'), { recursive: true });
    return 0;
  }
  writeFileSync(`${journal}.new`, journalOf(about, changed), { mode: ownerOnly.file, flag: 'wx' });
  appendFileSync(`${journal}.new`, encodeEntry({ kind: 'ended', at: BigInt(endedMs) * 1_000_000n }));
  renameSync(`${journal}.new`, journal);
  return changed.length;
}
