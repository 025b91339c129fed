// The journal of one session as values, and back: docs/store-format.md lists the records.
//
// Paths are held one character a byte (Latin-1), so that every name comes back as it was, UTF-8 or not.

/** A path whose characters are its bytes. */
export type BytePath = string;

/** What the session was, as the planner said when it began. */
export type About = {
  readonly version: 1;
  readonly id: string;
  readonly started: string;
  readonly command: string;
  readonly workdir?: string;
  /** The session that this one put back; a run has none. */
  readonly undoes?: string;
};

/** `planted`: the session made it where it may not write, and the end of the session took it away. */
export type KeptReason = 'written' | 'replaced' | 'deleted' | 'exchanged' | 'planted';

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
  readonly size: bigint;
  readonly device: bigint;
  readonly inode: bigint;
  /** Nanoseconds since the epoch. */
  readonly accessed: bigint;
  readonly modified: bigint;
  readonly path: BytePath;
  /** Of a symbolic link. */
  readonly target: string;
};

export type Moved = { readonly kind: 'moved'; readonly from: BytePath; readonly to: BytePath };
/** Two names from before that changed places. */
export type Swapped = { readonly kind: 'swapped'; readonly from: BytePath; readonly to: BytePath };
/** A directory that the session made went elsewhere, with all that was moved into it. */
export type Carried = { readonly kind: 'carried'; readonly from: BytePath; readonly to: BytePath };
export type Refused = { readonly kind: 'refused'; readonly path: BytePath };
/** Nanoseconds since the epoch: what changed later is not the session's work. */
export type Ended = { readonly kind: 'ended'; readonly at: bigint };
export type JournalEntry = Kept | Moved | Swapped | Carried | Refused | Ended;

export type Journal = { readonly about: About; readonly entries: readonly JournalEntry[] };

const tags = { about: 1, kept: 2, note: 3, ended: 4 } as const;
const reasonNumbers: Record<KeptReason, number> = {
  written: 1,
  replaced: 2,
  deleted: 3,
  exchanged: 4,
  planted: 8,
};
const noteNumbers = { moved: 5, refused: 6, swapped: 7, carried: 9 } as const;
const heldNumbers: Record<Kept['held'], number> = { copy: 1, link: 2, record: 3 };
const recordHeaderBytes = 8;
const keptTextOffset = 76;
const second = 1_000_000_000n;

function nameOf<Name extends string>(numbers: Record<Name, number>, number: number): Name | undefined {
  return (Object.keys(numbers) as Name[]).find((name) => numbers[name] === number);
}

function texts(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\0');
}

function readTime(bytes: Buffer, offset: number): bigint {
  return bytes.readBigInt64LE(offset) * second + BigInt(bytes.readUInt32LE(offset + 8));
}

function decodeKept(bytes: Buffer): Kept | null {
  const reason = nameOf(reasonNumbers, bytes.readUInt32LE(0));
  const held = nameOf(heldNumbers, bytes.readUInt32LE(4));
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
    size: bytes.readBigUInt64LE(28),
    device: bytes.readBigUInt64LE(36),
    inode: bytes.readBigUInt64LE(44),
    accessed: readTime(bytes, 52),
    modified: readTime(bytes, 64),
    path,
    target,
  };
}

function decodeNote(bytes: Buffer): Moved | Swapped | Carried | Refused | null {
  const kind = nameOf(noteNumbers, bytes.readUInt32LE(0));
  const [from = '', to = ''] = texts(bytes.subarray(4));
  if (kind === undefined) return null;
  return kind === 'refused' ? { kind, path: from } : { kind, from, to };
}

function decodeEntry(tag: number, payload: Buffer): JournalEntry | null {
  if (tag === tags.kept) return decodeKept(payload);
  if (tag === tags.note) return decodeNote(payload);
  return tag === tags.ended ? { kind: 'ended', at: readTime(payload, 0) } : null;
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
    if (tag === tags.about) {
      about = JSON.parse(payload.toString('utf8', 0, payload.length - 1));
      continue;
    }
    const entry = decodeEntry(tag, payload);
    if (entry === null) throw new Error(`an unknown record (${tag}) in the journal`);
    entries.push(entry);
  }
  if (about === null) throw new Error('the journal does not say what it is about');
  return { about, entries };
}

function u32(...values: number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function u64(...values: bigint[]): Buffer {
  return Buffer.from(BigUint64Array.from(values).buffer);
}

function time(nanoseconds: bigint): Buffer {
  const part = ((nanoseconds % second) + second) % second;
  return Buffer.concat([u64(BigInt.asUintN(64, (nanoseconds - part) / second)), u32(Number(part))]);
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'latin1');
}

function encodeRecord(tag: number, ...payload: Buffer[]): Buffer {
  const whole = Buffer.concat(payload);
  return Buffer.concat([u32(tag, whole.length), whole]);
}

/** The bytes of one entry, as native/store.c writes them. */
export function encodeEntry(entry: JournalEntry): Buffer {
  switch (entry.kind) {
    case 'moved':
    case 'swapped':
    case 'carried':
      return encodeRecord(tags.note, u32(noteNumbers[entry.kind]), text(entry.from), text(entry.to));
    case 'refused':
      return encodeRecord(tags.note, u32(noteNumbers.refused), text(entry.path), text(''));
    case 'ended':
      return encodeRecord(tags.ended, time(entry.at));
    case 'kept':
      return encodeRecord(
        tags.kept,
        u32(reasonNumbers[entry.reason], heldNumbers[entry.held]),
        u64(entry.object),
        u32(entry.mode, entry.uid, entry.gid),
        u64(entry.size, entry.device, entry.inode),
        time(entry.accessed),
        time(entry.modified),
        text(entry.path),
        text(entry.target),
      );
  }
}

/** The first record of a journal. */
export function encodeAbout(about: About): Buffer {
  return encodeRecord(tags.about, Buffer.from(`${JSON.stringify(about)}\0`));
}
