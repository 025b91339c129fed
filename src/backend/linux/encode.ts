// Records → bytes: the program format of docs/program-format.md, little-endian throughout.

export const formatVersion = 1;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

// As node:zlib's, which would add 5 ms to every start.
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] as number);
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
} as const;

const headerBytes = 12;
const recordHeaderBytes = 8;
const checksumBytes = 4;

/** One record: its tag and its payload. */
export type Record = { readonly tag: keyof typeof tags; readonly payload: Uint8Array };

/** Numbers in a row: `u32` as number, `u64` as bigint. */
function numbers(...values: readonly (number | bigint)[]): Buffer {
  const buffer = Buffer.alloc(
    values.reduce<number>((size, value) => size + (typeof value === 'bigint' ? 8 : 4), 0),
  );
  let offset = 0;
  for (const value of values)
    offset =
      typeof value === 'bigint'
        ? buffer.writeBigUInt64LE(value, offset)
        : buffer.writeUInt32LE(value, offset);
  return buffer;
}

/** A string with its terminating NUL: the launcher uses it in place. */
function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'utf8');
}

export const record = {
  hygiene: (keepCapabilities: bigint, flags: number): Record => ({
    tag: 'hygiene',
    payload: numbers(keepCapabilities, flags),
  }),
  layer: (fs: bigint, net: bigint, scoped: bigint): Record => ({
    tag: 'layer',
    payload: numbers(fs, net, scoped),
  }),
  rule: (access: bigint, layers: number, flags: number, path: string): Record => ({
    tag: 'rule',
    payload: Buffer.concat([numbers(access, layers, flags), text(path)]),
  }),
  filter: (instructions: Uint8Array): Record => ({ tag: 'filter', payload: instructions }),
  text: (tag: 'executable' | 'argument' | 'variable' | 'workdir' | 'temporary', value: string): Record => ({
    tag,
    payload: text(value),
  }),
};

/** The whole program: header, records, checksum. */
export function encodeProgram(records: readonly Record[]): Uint8Array {
  const body = records.flatMap(({ tag, payload }) => [numbers(tags[tag], payload.length), payload]);
  const size = records.reduce((sum, { payload }) => sum + recordHeaderBytes + payload.length, 0);
  const header = Buffer.alloc(headerBytes);
  header.write('NONO', 0, 'latin1');
  header.writeUInt16LE(formatVersion, 4);
  header.writeUInt32LE(headerBytes + size + checksumBytes, 8);
  const checked = Buffer.concat([header, ...body]);
  return Buffer.concat([checked, numbers(crc32(checked))]);
}
