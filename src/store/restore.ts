// Puts originals back. What it replaces is kept first, as a session of its own: an undo can be undone.
import {
  appendFileSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Difference, fileAt, isLink, isRegular, objectOf, statusAt } from './compare.ts';
import { type BytePath, encodeAbout, encodeEntry, type JournalEntry, type Kept } from './journal.ts';
import type { Session } from './sessions.ts';

const permissionBits = 0o7777;
const second = 1e9;

/** Writes down what a restoration replaces; makes its directory with the first of it. */
export class Replaced {
  readonly #directory: string;
  readonly #id: string;
  readonly #undoes: string;
  readonly #now: () => Date;
  #objects = 0n;

  constructor(directory: string, id: string, undoes: string, now: () => Date) {
    this.#directory = directory;
    this.#id = id;
    this.#undoes = undoes;
    this.#now = now;
  }

  /** The session that undoes this one; null where nothing was replaced. */
  get id(): string | null {
    return this.#begun ? this.#id : null;
  }

  #begun = false;

  write(entry: JournalEntry): void {
    const journal = join(this.#directory, 'journal');
    if (!this.#begun) {
      mkdirSync(join(this.#directory, 'objects'), { recursive: true, mode: 0o700 });
      const about = {
        version: 1,
        id: this.#id,
        started: this.#now().toISOString(),
        command: `nono undo restore ${this.#undoes}`,
        undoes: this.#undoes,
      } as const;
      writeFileSync(journal, encodeAbout(about), { mode: 0o600, flag: 'wx' });
      this.#begun = true;
    }
    appendFileSync(journal, encodeEntry(entry));
  }

  /** Keeps what stands at a path, whatever it is; `inPlace`: the inode itself is about to be written to. */
  keep(path: BytePath, inPlace: boolean): void {
    const status = statusAt(path);
    if (status === null) return;
    const hasContent = status.isFile();
    const entry: Kept = {
      kind: 'kept',
      reason: inPlace ? 'written' : 'replaced',
      held: !hasContent ? 'record' : 'copy',
      object: hasContent ? this.#objects + 1n : 0n,
      mode: Number(status.mode),
      uid: Number(status.uid),
      gid: Number(status.gid),
      size: status.size,
      device: status.dev,
      inode: status.ino,
      accessed: status.atimeNs,
      modified: status.mtimeNs,
      path,
      target: status.isSymbolicLink() ? readlinkSync(fileAt(path), 'latin1') : '',
    };
    if (hasContent) {
      mkdirSync(join(this.#directory, 'objects'), { recursive: true, mode: 0o700 });
      copy(fileAt(path), join(this.#directory, 'objects', String(entry.object)));
      this.#objects = entry.object;
    }
    this.write(entry);
  }

  end(): void {
    if (this.#begun) this.write({ kind: 'ended', at: BigInt(this.#now().getTime() + 1) * 1_000_000n });
  }
}

function copy(from: string | Buffer, to: string | Buffer): void {
  copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

function parentOf(path: BytePath): BytePath {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function asRoot(): boolean {
  return process.geteuid?.() === 0;
}

function restoreTimes(path: Buffer, kept: Kept): void {
  const [accessed, modified] = [Number(kept.accessed) / second, Number(kept.modified) / second];
  if (isLink(kept)) lutimesSync(path, accessed, modified);
  else utimesSync(path, accessed, modified);
}

function restoreOwner(path: Buffer, kept: Kept): void {
  if (!asRoot()) return; // nobody else can give files away, nor had them from others
  if (isLink(kept)) lchownSync(path, kept.uid, kept.gid);
  else chownSync(path, kept.uid, kept.gid);
}

function restoreStatus(path: Buffer, kept: Kept): void {
  restoreOwner(path, kept);
  if (!isLink(kept)) chmodSync(path, kept.mode & permissionBits);
  restoreTimes(path, kept);
}

/** Under another name first, so that the path never leads to half a file. */
function putInPlace(path: BytePath, kept: Kept, object: string): void {
  const prepared = fileAt(`${path}.nono-restore`);
  if (isLink(kept)) symlinkSync(Buffer.from(kept.target, 'latin1'), prepared);
  else if (isRegular(kept)) copy(object, prepared);
  else linkSync(object, prepared); // a FIFO or a socket has no content to copy
  restoreStatus(prepared, kept);
  renameSync(prepared, fileAt(path));
}

/** A file with further names is written to itself, so that all of them have their content back. */
function writeInPlace(path: BytePath, kept: Kept, object: string): void {
  const content = readFileSync(object);
  const descriptor = openSync(fileAt(path), 'r+');
  try {
    ftruncateSync(descriptor, 0);
    for (let at = 0; at < content.length; ) at += writeSync(descriptor, content, at, content.length - at, at);
  } finally {
    closeSync(descriptor);
  }
  restoreStatus(fileAt(path), kept);
}

function restoreDirectory(path: BytePath, kept: Kept, replaced: Replaced): void {
  const status = statusAt(path);
  if (status !== null && !status.isDirectory()) {
    replaced.keep(path, false);
    unlinkSync(fileAt(path));
  }
  mkdirSync(fileAt(path), { recursive: true });
  restoreStatus(fileAt(path), kept);
}

function restoreKept(session: Session, path: BytePath, kept: Kept, replaced: Replaced): void {
  if (kept.held === 'record' && !isLink(kept)) {
    restoreDirectory(path, kept, replaced);
    return;
  }
  const status = statusAt(path);
  const object = objectOf(session, kept);
  const inPlace =
    isRegular(kept) && status?.isFile() === true && status.nlink > 1n && status.ino === kept.inode;
  mkdirSync(fileAt(parentOf(path)), { recursive: true });
  replaced.keep(path, inPlace);
  if (status?.isDirectory()) rmdirSync(fileAt(path)); // fails where something is in it: nothing of that is lost
  if (inPlace) writeInPlace(path, kept, object);
  else putInPlace(path, kept, object);
}

function moveBack(now: BytePath, before: BytePath, replaced: Replaced): void {
  replaced.keep(before, false);
  mkdirSync(fileAt(parentOf(before)), { recursive: true });
  renameSync(fileAt(now), fileAt(before));
  replaced.write({ kind: 'moved', from: now, to: before });
}

/** Puts one original back in its place, content, mode, times and owner. */
export function restoreOriginal(session: Session, { original }: Difference, replaced: Replaced): void {
  const { path, kept, movedTo } = original;
  if (kept !== null) restoreKept(session, path, kept, replaced);
  else if (movedTo !== null) moveBack(movedTo, path, replaced);
}
