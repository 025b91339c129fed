// How profiles add up, for any of them: docs/profiles.md says the rules.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonoError } from '../../src/errors.ts';
import { ask } from '../../src/plan/ask/ask.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { layerFromProfile } from '../../src/policy/from-profile.ts';
import { joinLayers, type Layer } from '../../src/policy/layer.ts';
import { limitKinds } from '../../src/policy/limits.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { optionalGroups, protectionGroups } from '../../src/policy/protection-groups.ts';
import { readProfile } from '../../src/policy/read-profile.ts';
import { support } from '../golden/machine.ts';
import { machine } from '../plan/fake-host.ts';

const some = <T>(element: fc.Arbitrary<T>) => fc.array(element, { maxLength: 3 });
const path = fc.constantFrom('~/a', '~/a/b', '/srv/data', '$WORKDIR/x', '$XDG_CACHE_HOME/tool');
const port = fc.integer({ min: 1, max: 5 });
const command = fc.constantFrom('rm', 'dd', 'docker', 'make');
const variable = fc.constantFrom('A', 'B', 'C_TOKEN');
const group = fc.constantFrom(...protectionGroups);

/** Any profile that the schema takes: what it holds is made from a few names, so that profiles meet. */
const profile = fc.record(
  {
    filesystem: fc.record(
      {
        allow: some(path),
        read: some(path),
        write: some(path),
        deny: some(fc.oneof(path, fc.constant('**/.env'))),
        deny_write: some(path),
        bypass_protection: some(path),
        unix_sockets: some(path),
      },
      { requiredKeys: [] },
    ),
    network: fc.record({ block: fc.boolean(), ports: some(port), listen: some(port) }, { requiredKeys: [] }),
    commands: fc.record({ allow: some(command), block: some(command) }, { requiredKeys: [] }),
    environment: fc.record(
      {
        pass: some(variable),
        withhold: some(variable),
        set: fc.dictionary(variable, fc.constantFrom('1', '2'), { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    workdir: fc.constantFrom('none', 'read', 'write', 'readwrite'),
    limits: fc.record(
      {
        memory: fc.constantFrom('1G', '512M'),
        pids: port,
        cpu_time: fc.constantFrom(60, '2m'),
        timeout: fc.constantFrom('1h', 90),
      },
      { requiredKeys: [] },
    ),
    on_delete: fc.constantFrom('refuse', 'keep'),
    groups: fc.record(
      { include: some(group), exclude: some(fc.constantFrom(...optionalGroups)) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const here = { platform: 'linux', environment: {} } as const;

function layerOf(value: object, index: number): Layer {
  const name = `p${index}`;
  return layerFromProfile({ name, file: null, profile: readProfile(JSON.stringify(value), name) }, here);
}

/** Several different profiles, each with a name of its own. */
const layers = fc.array(profile, { minLength: 1, maxLength: 4 }).map((all) => all.map(layerOf));

const policyOf = (all: readonly Layer[]): Policy => policyFromFlags({}, ['true'], all);
const texts = (list: readonly unknown[]) => new Set(list.map((each) => JSON.stringify(each)));
const listed = (policy: Policy) => ({
  grants: texts(policy.grants),
  bypasses: texts(policy.bypasses),
  denies: texts(policy.denies),
  sockets: texts(policy.sockets),
  commands: [texts(policy.commands.allow), texts(policy.commands.block)],
  environment: [texts(policy.environment.pass), texts(policy.environment.withhold)],
  groups: texts(policy.excludedGroups.map(({ name }) => name)),
  network: [policy.network.mode, new Set(policy.network.connect), new Set(policy.network.listen)],
  limits: policy.limits.map(({ kind, most }) => [kind, most]),
});

const isWithin = (part: ReadonlySet<string>, whole: ReadonlySet<string>) =>
  [...part].every((each) => whole.has(each));
const openness = { blocked: 0, ports: 1, open: 2 } as const;
const runs = { numRuns: 300 };

describe('profiles', () => {
  it('that come twice count once', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const last = all.at(-1) as Layer;
        expect(joinLayers([...all, last])).toEqual(joinLayers(all));
        expect(listed(policyOf([...all, ...all]))).toEqual(listed(policyOf(all)));
      }),
      runs,
    );
  });

  it('add up in the same way however they are put together', () => {
    fc.assert(
      fc.property(layers, layers, (one, other) => {
        expect(joinLayers([joinLayers(one), joinLayers(other)])).toEqual(joinLayers([...one, ...other]));
        expect(joinLayers([joinLayers([]), ...one])).toEqual(joinLayers(one));
      }),
      runs,
    );
  });

  it('mean the same in any order, but for what is one value: there the last that says it decides', () => {
    const shuffled = layers.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, others]) => {
        expect(listed(policyOf(others))).toEqual(listed(policyOf(all)));
        const said = others.map(({ chosen }) => chosen.onDelete).filter((each) => each !== undefined);
        expect(policyOf(others).originals.onDelete).toBe(said.at(-1) ?? 'refuse');
      }),
      runs,
    );
  });

  it('keep where each rule came from', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const { grants, denies, sockets, bypasses } = policyOf(all);
        for (const { origin } of [...grants, ...denies, ...sockets, ...bypasses])
          expect(all.flatMap(({ profiles }) => profiles.map(({ name }) => `profile:${name}`))).toContain(
            origin,
          );
      }),
      runs,
    );
  });

  it('never take back what another closes', () => {
    fc.assert(
      fc.property(layers, profile, (all, more) => {
        const [before, after] = [policyOf(all), policyOf([...all, layerOf(more, all.length)])];
        expect(isWithin(texts(before.denies), texts(after.denies))).toBe(true);
        expect(isWithin(texts(before.commands.block), texts(after.commands.block))).toBe(true);
        expect(isWithin(texts(before.environment.withhold), texts(after.environment.withhold))).toBe(true);
        if (before.network.mode !== 'ports')
          expect(openness[after.network.mode]).toBeLessThanOrEqual(openness[before.network.mode]);
        expect(after.network.mode === 'open' && before.network.mode !== 'open').toBe(false);
        for (const kind of limitKinds) {
          const most = (policy: Policy) => policy.limits.find((each) => each.kind === kind)?.most ?? Infinity;
          expect(most(after)).toBeLessThanOrEqual(most(before));
        }
      }),
      runs,
    );
  });

  it('leave no group out that one of them includes, nor any that is required', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const included = all.flatMap(({ groups }) => groups.include.map(({ name }) => name));
        const excluded = policyOf(all).excludedGroups.map(({ name }) => name);
        expect(excluded.filter((name) => included.includes(name) || !optionalGroups.includes(name))).toEqual(
          [],
        );
      }),
      runs,
    );
    for (const name of protectionGroups.filter((each) => !optionalGroups.includes(each)))
      expect(() => readProfile(JSON.stringify({ groups: { exclude: [name] } }), 'p')).toThrow(
        `"${name}" is required`,
      );
  });

  it('open nothing that another denies, by whatever they grant or lift', () => {
    const denied = '/home/ada/project/secret';
    const strict = layerOf({ filesystem: { deny: [denied] } }, 0);
    const around = fc.constantFrom('/home/ada/project', denied, `${denied}/key`, '/home/ada', '/');
    const loose = fc.record({ allow: some(around), read: some(around), bypass_protection: some(around) });
    const host = machine({
      '/usr/bin/true': { mode: 0o755 },
      [`${denied}/key`]: 'file',
      '/home/ada/project/open': 'file',
    });
    fc.assert(
      fc.property(loose, fc.boolean(), (filesystem, isFirst) => {
        const later = layerOf({ filesystem }, 1);
        const verdict = () => {
          const plan = buildPlan(policyOf(isFirst ? [strict, later] : [later, strict]), host, support);
          return ask(plan, host, { kind: 'file', op: 'read', path: `${denied}/key` as AbsolutePath });
        };
        try {
          expect(verdict().status).toBe('denied');
        } catch (error) {
          if (!(error instanceof NonoError)) throw error; // stopped before it could be asked
        }
      }),
      { numRuns: 40 },
    );
  });
});
