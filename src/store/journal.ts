// The journal of one session as values: docs/store-format.md lists the records.
import type { AbsolutePath } from '../plan/host.ts';

/** What the session was, as the planner said when it began. */
export type About = {
  readonly id: string;
  readonly started: string;
  readonly command: string;
  readonly workdir?: AbsolutePath;
};

export type KeptReason = 'written' | 'replaced' | 'deleted' | 'exchanged';

/** An original: what stood under `path` before the session changed it. */
export type Kept = {
  readonly kind: 'kept';
  readonly reason: KeptReason;
  /** Where the content is: an object of the store, or nowhere, since a link's target and a directory need none. */
  readonly held: 'copy' | 'link' | 'record';
  readonly object: bigint;
  /** As in `struct stat`, with the type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  readonly device: bigint;
  readonly inode: bigint;
  /** Seconds since the epoch. */
  readonly accessed: number;
  readonly modified: number;
  readonly path: AbsolutePath;
  /** Of a symbolic link. */
  readonly target: string;
};

export type Moved = { readonly kind: 'moved'; readonly from: AbsolutePath; readonly to: AbsolutePath };
export type Refused = { readonly kind: 'refused'; readonly path: AbsolutePath };
export type JournalEntry = Kept | Moved | Refused;

export type Journal = { readonly about: About; readonly entries: readonly JournalEntry[] };

const tags = { about: 1, kept: 2, note: 3 } as const;
const reasons: Record<number, KeptReason> = { 1: 'written', 2: 'replaced', 3: 'deleted', 4: 'exchanged' };
const notes: Record<number, 'moved' | 'refused'> = { 5: 'moved', 6: 'refused' };
const holdings: Record<number, Kept['held']> = { 1: 'copy', 2: 'link', 3: 'record' };
const recordHeaderBytes = 8;
const keptTextOffset = 76;

// Latin-1 keeps every byte of a name that is not UTF-8; the file system gets the same bytes back.
function texts(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\0');
}

function seconds(bytes: Buffer, offset: number): number {
  return Number(bytes.readBigInt64LE(offset)) + bytes.readUInt32LE(offset + 8) / 1e9;
}

function decodeKept(bytes: Buffer): Kept | null {
  const reason = reasons[bytes.readUInt32LE(0)];
  const held = holdings[bytes.readUInt32LE(4)];
  const [path = '', target = ''] = texts(bytes.subarray(keptTextOffset));
  if (reason === undefined || held === undefined) return null;
  return {
    kind: 'kept',
    reason,
    held,
    object: bytes.readBigUInt64LE(8),
    mode: bytes.readUInt32LE(16),
    uid: bytes.readUInt32LE(20),
    gid: bytes.readUInt32LE(24),
    size: Number(bytes.readBigUInt64LE(28)),
    device: bytes.readBigUInt64LE(36),
    inode: bytes.readBigUInt64LE(44),
    accessed: seconds(bytes, 52),
    modified: seconds(bytes, 64),
    path: path as AbsolutePath,
    target,
  };
}

function decodeNote(bytes: Buffer): Moved | Refused | null {
  const kind = notes[bytes.readUInt32LE(0)];
  const [from = '', to = ''] = texts(bytes.subarray(4)) as AbsolutePath[];
  if (kind === 'moved') return { kind, from: from as AbsolutePath, to: to as AbsolutePath };
  return kind === 'refused' ? { kind, path: from as AbsolutePath } : null;
}

/** The records of a journal. One that death cut short is its last: its operation was never begun. */
function* records(bytes: Buffer): Generator<{ tag: number; payload: Buffer }> {
  for (let at = 0; at + recordHeaderBytes <= bytes.length; ) {
    const end = at + recordHeaderBytes + bytes.readUInt32LE(at + 4);
    if (end > bytes.length) return;
    yield { tag: bytes.readUInt32LE(at), payload: bytes.subarray(at + recordHeaderBytes, end) };
    at = end;
  }
}

/** @throws {Error} on a record that this version does not know: what it says must not be passed over. */
export function decodeJournal(bytes: Buffer): Journal {
  let about: About | null = null;
  const entries: JournalEntry[] = [];
  for (const { tag, payload } of records(bytes)) {
    if (tag === tags.about) about = JSON.parse(texts(payload)[0] ?? '');
    const entry =
      tag === tags.kept ? decodeKept(payload) : tag === tags.note ? decodeNote(payload) : undefined;
    if (entry === null || (entry === undefined && tag !== tags.about))
      throw new Error(`an unknown record (${tag}) in the journal`);
    if (entry !== undefined) entries.push(entry);
  }
  if (about === null) throw new Error('the journal does not say what it is about');
  return { about, entries };
}
