// Plan → records: which rules a program has, and which it may leave out.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../../src/backend/linux/compile.ts';
import { rightsFor } from '../../../src/backend/linux/landlock.ts';
import type { Grant } from '../../../src/plan/grant.ts';
import type { AbsolutePath } from '../../../src/plan/host.ts';
import { contains } from '../../../src/plan/path.ts';
import { buildPlan, type Plan } from '../../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../../src/policy/from-flags.ts';
import { disk, machine, support } from '../../golden/machine.ts';
import { decodeRecords } from './decode.ts';

const plan = (flags: PolicyFlags = {}, words: readonly string[] = ['true']): Plan =>
  buildPlan(policyFromFlags(flags, words), machine(disk), support);

/** The plan with other parts; `protected` is computed, so it is left out of the copy. */
const changed = (parts: Partial<Plan>): Plan => ({ ...plan(), ...parts });

const withAbi = (landlockAbi: number, parts: Partial<Plan> = {}): Plan =>
  changed({ machine: { platform: 'linux', architecture: 'x64', landlockAbi }, ...parts });

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
const outer = (each: Plan) => rules(each).filter(({ layers }) => layers === 1);

describe('compileProgram()', () => {
  it('keeps of root CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL and NET_BIND_SERVICE, by number', () => {
    const numbers = [0, 1, 3, 4, 5, 10];
    const mask = numbers.reduce((set, number) => set + 2n ** BigInt(number), 0n);
    expect(payloads(plan(), 1)[0]?.readBigUInt64LE(0)).toBe(mask);
  });

  it.each([
    [5, 'open', 0],
    [6, 'open', 1],
    [5, 'blocked', 2],
    [7, 'blocked', 3],
  ] as const)('marks the signal scope and local descriptors: ABI %i, network %s', (abi, mode, flags) => {
    const each = withAbi(abi, { network: { mode, origin: 'session' } });
    expect(payloads(each, 1)[0]?.readUInt32LE(8)).toBe(flags);
  });

  it('has two layers, the wall first', () => {
    const [wall, apart, ...more] = payloads(plan({ netBlock: true }), 2);
    expect(more).toEqual([]);
    expect(wall?.readBigUInt64LE(0)).toBe(0xffffn);
    expect(wall?.readBigUInt64LE(8)).toBe(3n);
    expect(wall?.readBigUInt64LE(16)).toBe(3n);
    expect(apart?.readBigUInt64LE(0)).toBe(0x2800n); // MAKE_BLOCK and REFER
  });

  it('allows moves everywhere in the inner layer where the kernel knows them, and nothing else there', () => {
    const inner = (abi: number) => rules(withAbi(abi)).filter(({ layers }) => layers !== 1);
    expect(inner(1)).toEqual([]);
    expect(inner(7)).toEqual([{ rights: 0x2000n, layers: 2, flags: 1, path: '/' }]);
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
        expect(rights & ~(handled[layers - 1] as bigint)).toBe(0n);
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

  it.each(['x64', 'arm64'] as const)('has the filter of its architecture: %s', (architecture) => {
    const audit = { x64: 0xc000003e, arm64: 0xc00000b7 };
    const [filter] = payloads(changed({ machine: { platform: 'linux', architecture, landlockAbi: 7 } }), 4);
    expect(filter?.readUInt32LE(12)).toBe(audit[architecture]); // k of the second instruction
  });

  it('has another filter where the network is blocked', () => {
    expect(payloads(plan({ netBlock: true }), 4)).not.toEqual(payloads(plan(), 4));
  });
});
