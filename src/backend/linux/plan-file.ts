// A plan as a file, compiled for `nono exec` or remembered of a run: docs/program-format.md has its records,
// native/exec-plan.c reads them.

const planFileVersion = 1;

const tags = {
  needs: 1,
  variable: 2,
  path: 3,
  content: 4,
  config: 5,
  links: 6,
  mounts: 7,
  program: 8,
  ownPlan: 9,
  temporary: 10,
  store: 11,
  name: 12,
  values: 13,
  known: 14,
  set: 15,
  argument: 16,
  workdir: 17,
  terminal: 18,
  writable: 19,
  cgroup: 20,
  key: 21,
  look: 22,
  session: 23,
  inherited: 24,
  guide: 25,
  wish: 26,
  announced: 27,
} as const;

/** Numbers (`u32` as number, `u64` as bigint), then texts, each with its NUL, then bytes. */
export type PlanRecord = {
  readonly tag: keyof typeof tags;
  readonly numbers?: readonly (number | bigint)[];
  readonly texts?: readonly string[];
  readonly bytes?: Uint8Array;
};

function number(value: number | bigint): Buffer {
  const buffer = Buffer.alloc(typeof value === 'bigint' ? 8 : 4);
  if (typeof value === 'bigint') buffer.writeBigUInt64LE(BigInt.asUintN(64, value));
  else buffer.writeUInt32LE(value >>> 0);
  return buffer;
}

function encodeRecord({ tag, numbers = [], texts = [], bytes }: PlanRecord): Buffer {
  const payload = Buffer.concat([
    ...numbers.map(number),
    ...texts.map((text) => Buffer.from(`${text}\0`)),
    ...(bytes === undefined ? [] : [bytes]),
  ]);
  return Buffer.concat([number(tags[tag]), number(payload.length), payload]);
}

const headerBytes = 12;
const sumBytes = 8;
const wordBytes = 8;

/** As native/exec-plan.c has it: FNV-1a by words of eight bytes. */
function sumOf(bytes: Buffer): bigint {
  const padded = Buffer.concat([bytes, Buffer.alloc((wordBytes - (bytes.length % wordBytes)) % wordBytes)]);
  let sum = 0xcbf29ce484222325n;
  for (let at = 0; at < padded.length; at += wordBytes) {
    sum = BigInt.asUintN(64, (sum ^ padded.readBigUInt64LE(at)) * 0x100000001b3n);
    sum ^= sum >> 29n;
  }
  return sum;
}

/** The whole file: header, records, checksum. */
export function encodePlanFile(records: readonly PlanRecord[]): Uint8Array {
  const body = Buffer.concat(records.map(encodeRecord));
  const header = Buffer.alloc(headerBytes);
  header.write('NPLN', 0, 'latin1');
  header.writeUInt16LE(planFileVersion, 4);
  header.writeUInt32LE(headerBytes + body.length + sumBytes, 8);
  const whole = Buffer.concat([header, body]);
  return Buffer.concat([whole, number(sumOf(whole))]);
}
