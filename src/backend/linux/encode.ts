// Records → bytes: the program format of docs/program-format.md, little-endian throughout.

export const formatVersion = 4;

const crcOfByte = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The table for a byte that is followed by as many zeros as the table before it, and one more. */
function shifted(table: Int32Array): Int32Array {
  return table.map((crc) => (crc >>> 8) ^ (crcOfByte[crc & 255] as number));
}

const crcThen1 = shifted(crcOfByte);
const crcThen2 = shifted(crcThen1);
const crcThen3 = shifted(crcThen2);

// As node:zlib's, which would add 5 ms to every start; four bytes at a time, since this code runs once and cold. `buffer`
// begins where its memory does.
function crc32(buffer: Buffer, end: number): number {
  const words = new Int32Array(buffer.buffer, buffer.byteOffset, end >> 2);
  let crc = -1;
  for (let i = 0; i < words.length; i++) {
    crc ^= words[i] as number;
    crc =
      (crcThen3[crc & 255] as number) ^
      (crcThen2[(crc >>> 8) & 255] as number) ^
      (crcThen1[(crc >>> 16) & 255] as number) ^
      (crcOfByte[crc >>> 24] as number);
  }
  for (let i = words.length * 4; i < end; i++)
    crc = (crc >>> 8) ^ (crcOfByte[(crc ^ (buffer[i] as number)) & 255] as number);
  return ~crc >>> 0;
}

const tags = {
  hygiene: 1,
  layer: 2,
  rule: 3,
  filter: 4,
  executable: 5,
  argument: 6,
  variable: 7,
  workdir: 8,
  temporary: 9,
  store: 10,
  about: 11,
  deny: 12,
  socket: 13,
  port: 14,
  blocked: 15,
  limits: 16,
} as const;

const headerBytes = 12;
const recordHeaderBytes = 8;
const checksumBytes = 4;

type TextTag = 'executable' | 'argument' | 'variable' | 'workdir' | 'temporary' | 'about';

/** One record: its tag and its payload, as numbers (`u32` as number, `u64` as bigint), then text or bytes. */
export type Record = {
  readonly tag: keyof typeof tags;
  readonly numbers?: readonly (number | bigint)[];
  /** Stored with a terminating NUL: the launcher uses it in place. */
  readonly text?: string;
  readonly bytes?: Uint8Array;
};

export const record = {
  hygiene: (keepCapabilities: bigint, flags: number): Record => ({
    tag: 'hygiene',
    numbers: [keepCapabilities, flags],
  }),
  layer: (fs: bigint, net: bigint, scoped: bigint): Record => ({ tag: 'layer', numbers: [fs, net, scoped] }),
  rule: (access: bigint, layers: number, flags: number, path: string): Record => ({
    tag: 'rule',
    numbers: [access, layers, flags],
    text: path,
  }),
  filter: (instructions: Uint8Array): Record => ({ tag: 'filter', bytes: instructions }),
  store: (mostBytes: bigint, mostBytesAFile: bigint, flags: number, path: string): Record => ({
    tag: 'store',
    numbers: [mostBytes, mostBytesAFile, flags],
    text: path,
  }),
  deny: (flags: number, pattern: string): Record => ({ tag: 'deny', numbers: [flags], text: pattern }),
  socket: (flags: number, path: string): Record => ({ tag: 'socket', numbers: [flags], text: path }),
  port: (port: number, flags: number): Record => ({ tag: 'port', numbers: [port, flags] }),
  blocked: (message: string, names: readonly string[]): Record => ({
    tag: 'blocked',
    text: [message, ...names].join('\0'),
  }),
  limits: (numbers: readonly (number | bigint)[], cgroup: string | null): Record => ({
    tag: 'limits',
    numbers,
    ...(cgroup !== null && { text: cgroup }),
  }),
  text: (tag: TextTag, value: string): Record => ({ tag, text: value }),
};

const largestNumberBytes = 8;
const largestCharacterBytes = 3;

function roomFor({ numbers, text, bytes }: Record): number {
  const payload =
    largestNumberBytes * (numbers?.length ?? 0) +
    largestCharacterBytes * (text?.length ?? 0) +
    1 +
    (bytes?.length ?? 0);
  return recordHeaderBytes + payload;
}

/** The same bytes twice: V8 writes numbers itself, and Node text. */
type Writer = { readonly buffer: Buffer; readonly view: DataView };

function writeNumber({ view }: Writer, value: number | bigint, at: number): number {
  if (typeof value === 'bigint') view.setBigUint64(at, value, true);
  else view.setUint32(at, value, true);
  return at + (typeof value === 'bigint' ? 8 : 4);
}

/** Writes one record at the offset; returns the offset after it. The buffer is zeros until then. */
function writeRecord(writer: Writer, start: number, { tag, numbers, text, bytes }: Record): number {
  let at = start + recordHeaderBytes;
  if (numbers !== undefined) for (const value of numbers) at = writeNumber(writer, value, at);
  if (text !== undefined) at += writer.buffer.write(text, at) + 1;
  if (bytes !== undefined) {
    writer.buffer.set(bytes, at);
    at += bytes.length;
  }
  writer.view.setUint32(start, tags[tag], true);
  writer.view.setUint32(start + 4, at - start - recordHeaderBytes, true);
  return at;
}

function writerFor(records: readonly Record[], more: number): Writer {
  const buffer = Buffer.alloc(records.reduce((sum, each) => sum + roomFor(each), more));
  return { buffer, view: new DataView(buffer.buffer, buffer.byteOffset, buffer.length) };
}

/** Records alone, one behind the other: a part of a program. */
export function encodeRecords(records: readonly Record[]): Uint8Array {
  const writer = writerFor(records, 0);
  return writer.buffer.subarray(
    0,
    records.reduce((at, each) => writeRecord(writer, at, each), 0),
  );
}

function seal(buffer: Buffer, end: number): Uint8Array {
  buffer.write('NONO', 0, 'latin1');
  buffer.writeUInt16LE(formatVersion, 4);
  buffer.writeUInt32LE(end + checksumBytes, 8);
  buffer.writeUInt32LE(crc32(buffer, end), end);
  return buffer.subarray(0, end + checksumBytes);
}

/** The whole program: header, records, checksum. */
export function encodeProgram(records: readonly Record[]): Uint8Array {
  const writer = writerFor(records, headerBytes + checksumBytes);
  const end = records.reduce((at, each) => writeRecord(writer, at, each), headerBytes);
  return seal(writer.buffer, end);
}

/** The whole program, from parts that were encoded before. */
export function joinProgram(parts: readonly Uint8Array[]): Uint8Array {
  const end = parts.reduce((sum, { length }) => sum + length, headerBytes);
  const buffer = Buffer.alloc(end + checksumBytes);
  parts.reduce((at, part) => {
    buffer.set(part, at);
    return at + part.length;
  }, headerBytes);
  return seal(buffer, end);
}
