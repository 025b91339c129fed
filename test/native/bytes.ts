// The program format spelled out once more, apart from src/: whoever changes it there has to mean it.
import { crc32 } from 'node:zlib';

export const tag = {
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

export type Tag = keyof typeof tag;
export type RawRecord = { readonly tag: number; readonly payload: Buffer };

export function u32(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    buffer.writeUInt32LE(value, 4 * index);
  });
  return buffer;
}

export function u64(...values: readonly bigint[]): Buffer {
  const buffer = Buffer.alloc(8 * values.length);
  values.forEach((value, index) => {
    buffer.writeBigUInt64LE(value, 8 * index);
  });
  return buffer;
}

export function raw(name: Tag, ...payload: readonly Buffer[]): RawRecord {
  return { tag: tag[name], payload: Buffer.concat(payload) };
}

export function text(name: Tag, value: string): RawRecord {
  return raw(name, Buffer.from(`${value}\0`));
}

export function rule(path: string, { access = 4n, layers = 3, flags = 0 } = {}): RawRecord {
  return raw('rule', u64(access), u32(layers, flags), Buffer.from(path));
}

export function store(path: string, flags = 0): RawRecord {
  return raw('store', u64(1n, 2n), u32(flags), Buffer.from(path));
}

export function limits({ flags, cgroup }: { flags: number; cgroup: string }): RawRecord {
  return raw('limits', u64(1n << 40n), u32(64, 60, 3600, flags), Buffer.from(cgroup));
}

export function body(records: readonly RawRecord[]): Buffer {
  return Buffer.concat(records.flatMap((each) => [u32(each.tag, each.payload.length), each.payload]));
}

export type Header = {
  readonly magic?: string;
  readonly version?: number;
  readonly reserved?: number;
  readonly length?: number;
};

/** Header and checksum around a body; a header field that is not given is right. */
export function seal(
  content: Buffer,
  { magic = 'NONO', version = 4, reserved = 0, length }: Header = {},
): Buffer {
  const header = Buffer.alloc(12);
  header.write(magic, 'latin1');
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(reserved, 6);
  header.writeUInt32LE(length ?? content.length + 16, 8);
  const checked = Buffer.concat([header, content]);
  return Buffer.concat([checked, u32(crc32(checked))]);
}

const allowEverything = Buffer.from([0x06, 0, 0, 0, 0, 0, 0xff, 0x7f]);

/** One record of every kind, in the order in which src/ writes them. */
export const complete: readonly RawRecord[] = [
  raw('hygiene', u64(0n), u32(7)),
  raw('layer', u64(0x1ffffn, 3n, 3n)),
  raw('layer', u64(0x1ffffn, 3n, 3n)),
  raw('layer', u64(0x1ffffn, 3n, 3n)),
  rule('/usr\0'),
  raw('filter', allowEverything),
  text('executable', '/bin/true'),
  text('argument', 'true'),
  text('variable', 'HOME=/'),
  text('workdir', '/usr'),
  text('temporary', '/tmp/nono-1-2'),
  store('/state/1\0'),
  text('about', '{}'),
  raw('deny', u32(3), Buffer.from('/a/secret\0')),
  raw('socket', u32(1), Buffer.from('/run/x\0')),
  raw('port', u32(80, 1)),
  raw('blocked', Buffer.from('{} is not here\0rm\0dd\0')),
  limits({ flags: 7, cgroup: '/sys/fs/cgroup/nono-1\0' }),
];

export function without(name: Tag): RawRecord[] {
  return complete.filter((each) => each.tag !== tag[name]);
}

/** The complete program with every record of this kind replaced. */
export function withOnly(name: Tag, ...records: readonly RawRecord[]): RawRecord[] {
  const at = complete.findIndex((each) => each.tag === tag[name]);
  return [
    ...complete.slice(0, at),
    ...records,
    ...complete.slice(at).filter((each) => each.tag !== tag[name]),
  ];
}

export const instructions = (count: number) => raw('filter', Buffer.alloc(8 * count, allowEverything));

const required = complete.filter((each) =>
  [tag.hygiene, tag.layer, tag.filter, tag.executable, tag.argument].some((one) => one === each.tag),
);

/** The fuzzer's corpus, by file name: small programs that together hold everything the grammar allows. */
export const corpus: Readonly<Record<string, Buffer>> = {
  complete: seal(body(complete)),
  smallest: seal(body(required)),
  reversed: seal(body(complete.toReversed())),
  'empty-strings': seal(
    body([...withOnly('argument', text('argument', ''), text('argument', '')), text('variable', 'A=')]),
  ),
  lists: seal(
    body([
      ...withOnly(
        'rule',
        ...[1, 2, 3].flatMap((layers) =>
          [0, 1, 2, 3, 4, 5].map((flags) =>
            rule(`/${layers}/${flags}\0`, { access: 1n << 16n, layers, flags }),
          ),
        ),
      ),
      ...['-c', 'a=b', '\n'].map((word) => text('argument', word)),
      ...['B=1', 'C==', 'Ü=ß'].map((word) => text('variable', word)),
    ]),
  ),
  'long-filter': seal(body(withOnly('filter', instructions(64)))),
};
