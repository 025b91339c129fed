// Plan → records: which rules a program has, and which it may leave out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../../src/backend/linux/compile.ts';
import { rightsFor } from '../../../src/backend/linux/landlock.ts';
import type { Grant } from '../../../src/plan/grant.ts';
import type { AbsolutePath } from '../../../src/plan/host.ts';
import { contains } from '../../../src/plan/path.ts';
import { buildPlan, type LinuxPlan as Plan } from '../../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../../src/policy/from-flags.ts';
import { disk, machine, support } from '../../golden/machine.ts';
import { decodeRecords } from './decode.ts';

const plan = (flags: PolicyFlags = {}, words: readonly string[] = ['true']): Plan =>
  buildPlan(policyFromFlags(flags, words), machine(disk), support);

/** The plan with other parts; `protected` is computed, so it is left out of the copy. */
const changed = (parts: Partial<Plan>): Plan => ({ ...plan(), ...parts });

const withAbi = (landlockAbi: number, parts: Partial<Plan> = {}): Plan =>
  changed({
    machine: { platform: 'linux', architecture: 'x64', landlockAbi, notifies: true, inside: false },
    ...parts,
  });

const grant = (path: AbsolutePath, changes: Partial<Grant> = {}): Grant => ({
  path,
  kind: 'directory',
  access: 'read',
  origin: 'session',
  required: true,
  ...changes,
});

const payloads = (each: Plan, tag: number): Buffer[] =>
  decodeRecords(compileProgram(each)).flatMap((record) => (record.tag === tag ? [record.payload] : []));
const texts = (each: Plan, tag: number): string[] =>
  payloads(each, tag).map((payload) => payload.toString('utf8', 0, payload.length - 1));
const rules = (each: Plan) =>
  payloads(each, 3).map((payload) => ({
    rights: payload.readBigUInt64LE(0),
    layers: payload.readUInt32LE(8),
    flags: payload.readUInt32LE(12),
    path: payload.toString('utf8', 16, payload.length - 1) as AbsolutePath,
  }));
const keeper = 1;
const wall = 2;
const command = 4;
/** The rules of the wall. */
const outer = (each: Plan) => rules(each).filter(({ layers }) => (layers & wall) !== 0);

describe('compileProgram()', () => {
  it('keeps of root CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL and NET_BIND_SERVICE, by number', () => {
    const numbers = [0, 1, 3, 4, 5, 10];
    const mask = numbers.reduce((set, number) => set + 2n ** BigInt(number), 0n);
    expect(payloads(plan(), 1)[0]?.readBigUInt64LE(0)).toBe(mask);
  });

  it.each([
    [5, 'open', 4],
    [6, 'open', 5],
    [5, 'blocked', 6],
    [7, 'blocked', 7],
    [7, 'ports', 7],
  ] as const)('marks the signal scope, local descriptors and the listener: ABI %i, network %s', (abi, mode, flags) => {
    const each = withAbi(abi, { network: { mode, connect: [], listen: [], origin: 'session' } });
    expect(payloads(each, 1)[0]?.readUInt32LE(8)).toBe(flags);
  });

  it('has three layers: the keeper may read, the grants are the wall, the command is set apart', () => {
    const layers = payloads(plan({ netBlock: true }), 2).map((payload) =>
      [0, 8, 16].map((offset) => payload.readBigUInt64LE(offset)),
    );
    expect(layers).toEqual([
      [0x77b2n, 0n, 3n], // all that writes, but devices
      [0xffffn, 3n, 3n],
      [0x2800n, 0n, 3n], // MAKE_BLOCK and REFER
    ]);
  });

  it('lets the keeper write to the write grants and to the store, and the command not to the store', () => {
    const each = plan({ allow: ['.'], write: ['out'], read: ['~/data'] });
    const layersOf = (path: string) => rules(each).find((one) => one.path === path)?.layers;
    expect(layersOf('/home/ada/project')).toBe(keeper | wall);
    expect(layersOf('/home/ada/data')).toBe(wall);
    expect(layersOf('/home/ada/.local/state/nono/sessions/20260223-101500-1-a')).toBe(keeper);
  });

  it('names the store with its limits where something from before can be written, and only there', () => {
    const [store] = payloads(plan({ allow: ['.'], keepLimit: 400, onDelete: 'keep' }), 10);
    expect(store?.readBigUInt64LE(0)).toBe(400n);
    expect(store?.readBigUInt64LE(8)).toBe(100n);
    expect(store?.readUInt32LE(16)).toBe(1);
    expect(payloads(plan({ allow: ['.'] }), 10)[0]?.readUInt32LE(16)).toBe(0);
    expect(payloads(plan(), 10)).toEqual([]);
    expect(payloads(plan(), 11)).toEqual([]);
  });

  it('remembers births where a file system that is written to does not record them for good', () => {
    const on = (type: number, flags: PolicyFlags) => {
      const host = machine(disk, { fileSystem: (path) => (path.startsWith('/home') ? type : 0xef53) });
      return buildPlan(policyFromFlags(flags, ['true']), host, support);
    };
    const overlay = on(0x794c7630, { allow: ['.'] });
    expect(payloads(overlay, 10)[0]?.readUInt32LE(16)).toBe(2);
    expect(payloads(overlay, 4)).not.toEqual(payloads(plan({ allow: ['.'] }), 4));
    // Nobody can tell there at the end what is new: the broker makes everything.
    expect(payloads(on(0x65735546, { allow: ['.'] }), 4)).toEqual(payloads(overlay, 4));
    for (const type of [0xef53, 0x58465342, 0x01021994])
      expect(payloads(on(type, { allow: ['.'] }), 10)[0]?.readUInt32LE(16)).toBe(0);
  });

  it('says what the session is about, without its environment', () => {
    const each = plan({ allow: ['.'], env: ['SECRET=hunter2'] }, ['make', 'x'.repeat(100_000)]);
    const [about = ''] = texts(each, 11);
    expect(JSON.parse(about)).toMatchObject({ version: 1, id: '20260223-101500-1-a' });
    expect(about.length).toBeLessThan(4096);
    expect(about).not.toContain('hunter2');
  });

  it('asks the broker where there is one', () => {
    const notify = (each: Plan) =>
      payloads(each, 4)[0]?.includes(Buffer.from([6, 0, 0, 0, 0, 0, 0xc0, 0x7f]));
    const without = { ...plan().machine, notifies: false };
    expect(notify(plan())).toBe(true);
    expect(notify(changed({ machine: without }))).toBe(false);
    expect(payloads(changed({ machine: without }), 1)[0]?.readUInt32LE(8)).toBe(1);
  });

  it('withholds removing and cutting where there is no broker', () => {
    const each = changed({ originals: { kind: 'withheld' }, grants: [grant('/a', { access: 'readwrite' })] });
    expect(outer(each)[0]?.rights).toBe(0x77bfn & ~0x4030n);
  });

  it('allows moves everywhere in the innermost layer where the kernel knows them, and nothing else there', () => {
    const inner = (abi: number) => rules(withAbi(abi)).filter(({ layers }) => layers === command);
    expect(inner(1)).toEqual([]);
    expect(inner(7)).toEqual([{ rights: 0x2000n, layers: 4, flags: 1, path: '/' }]);
  });

  it('marks directories, and what may have vanished', () => {
    const grants = [
      grant('/a'),
      grant('/b', { required: false }),
      grant('/c', { kind: 'file' }),
      grant('/d', { kind: 'device', required: false }),
    ];
    expect(outer(changed({ grants })).map(({ path, flags }) => [path, flags])).toEqual([
      ['/a', 1],
      ['/b', 3],
      ['/c', 0],
      ['/d', 2],
    ]);
  });

  it('leaves out a rule whose ancestor allows as much, and none that allows more', () => {
    const grants = [
      grant('/a', { access: 'readwrite' }),
      grant('/a/b'),
      grant('/a/b/c', { access: 'write' }),
      grant('/a/file', { kind: 'file', access: 'readwrite' }),
      grant('/a/device', { kind: 'device', access: 'read' }), // its control is no right of a directory
      grant('/ab'),
      grant('/r'),
      grant('/r/w', { access: 'write' }),
    ];
    expect(outer(changed({ grants })).map(({ path }) => path)).toEqual([
      '/a',
      '/a/device',
      '/ab',
      '/r',
      '/r/w',
    ]);
  });

  it('allows at each path what the grants around it allow together, with or without what is left out', () => {
    const path = fc.constantFrom<AbsolutePath>('/', '/a', '/a/b', '/a/b/c', '/ab', '/d/e');
    const any = fc.record({
      path,
      access: fc.constantFrom('read', 'write', 'readwrite'),
      kind: fc.constantFrom('directory', 'directory', 'file'),
      required: fc.boolean(),
      origin: fc.constant('session'),
    }) as fc.Arbitrary<Grant>;
    const rightsOf = rightsFor(7);
    const unite = (all: bigint, rights: bigint) => all | rights;
    const base = plan();
    fc.assert(
      fc.property(fc.uniqueArray(any, { maxLength: 6, selector: (each) => each.path }), (grants) => {
        const compiled = outer({ ...base, grants });
        for (const at of ['/', '/a', '/a/b', '/a/b/c', '/ab', '/d/e'] as const) {
          const reaches = (from: AbsolutePath, directory: boolean) =>
            from === at || (directory && contains(from, at));
          const wanted = grants
            .filter((each) => reaches(each.path, each.kind === 'directory'))
            .map(rightsOf)
            .reduce(unite, 0n);
          const got = compiled
            .filter((each) => reaches(each.path, (each.flags & 1) === 1))
            .map(({ rights }) => rights)
            .reduce(unite, 0n);
          expect([at, got]).toEqual([at, wanted]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('names no right that the kernel does not know', () => {
    for (const abi of [1, 2, 3, 4, 5, 6, 7]) {
      const each = withAbi(abi);
      const handled = payloads(each, 2).map((payload) => payload.readBigUInt64LE(0));
      for (const { rights, layers } of rules(each))
        expect(rights & ~(handled[layers === command ? 2 : 1] as bigint)).toBe(0n);
    }
  });

  it('executes the file that was found, with the words as they were given', () => {
    const each = plan({}, ['true', '', 'a b', 'ü']);
    expect(texts(each, 5)).toEqual(['/usr/bin/true']);
    expect(texts(each, 6)).toEqual(['true', '', 'a b', 'ü']);
  });

  it('carries the environment, and the working directory where one was asked for', () => {
    const each = plan({ env: ['A=b=c', 'E='], workdir: 'out' });
    expect(texts(each, 7)).toEqual(expect.arrayContaining(['A=b=c', 'E=', 'PWD=/home/ada/project/out']));
    expect(texts(each, 8)).toEqual(['/home/ada/project/out']);
    expect(texts(plan(), 8)).toEqual([]);
    expect(texts(plan(), 9)).toEqual(['/tmp/nono-1']);
  });

  it('says who judges, and how much of it a session inside can build on', () => {
    const judges = 0b1110100;
    const flags = (each: Plan) => (payloads(each, 1)[0]?.readUInt32LE(8) ?? 0) & judges;
    const inside = {
      platform: 'linux',
      architecture: 'x64',
      landlockAbi: 7,
      notifies: true,
      inside: true,
    } as const;
    const explained = plan({ allow: ['.'], explain: true });
    expect(flags(plan({ read: ['.'] }))).toBe(0b0000100);
    expect(flags(explained)).toBe(0b1100100);
    expect(flags({ ...explained, machine: inside })).toBe(0b0010000);
  });

  it.each(['x64', 'arm64'] as const)('has the filter of its architecture: %s', (architecture) => {
    const audit = { x64: 0xc000003e, arm64: 0xc00000b7 };
    const [filter] = payloads(
      changed({
        machine: { platform: 'linux', architecture, landlockAbi: 7, notifies: true, inside: false },
      }),
      4,
    );
    expect(filter?.readUInt32LE(12)).toBe(audit[architecture]); // k of the second instruction
  });

  it('has another filter where the network is blocked', () => {
    expect(payloads(plan({ netBlock: true }), 4)).not.toEqual(payloads(plan(), 4));
  });
});
