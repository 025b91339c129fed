// Puts originals back. What it replaces is kept first, as a session of its own: an undo can be undone.
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  type BigIntStats,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Difference, isLink, isRegular, objectOf } from './compare.ts';
import { type BytePath, encodeAbout, encodeEntry, type JournalEntry, type Kept } from './journal.ts';
import { keptOf } from './kept.ts';
import { fileAt, holdPlace, type Place, statusOf } from './place.ts';
import type { Session } from './sessions.ts';

const permissionBits = 0o7777;
const second = 1e9;
const chunkBytes = 1 << 20;
const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants;

function withFile<T>(file: Buffer | string, flags: number, use: (descriptor: number) => T): T {
  const descriptor = openSync(file, flags | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    return use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function copyContent(from: number, to: number): void {
  const chunk = Buffer.alloc(chunkBytes);
  for (let at = 0; ; ) {
    const got = readSync(from, chunk, 0, chunkBytes, at);
    if (got === 0) return;
    for (let done = 0; done < got; ) done += writeSync(to, chunk, done, got - done, at + done);
    at += got;
  }
}

/** Writes down what a restoration replaces; makes its directory with the first of it. */
export class Replaced {
  readonly #directory: string;
  readonly #id: string;
  readonly #undoes: string;
  readonly #now: () => Date;
  #objects = 0n;
  #begun = false;

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

  #begin(): void {
    if (this.#begun) return;
    mkdirSync(join(this.#directory, 'objects'), { recursive: true, mode: 0o700 });
    const about = {
      version: 1,
      id: this.#id,
      started: this.#now().toISOString(),
      command: `nono undo restore ${this.#undoes}`,
      undoes: this.#undoes,
    } as const;
    writeFileSync(join(this.#directory, 'journal'), encodeAbout(about), { mode: 0o600, flag: 'wx' });
    this.#begun = true;
  }

  write(entry: JournalEntry): void {
    this.#begin();
    appendFileSync(join(this.#directory, 'journal'), encodeEntry(entry));
  }

  #keepContent(file: Buffer): bigint {
    this.#begin();
    this.#objects += 1n;
    const object = join(this.#directory, 'objects', String(this.#objects));
    withFile(file, O_RDONLY, (from) =>
      withFile(object, O_WRONLY | O_CREAT | O_EXCL, (to) => copyContent(from, to)),
    );
    return this.#objects;
  }

  /** Keeps what stands at a place, whatever it is; `inPlace`: the inode itself is about to be written to. */
  keep(path: BytePath, place: Place, inPlace: boolean): void {
    const status = statusOf(place);
    if (status === null) return;
    const object = status.isFile() ? this.#keepContent(place.file) : 0n;
    this.write(keptOf(path, place.file, status, object, inPlace ? 'written' : 'replaced'));
  }

  end(): void {
    if (this.#begun) this.write({ kind: 'ended', at: BigInt(this.#now().getTime() + 1) * 1_000_000n });
  }
}

function asRoot(): boolean {
  return process.geteuid?.() === 0;
}

function timesOf({ accessed, modified }: Kept): [number, number] {
  return [Number(accessed) / second, Number(modified) / second];
}

// The owner first: a change of owner takes setuid and setgid away.
function restoreStatus(descriptor: number, kept: Kept): void {
  if (asRoot()) fchownSync(descriptor, kept.uid, kept.gid); // nobody else can give files away, nor had them from others
  fchmodSync(descriptor, kept.mode & permissionBits);
  futimesSync(descriptor, ...timesOf(kept));
}

function prepareLink(prepared: Buffer, kept: Kept): void {
  symlinkSync(fileAt(kept.target), prepared);
  if (asRoot()) lchownSync(prepared, kept.uid, kept.gid);
  lutimesSync(prepared, ...timesOf(kept));
}

function prepareFile(prepared: Buffer, kept: Kept, object: string): void {
  withFile(object, O_RDONLY, (from) =>
    withFile(prepared, O_WRONLY | O_CREAT | O_EXCL, (to) => {
      copyContent(from, to);
      restoreStatus(to, kept);
    }),
  );
}

/** Under a name that nobody can foresee first, so that the path never leads to half a file, nor to another. */
function putInPlace(place: Place, kept: Kept, object: string): void {
  const prepared = place.beside(`.nono-${randomBytes(12).toString('hex')}`);
  if (isLink(kept)) prepareLink(prepared, kept);
  else if (isRegular(kept)) prepareFile(prepared, kept, object);
  else linkSync(object, prepared); // a FIFO or a socket has no content to copy
  renameSync(prepared, place.file);
}

/** A file with further names is written to itself, so that all of them have their content back. */
function writeInPlace({ file }: Place, kept: Kept, object: string): void {
  withFile(object, O_RDONLY, (from) =>
    withFile(file, O_RDWR, (to) => {
      if (fstatSync(to, { bigint: true }).ino !== kept.inode)
        throw new Error('the file was exchanged meanwhile');
      ftruncateSync(to, 0);
      copyContent(from, to);
      restoreStatus(to, kept);
    }),
  );
}

function restoreDirectory(path: BytePath, place: Place, kept: Kept, replaced: Replaced): void {
  const status = statusOf(place);
  if (status !== null && !status.isDirectory()) {
    replaced.keep(path, place, false);
    unlinkSync(place.file);
  }
  if (!status?.isDirectory()) mkdirSync(place.file);
  withFile(place.file, O_RDONLY, (descriptor) => restoreStatus(descriptor, kept));
}

function isItself(kept: Kept, status: BigIntStats | null): boolean {
  return isRegular(kept) && status?.isFile() === true && status.nlink > 1n && status.ino === kept.inode;
}

function restoreKept(session: Session, path: BytePath, kept: Kept, replaced: Replaced): void {
  const place = holdPlace(path, true);
  try {
    if (kept.held === 'record' && !isLink(kept)) {
      restoreDirectory(path, place, kept, replaced);
      return;
    }
    const status = statusOf(place);
    const inPlace = isItself(kept, status);
    replaced.keep(path, place, inPlace);
    if (status?.isDirectory()) rmdirSync(place.file); // fails where something is in it: nothing of that is lost
    if (inPlace) writeInPlace(place, kept, objectOf(session, kept));
    else putInPlace(place, kept, objectOf(session, kept));
  } finally {
    place.close();
  }
}

/** Where what the session left at a path is by now: bringing one thing back may have moved another. */
export type Whereabouts = Map<BytePath, BytePath>;

function noteSwap(whereabouts: Whereabouts, left: BytePath, now: BytePath, before: BytePath): void {
  const occupant = [...whereabouts].find(([, current]) => current === before)?.[0] ?? before;
  whereabouts.set(occupant, now);
  whereabouts.set(left, before);
}

/** Back to where it was. What stands there by now takes its place in turn: nothing is lost, whatever it is. */
function moveBack(left: BytePath, before: BytePath, replaced: Replaced, whereabouts: Whereabouts): void {
  const now = whereabouts.get(left) ?? left;
  if (now === before) return;
  const [from, to] = [holdPlace(now, false), holdPlace(before, true)];
  try {
    const aside = to.beside(`.nono-${randomBytes(12).toString('hex')}`);
    const isOccupied = statusOf(to) !== null;
    if (isOccupied) renameSync(to.file, aside);
    renameSync(from.file, to.file);
    if (isOccupied) renameSync(aside, from.file);
    noteSwap(whereabouts, left, now, before);
    replaced.write({ kind: isOccupied ? 'swapped' : 'moved', from: now, to: before });
  } finally {
    from.close();
    to.close();
  }
}

/**
 * Puts one original back in its place, content, mode, times and owner.
 *
 * @throws the file system's error; what was not put back is as it was.
 */
export function restoreOriginal(
  session: Session,
  { original }: Difference,
  replaced: Replaced,
  whereabouts: Whereabouts,
): void {
  const { path, kept, movedTo } = original;
  if (kept !== null) restoreKept(session, path, kept, replaced);
  else if (movedTo !== null) moveBack(movedTo, path, replaced, whereabouts);
}
