// Reads a program back, written from native/program.c and not from the encoder.
import { crc32 } from 'node:zlib';

export type DecodedRecord = { readonly tag: number; readonly payload: Buffer };

const headerBytes = 12;
const recordHeaderBytes = 8;
const checksumBytes = 4;

/** The records of a program; throws for a header, a length or a checksum that the launcher would not take. */
export function decodeRecords(program: Uint8Array): DecodedRecord[] {
  const bytes = Buffer.from(program);
  const end = bytes.length - checksumBytes;
  if (bytes.toString('latin1', 0, 4) !== 'NONO') throw new Error('no magic');
  if (bytes.readUInt16LE(4) !== 4 || bytes.readUInt16LE(6) !== 0) throw new Error('another version');
  if (bytes.readUInt32LE(8) !== bytes.length) throw new Error('another length');
  if (bytes.readUInt32LE(end) !== crc32(bytes.subarray(0, end))) throw new Error('another checksum');
  const records: DecodedRecord[] = [];
  let at = headerBytes;
  while (at < end) {
    const length = bytes.readUInt32LE(at + 4);
    const after = at + recordHeaderBytes + length;
    if (after > end) throw new Error('a record reaches past the end');
    records.push({ tag: bytes.readUInt32LE(at), payload: bytes.subarray(at + recordHeaderBytes, after) });
    at = after;
  }
  return records;
}

const hex = (number: bigint | number): string => `0x${number.toString(16)}`;

function text(payload: Buffer): string {
  if (payload.at(-1) !== 0 || payload.indexOf(0) !== payload.length - 1) throw new Error('no string');
  return JSON.stringify(payload.toString('utf8', 0, payload.length - 1));
}

function ruleLine(payload: Buffer): string {
  const [layers, flags] = [payload.readUInt32LE(8), payload.readUInt32LE(12)];
  const marks = [
    flags & 1 ? 'directory' : 'file',
    ...(flags & 2 ? ['optional'] : []),
    ...(flags & 4 ? ['state'] : []),
  ].join(' ');
  return `rule        ${hex(payload.readBigUInt64LE(0)).padEnd(7)} layers ${layers} ${marks} ${text(payload.subarray(16))}`;
}

function filterLines(payload: Buffer): string[] {
  const names: Record<number, string> = {
    32: 'load',
    84: 'and',
    5: 'jump',
    21: 'equal',
    53: 'at-least',
    6: 'return',
  };
  return Array.from({ length: payload.length / 8 }, (_, index) => {
    const at = 8 * index;
    const [code, jt, jf, k] = [
      payload.readUInt16LE(at),
      payload.readUInt8(at + 2),
      payload.readUInt8(at + 3),
      payload.readUInt32LE(at + 4),
    ];
    const ways = code === 21 || code === 53 ? ` ? +${jt} : +${jf}` : '';
    return `  ${String(index).padStart(4)}  ${(names[code] ?? hex(code)).padEnd(8)} ${hex(k)}${ways}`;
  });
}

function recordLines({ tag, payload }: DecodedRecord): string[] {
  const u64 = (offset: number) => hex(payload.readBigUInt64LE(offset));
  switch (tag) {
    case 1:
      return [`hygiene     keep ${u64(0)} flags ${hex(payload.readUInt32LE(8))}`];
    case 2:
      return [`layer       fs ${u64(0)} net ${u64(8)} scoped ${u64(16)}`];
    case 3:
      return [ruleLine(payload)];
    case 4:
      return [`filter      ${payload.length / 8} instructions`, ...filterLines(payload)];
    case 10: {
      const [session, file] = [payload.readBigUInt64LE(0), payload.readBigUInt64LE(8)];
      return [
        `store       ${session} ${file} flags ${payload.readUInt32LE(16)} ${text(payload.subarray(20))}`,
      ];
    }
    case 11:
      return [`about       ${text(payload)}`];
    case 12:
      return [`deny        ${hex(payload.readUInt32LE(0))} ${text(payload.subarray(4))}`];
    case 13:
      return [`socket      ${hex(payload.readUInt32LE(0))} ${text(payload.subarray(4))}`];
    case 14:
      return [`port        ${payload.readUInt32LE(0)} ${hex(payload.readUInt32LE(4))}`];
    case 15:
      return [`blocked     ${JSON.stringify(payload.toString('utf8').split('\0').slice(0, -1))}`];
    case 16: {
      const [tasks, cpu, timeout, flags] = [8, 12, 16, 20].map((at) => payload.readUInt32LE(at));
      const cgroup = payload.length === 24 ? '' : ` ${text(payload.subarray(24))}`;
      return [
        `limits      memory ${u64(0)} tasks ${tasks} cpu ${cpu} timeout ${timeout} flags ${flags}${cgroup}`,
      ];
    }
    default: {
      const names = ['executable', 'argument', 'variable', 'workdir', 'temporary'];
      return [`${(names[tag - 5] ?? hex(tag)).padEnd(11)} ${text(payload)}`];
    }
  }
}

/** One line a record and one an instruction, so that a difference can be read. */
export function listing(program: Uint8Array): string {
  return `${decodeRecords(program).flatMap(recordLines).join('\n')}\n`;
}
