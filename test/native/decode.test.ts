// The launcher's decoder: damage anywhere ends in a clean error, and every rule of the grammar has its message.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/backend/linux/compile.ts';
import type { Grant } from '../../src/plan/grant.ts';
import type { LinuxPlan as Plan } from '../../src/plan/plan.ts';
import {
  body,
  complete,
  corpus,
  instructions,
  limits,
  type RawRecord,
  raw,
  rule,
  seal,
  store,
  text,
  u32,
  u64,
  withOnly,
  without,
} from './bytes.ts';
import { compileHarness, here, openScratch, runHarness } from './harness.ts';

const corpusDirectory = join(here, 'corpus');
const goldenDirectory = join(here, '..', 'golden');

const plan: Plan = {
  version: 1,
  machine: { platform: 'linux', architecture: 'x64', landlockAbi: 6, notifies: true, inside: false },
  command: { executable: '/usr/bin/true', argv: ['true'] },
  workdir: null,
  grants: [{ path: '/usr', kind: 'directory', access: 'read', origin: 'built-in:system', required: false }],
  protected: [],
  denies: { rules: [], lifted: [] },
  sockets: [],
  blocked: [],
  network: { mode: 'open', connect: [], listen: [], origin: 'flag:--allow-net' },
  environment: { variables: [{ name: 'HOME', value: '/home/ada' }], withheld: [], absent: [], set: [] },
  originals: { kind: 'untouched' },
  session: { id: '20260223-101500-1-a', started: '2026-02-23T10:15:00.000Z' },
  temporary: '/tmp/nono-1000-1',
  planFile: '/tmp/nono-1000-1.json',
  guide: null,
  explained: false,
  profiles: [],
  skipped: [],
  limits: { list: [], cgroup: null, missing: null },
  guarantees: [],
};

const accesses = ['read', 'write', 'readwrite'] as const;
const manyGrants = Array.from(
  { length: 60 },
  (_, index): Grant => ({
    path: `/srv/project-${index}/ünicode`,
    kind: index % 4 === 0 ? 'file' : 'directory',
    access: accesses[index % 3] ?? 'read',
    origin: 'flag:--allow',
    required: index % 2 === 0,
  }),
);

const plans: Readonly<Record<string, Plan>> = {
  open: plan,
  blocked: { ...plan, network: { mode: 'blocked', connect: [], listen: [], origin: 'built-in:default' } },
  guarded: {
    ...plan,
    network: { mode: 'ports', connect: [80, 65535], listen: [80], origin: 'flag:--allow-port' },
    denies: {
      rules: [
        { kind: 'path', text: '/a/secret', access: 'all', origin: 'flag:--deny' },
        { kind: 'glob', text: '/**/.env*', access: 'write', origin: 'built-in:x' },
      ],
      lifted: [{ kind: 'path', text: '/a/b' }],
    },
    sockets: [
      {
        path: '/run/x',
        right: 'connect',
        extent: 'socket',
        origin: 'flag:--allow-unix-socket',
        takesDatagrams: false,
      },
      {
        path: '/run/y',
        right: 'bind',
        extent: 'subtree',
        origin: 'flag:--allow-unix-socket',
        takesDatagrams: false,
      },
    ],
    blocked: [{ name: 'rm', origin: 'built-in:destroys', reason: 'destroys', instead: 'Do not.' }],
  },
  limited: {
    ...plan,
    limits: {
      list: [
        { kind: 'memory', most: 2 ** 33, origin: 'flag:--memory', holder: 'group' },
        { kind: 'pids', most: 64, origin: 'flag:--pids', holder: 'broker' },
        { kind: 'cpu-time', most: 60, origin: 'flag:--cpu-time', holder: 'group' },
        { kind: 'timeout', most: 3600, origin: 'flag:--timeout', holder: 'supervisor' },
      ],
      cgroup: { path: '/sys/fs/cgroup/a/nono-1', mount: '/sys/fs/cgroup' },
      missing: null,
    },
  },
  workdir: { ...plan, workdir: '/home/ada/project' },
  'many grants': { ...plan, grants: manyGrants },
  'an old kernel': { ...plan, machine: { ...plan.machine, architecture: 'arm64', landlockAbi: 1 } },
  'odd strings': {
    ...plan,
    command: { executable: '/usr/bin/printf', argv: ['printf', '', '%s\n', '=', '\u{1F512}'] },
    environment: {
      variables: [
        { name: 'EMPTY', value: '' },
        { name: 'LINES', value: 'a\nb=c\n' },
      ],
      withheld: [],
      absent: [],
      set: [],
    },
  },
};

type Counts = {
  readonly programs: number;
  readonly bytes: number;
  readonly cuts: number;
  readonly flips: number;
  readonly resealed: { readonly refused: number; readonly decoded: number };
  readonly shortened: { readonly refused: number; readonly decoded: number };
};

// With the checksum put right a byte is inverted once, then each of its bits alone; without, one of these.
const flipsOfOneByte = 9;
const checksumBytes = 4;
const framingBytes = 16;

function filesIn(directory: string, ending: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(directory, name));
}

const scratch = openScratch();
let decode = '';
let replay = '';

beforeAll(() => {
  decode = compileHarness(join(scratch.path, 'decode'), ['decode.c'], ['program.c']);
  replay = compileHarness(join(scratch.path, 'replay'), ['fuzz.c', 'replay.c'], ['program.c']);
});
afterAll(scratch.close);

function save(name: string, bytes: Uint8Array): string {
  const path = join(scratch.path, `${name.replaceAll(' ', '-')}.program`);
  writeFileSync(path, bytes);
  return path;
}

function damaged(files: readonly string[]): Counts {
  return JSON.parse(runHarness(decode, files));
}

function expectEveryAttempt(counts: Counts, files: readonly string[]): void {
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
  const { resealed, shortened } = counts;
  expect(bytes).toBeGreaterThan(0);
  expect(counts).toMatchObject({
    programs: files.length,
    bytes,
    cuts: bytes,
    flips: bytes,
  });
  const unsealed = bytes - checksumBytes * files.length;
  expect(resealed.refused + resealed.decoded).toBe(unsealed * flipsOfOneByte);
  expect(resealed.refused).toBeGreaterThan(0);
  expect(resealed.decoded).toBeGreaterThan(0);
  expect(shortened.refused + shortened.decoded).toBe(bytes - framingBytes * files.length);
  expect(shortened.refused).toBeGreaterThan(0);
}

describe('decode_program() refuses every cut and every flip without a sanitizer report', () => {
  it.each(Object.entries(plans))('of the plan: %s', (name, each) => {
    const file = save(name, compileProgram(each));
    expectEveryAttempt(damaged([file]), [file]);
  });

  it.each(filesIn(goldenDirectory, '.program'))('of the golden program %s', (file) => {
    expectEveryAttempt(damaged([file]), [file]);
  });

  it('of the fuzzer’s corpus', () => {
    const files = filesIn(corpusDirectory, '.program');
    expectEveryAttempt(damaged(files), files);
  });
});

describe('the fuzz target', () => {
  it('takes every file of its corpus', () => {
    const files = filesIn(corpusDirectory, '');
    expect(JSON.parse(runHarness(replay, files))).toEqual({ replayed: files.length });
    expect(files.length).toBeGreaterThan(0);
  });

  it.each(Object.entries(corpus))('has a corpus of this format: %s', (name, bytes) => {
    const file = join(corpusDirectory, `${name}.program`);
    if (process.env.NONO_WRITE_CORPUS === '1') writeFileSync(file, bytes);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });
});

type Explanation = { readonly decoded: true } | { readonly offset: number; readonly reason: string };

function explain(bytes: Uint8Array): Explanation {
  return JSON.parse(runHarness(decode, ['--explain', save('case', bytes)]));
}

const sealed = (records: readonly RawRecord[]) => seal(body(records));
const padding = Buffer.alloc(64 << 10);
const instructionLimit = 4096;
const largestProgram = 64 << 20;

describe('decode_program() takes', () => {
  const taken: readonly (readonly [string, Buffer])[] = [
    ['limits without a control group', sealed(withOnly('limits', limits({ flags: 0, cgroup: '' })))],
    ['a program with one record of every kind', sealed(complete)],
    ['records in any order', sealed(complete.toReversed())],
    ['no rule, variable, working directory or private directory', corpus.smallest as Buffer],
    ['a filter of 4096 instructions', sealed(withOnly('filter', instructions(instructionLimit)))],
    ['an empty argument', sealed(withOnly('argument', text('argument', '')))],
    ['a variable with an empty value', sealed(withOnly('variable', text('variable', 'NAME=')))],
    [
      'a path of 64 KiB',
      sealed(withOnly('rule', rule(`/${padding.toString('latin1').replaceAll('\0', 'a')}\0`))),
    ],
  ];
  it.each(taken)('%s', (_, bytes) => {
    expect(explain(bytes)).toEqual({ decoded: true });
  });
});

describe('decode_program() says what is wrong with', () => {
  const wrong: readonly (readonly [string, Uint8Array, string])[] = [
    ['nothing at all', Buffer.alloc(0), 'the header is cut short'],
    ['half a header', sealed(complete).subarray(0, 11), 'the header is cut short'],
    ['another magic', seal(body(complete), { magic: 'NOPE' }), 'no program: the magic is missing'],
    ['version 1', seal(body(complete), { version: 1 }), 'another version of the format'],
    ['version 0', seal(body(complete), { version: 0 }), 'another version of the format'],
    ['reserved bytes', seal(body(complete), { reserved: 1 }), 'reserved bytes are set'],
    ['a length below header and checksum', seal(body([]), { length: 15 }), 'the length is too short'],
    ['a length over 64 MiB', seal(body(complete), { length: largestProgram + 1 }), 'the length is too large'],
    [
      'a length of 64 MiB that is not there',
      seal(body(complete), { length: largestProgram }),
      "the length differs from the header's",
    ],
    [
      'a byte after the checksum',
      Buffer.concat([sealed(complete), Buffer.alloc(1)]),
      "the length differs from the header's",
    ],
    ['a missing byte', sealed(complete).subarray(0, -1), "the length differs from the header's"],
    ['another checksum', Buffer.concat([sealed(complete).subarray(0, -4), u32(0)]), 'the checksum differs'],
    [
      'a byte after the last record',
      seal(Buffer.concat([body(complete), Buffer.alloc(1)])),
      'a record is cut short',
    ],
    [
      'a record longer than what is left',
      seal(Buffer.concat([body(complete), u32(7, 1)])),
      'a record reaches past the end',
    ],
    [
      'a record of 4 GiB',
      seal(Buffer.concat([body(complete), u32(7, 0xffffffff)])),
      'a record reaches past the end',
    ],
    ['tag 0', sealed([...complete, { tag: 0, payload: Buffer.alloc(0) }]), 'unknown tag'],
    ['tag 17', sealed([...complete, { tag: 17, payload: Buffer.alloc(0) }]), 'unknown tag'],
    ['tag 2³² − 1', sealed([...complete, { tag: 0xffffffff, payload: Buffer.alloc(0) }]), 'unknown tag'],
    ['no record', sealed([]), 'a record is missing or stands twice'],
    ...(['hygiene', 'layer', 'filter', 'executable', 'argument'] as const).map(
      (name) => [`no ${name}`, sealed(without(name)), 'a record is missing or stands twice'] as const,
    ),
    ...complete
      .filter((each) => ![3, 6, 7, 12, 13, 14, 15].includes(each.tag))
      .map(
        (each) =>
          [
            `one more record of tag ${each.tag}`,
            sealed([...complete, each]),
            'a record is missing or stands twice',
          ] as const,
      ),
    [
      'one layer',
      sealed(withOnly('layer', raw('layer', u64(0n, 0n, 0n)))),
      'a record is missing or stands twice',
    ],
    [
      'a layer of 16 bytes',
      sealed(
        withOnly('layer', raw('layer', u64(0n, 0n)), raw('layer', u64(0n, 0n)), raw('layer', u64(0n, 0n))),
      ),
      'a layer has another size',
    ],
    [
      'hygiene of 8 bytes',
      sealed(withOnly('hygiene', raw('hygiene', u64(0n)))),
      'the hygiene record has another size',
    ],
    [
      'hygiene of 16 bytes',
      sealed(withOnly('hygiene', raw('hygiene', u64(0n, 0n)))),
      'the hygiene record has another size',
    ],
    [
      'hygiene flag 128',
      sealed(withOnly('hygiene', raw('hygiene', u64(0n), u32(128)))),
      'unknown hygiene flag',
    ],
    ['a deny without a path', sealed(withOnly('deny', raw('deny', u32(3)))), 'a deny is too short'],
    [
      'a relative deny',
      sealed(withOnly('deny', raw('deny', u32(3), Buffer.from('a\0')))),
      'not an absolute path',
    ],
    [
      'a deny of nothing',
      sealed(withOnly('deny', raw('deny', u32(8), Buffer.from('/\0')))),
      'unknown deny flags',
    ],
    [
      'deny flag 32',
      sealed(withOnly('deny', raw('deny', u32(33), Buffer.from('/\0')))),
      'unknown deny flags',
    ],
    ['a socket without a path', sealed(withOnly('socket', raw('socket', u32(1)))), 'a socket is too short'],
    [
      'a socket for nothing',
      sealed(withOnly('socket', raw('socket', u32(4), Buffer.from('/\0')))),
      'unknown socket flags',
    ],
    [
      'socket flag 16',
      sealed(withOnly('socket', raw('socket', u32(17), Buffer.from('/\0')))),
      'unknown socket flags',
    ],
    ['half a port', sealed(withOnly('port', raw('port', u32(80)))), 'a port has another size'],
    ['port 0', sealed(withOnly('port', raw('port', u32(0, 1)))), 'no such port'],
    ['port 65536', sealed(withOnly('port', raw('port', u32(65536, 1)))), 'no such port'],
    ['a port for nothing', sealed(withOnly('port', raw('port', u32(80, 0)))), 'unknown port flags'],
    ['port flag 4', sealed(withOnly('port', raw('port', u32(80, 4)))), 'unknown port flags'],
    ...['', 'no name\0', 'no end\0rm'].map(
      (payload) =>
        [
          `blocked commands ${JSON.stringify(payload)}`,
          sealed(withOnly('blocked', raw('blocked', Buffer.from(payload)))),
          'blocked commands are not a message and names',
        ] as const,
    ),
    ['no limits', sealed(withOnly('limits', raw('limits'))), 'the limits are too short'],
    [
      'limits of 16 bytes',
      sealed(withOnly('limits', raw('limits', u64(1n, 1n)))),
      'the limits are too short',
    ],
    [
      'limits flag 8',
      sealed(withOnly('limits', limits({ flags: 8, cgroup: '/g\0' }))),
      'unknown limits flag',
    ],
    [
      'a control group that holds nothing',
      sealed(withOnly('limits', limits({ flags: 0, cgroup: '/g\0' }))),
      'a control group that holds no limit',
    ],
    ...['', 'g\0', '/g'].map(
      (cgroup) =>
        [
          `limits by the control group ${JSON.stringify(cgroup)}`,
          sealed(withOnly('limits', limits({ flags: 1, cgroup }))),
          'not an absolute path',
        ] as const,
    ),
    ['an empty rule', sealed(withOnly('rule', raw('rule'))), 'a rule is too short'],
    ['a rule without any path', sealed(withOnly('rule', rule(''))), 'a rule is too short'],
    ['a rule with an empty path', sealed(withOnly('rule', rule('\0'))), 'a rule without an absolute path'],
    [
      'a rule with a relative path',
      sealed(withOnly('rule', rule('usr\0'))),
      'a rule without an absolute path',
    ],
    [
      'a rule whose path has no NUL',
      sealed(withOnly('rule', rule('/usr'))),
      'a rule without an absolute path',
    ],
    [
      'a rule with a NUL in its path',
      sealed(withOnly('rule', rule('/u\0sr\0'))),
      'a rule without an absolute path',
    ],
    [
      'a rule for no layer',
      sealed(withOnly('rule', rule('/\0', { layers: 0 }))),
      'a rule for an unknown layer',
    ],
    [
      'a rule for layer 3',
      sealed(withOnly('rule', rule('/\0', { layers: 8 }))),
      'a rule for an unknown layer',
    ],
    [
      'a rule for layers 0 and 31',
      sealed(withOnly('rule', rule('/\0', { layers: 0x80000001 }))),
      'a rule for an unknown layer',
    ],
    ['rule flag 16', sealed(withOnly('rule', rule('/\0', { flags: 16 }))), 'unknown rule flag'],
    [
      'a filter of no instruction',
      sealed(withOnly('filter', instructions(0))),
      'the filter has an impossible size',
    ],
    [
      'a filter of 4097 instructions',
      sealed(withOnly('filter', instructions(instructionLimit + 1))),
      'the filter has an impossible size',
    ],
    [
      'half an instruction',
      sealed(withOnly('filter', raw('filter', Buffer.alloc(12)))),
      'the filter has an impossible size',
    ],
    ...(['executable', 'workdir', 'temporary'] as const).flatMap((name) =>
      ['', '\0', 'bin\0', '/bin', '/b\0in\0'].map(
        (value) =>
          [
            `${name} ${JSON.stringify(value)}`,
            sealed(withOnly(name, raw(name, Buffer.from(value)))),
            'not an absolute path',
          ] as const,
      ),
    ),
    ['a store without a path', sealed(withOnly('store', store(''))), 'the store record is too short'],
    ['a store with a relative path', sealed(withOnly('store', store('a\0'))), 'not an absolute path'],
    ['store flag 4', sealed(withOnly('store', store('/a\0', 4))), 'unknown store flag'],
    ['a store that is about nothing', sealed(without('about')), 'a store and what it is about go together'],
    ['a session without a store', sealed(without('store')), 'a store and what it is about go together'],
    [
      'a session that is about too much',
      sealed(withOnly('about', text('about', 'x'.repeat(16384)))),
      'what the session is about is no short string',
    ],
    ...['', 'word', 'wo\0rd\0', '\0\0'].map(
      (value) =>
        [
          `argument ${JSON.stringify(value)}`,
          sealed(withOnly('argument', raw('argument', Buffer.from(value)))),
          'an argument is not a string',
        ] as const,
    ),
    ...['', '\0', 'NAME\0', 'NAME=x', '=x\0', 'NA\0ME=x\0'].map(
      (value) =>
        [
          `variable ${JSON.stringify(value)}`,
          sealed(withOnly('variable', raw('variable', Buffer.from(value)))),
          'a variable is not NAME=VALUE',
        ] as const,
    ),
  ];
  it.each(wrong)('%s', (_, bytes, reason) => {
    expect(explain(bytes)).toMatchObject({ decoded: false, reason });
  });
});
