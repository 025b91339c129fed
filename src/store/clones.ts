// Originals by cloning: everything that a session may write to is cloned before it starts, and what is the same when it has
// ended is forgotten again. A clone shares its content with the file, so that only what changes takes space.
import {
  appendFileSync,
  type BigIntStats,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
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

export class CloneError extends Error {
  readonly failure: CloneFailure;

  constructor(path: Buffer, error: unknown) {
    const errno = (error as NodeJS.ErrnoException).code ?? String(error);
    super(`${path.toString()}: ${errno}`);
    this.failure = { path: path.toString(), errno };
  }
}

/** Files, links and directories: what else there is (sockets, pipes, devices) holds nothing that could be lost. */
function cloneBelow(path: Buffer, objects: string, mode: CloneMode, kept: Kept[], skipped: string): void {
  const status = statusOf(path);
  if (status === null || bytesOf(path) === skipped) return;
  const isDirectory = status.isDirectory();
  if (!isDirectory && !status.isFile() && !status.isSymbolicLink()) return;
  const object = status.isFile() ? BigInt(kept.length + 1) : 0n;
  try {
    if (status.isFile()) copyFileSync(path, join(objects, String(object)), mode);
    kept.push(keptOf(bytesOf(path), path, status, object, 'written'));
    if (!isDirectory) return;
    for (const name of readdirSync(path, { encoding: 'buffer' }))
      cloneBelow(below(path, name), objects, mode, kept, skipped);
  } catch (error) {
    throw error instanceof CloneError ? error : new CloneError(path, error);
  }
}

function journalOf(about: About, kept: readonly Kept[]): Buffer {
  return Buffer.concat([encodeAbout(about), ...kept.map(encodeEntry)]);
}

/**
 * Clones what lies at and below some paths into a session's store, and writes down all of it: should nobody be there at
 * the end, everything can be put back.
 *
 * @param store the session's directory, which is left out
 * @throws {CloneError} for what cannot be cloned, as the file system says
 */
export function keepClones(store: string, about: About, paths: readonly string[], mode: CloneMode): Kept[] {
  const objects = join(store, 'objects');
  const kept: Kept[] = [];
  mkdirSync(objects, { mode: ownerOnly.directory });
  for (const path of paths)
    cloneBelow(Buffer.from(path), objects, mode, kept, Buffer.from(store).toString('latin1'));
  writeFileSync(join(store, 'journal'), journalOf(about, kept), { mode: ownerOnly.file, flag: 'wx' });
  return kept;
}

/** What became of an original; null: it is as it was. */
function fateOf(kept: Kept): KeptReason | null {
  const now = statusOf(Buffer.from(kept.path, 'latin1'));
  if (now === null) return 'deleted';
  if (now.ino !== kept.inode || Number(now.mode) >> 12 !== kept.mode >> 12) return 'replaced';
  if (kept.held === 'record') return null;
  return now.size === kept.size && now.mtimeNs === kept.modified ? null : 'written';
}

/**
 * Forgets the originals that are as they were.
 *
 * @returns how many there are left; without any the store is empty but for its directory, as if nothing had been kept
 */
export function forgetUnchanged(store: string, about: About, kept: readonly Kept[], endedMs: number): number {
  const changed = kept.flatMap((each): Kept[] => {
    const reason = fateOf(each);
    if (reason !== null) return [{ ...each, reason }];
    if (each.held === 'copy') rmSync(join(store, 'objects', String(each.object)), { force: true });
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
