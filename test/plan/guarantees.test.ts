// What each kernel holds of the promises, and what stops a run.
import { describe, expect, it } from 'vitest';
import type { GuaranteeId } from '../../src/plan/guarantee.ts';
import { decideGuarantees, everyGuarantee, guaranteeIssues } from '../../src/plan/guarantees.ts';
import type { Support } from '../../src/plan/host.ts';
import type { NetworkMode } from '../../src/policy/policy.ts';

const judged = { reads: false, creations: false };
const seccomp = { filter: true, kill: true, notify: true };
const kernel = (abi: number): Support => ({ landlock: { abi }, seccomp, around: null });
const without = (errno: string): Support => ({ landlock: { errno }, seccomp, around: null });

const decide = (support: Support, network: NetworkMode = 'open') =>
  decideGuarantees({ network, writes: true, denies: true, protects: true, judged }, support);

const missing = (support: Support, network: NetworkMode = 'open'): GuaranteeId[] =>
  decide(support, network)
    .filter((each) => each.missing !== undefined)
    .map(({ id }) => id);

const stopping = (support: Support, bestEffort: boolean, network: NetworkMode = 'open') =>
  guaranteeIssues(decide(support, network), bestEffort).map(({ origin }) => origin);

describe('decideGuarantees()', () => {
  it.each<[number, GuaranteeId[]]>([
    [0, ['files', 'truncation', 'devices', 'processes', 'signals']],
    [1, ['truncation', 'devices', 'signals']],
    [2, ['truncation', 'devices', 'signals']],
    [3, ['devices', 'signals']],
    [4, ['devices', 'signals']],
    [5, ['signals']],
    [6, []],
    [7, []],
  ])('finds with Landlock ABI %i missing: %j', (abi, ids) => {
    expect(missing(kernel(abi))).toEqual(ids);
    expect(missing(kernel(abi), 'blocked')).toEqual(ids);
  });

  it('has a mechanism exactly where nothing is missing', () => {
    for (const abi of [0, 1, 3, 5, 7])
      for (const each of decide(kernel(abi), 'blocked'))
        expect([each.id, each.mechanism === null]).toEqual([each.id, each.missing !== undefined]);
  });

  it('promises each thing once, and no network where it was asked for alone', () => {
    const ids = (network: NetworkMode) => decide(kernel(7), network).map(({ id }) => id);
    const open: GuaranteeId[] = [
      'files',
      'truncation',
      'devices',
      'system-calls',
      'sockets',
      'metadata',
      'commands',
      'processes',
      'signals',
      'privileges',
      'descriptors',
      'environment',
      'denies',
      'protected-names',
      'originals',
      'lifetime',
    ];
    expect(ids('open')).toEqual(open);
    expect([...ids('blocked')].sort()).toEqual([...open, 'network'].sort());
  });

  it('promises that nothing is lost where something could be, and by notifications alone', () => {
    const find = (writes: boolean, notify: boolean) => {
      const support = { ...kernel(7), seccomp: { filter: true, kill: true, notify }, around: null };
      return decideGuarantees(
        { network: 'open', writes, denies: false, protects: false, judged },
        support,
      ).find(({ id }) => id === 'originals');
    };
    expect(find(false, false)).toBeUndefined();
    expect(find(true, true)?.mechanism).toMatch(/seccomp notifications/);
    expect(find(true, false)?.missing?.reason).toMatch(/no seccomp notifications/);
  });

  it('ends a run by signal scope where the kernel has it, and says so', () => {
    const lifetime = (abi: number) => decide(kernel(abi)).find(({ id }) => id === 'lifetime')?.mechanism;
    expect(lifetime(5)).toBe('subreaper');
    expect(lifetime(6)).toBe('Landlock signal scope, subreaper');
  });

  it.each([
    ['EOPNOTSUPP', 'switched off', 'lsm='],
    ['ENOTSUP', 'switched off', 'lsm='],
    ['ENOSYS', 'offers no Landlock (ENOSYS)', 'Linux 5.13'],
    ['EPERM', 'offers no Landlock (EPERM)', 'Linux 5.13'],
  ])('explains %s', (errno, reason, remedy) => {
    const files = decide(without(errno)).find(({ id }) => id === 'files');
    expect(files?.missing?.reason).toContain(reason);
    expect(files?.missing?.remedy).toContain(remedy);
  });

  it('names the ABI that is there, the one that is needed and the kernel that has it', () => {
    const signals = decide(kernel(5)).find(({ id }) => id === 'signals');
    expect(signals?.missing).toEqual({
      reason: 'this kernel has Landlock ABI 5, and 6 is needed',
      remedy: 'Linux 6.12 or later',
    });
  });

  it.each([
    ['filter', { filter: false, kill: true, notify: true }],
    ['kill', { filter: true, kill: false, notify: true }],
  ])('holds nothing by seccomp without %s', (_, partial) => {
    const support: Support = { landlock: { abi: 7 }, seccomp: partial, around: null };
    expect(missing(support)).toEqual(['system-calls', 'sockets']);
    expect(missing(support, 'blocked')).toEqual(['system-calls', 'sockets', 'network']);
  });

  it('holds by notifications what needs judgement, and ports as well', () => {
    const support: Support = { landlock: { abi: 7 }, seccomp: { ...seccomp, notify: false }, around: null };
    expect(missing(support)).toEqual(['metadata', 'commands', 'denies', 'protected-names', 'originals']);
    expect(missing(support, 'ports')).toEqual([
      'metadata',
      'commands',
      'network',
      'denies',
      'protected-names',
      'originals',
    ]);
    expect(stopping(support, true, 'ports')).toEqual(['guarantee:network', 'guarantee:denies']);
  });
});

describe('decideGuarantees() inside another session', () => {
  const inside = (around: Support['around']): Support => ({ ...kernel(7), around });
  const demands = { network: 'open', writes: true, denies: true, protects: true } as const;
  const all = { reads: true, creations: true };

  it('holds by the broker of that one what notifications hold', () => {
    const decided = decideGuarantees({ ...demands, judged }, inside(judged));
    const byThat = decided.filter(
      ({ mechanism }) => mechanism === 'the broker of the session around this one',
    );
    expect(byThat.map(({ id }) => id)).toEqual([
      'metadata',
      'commands',
      'denies',
      'protected-names',
      'originals',
    ]);
    expect(byThat.at(-1)?.promise).toContain('before the session around this one');
  });

  it.each([
    [all, all, null],
    [judged, judged, null],
    [{ reads: true, creations: false }, { reads: false, creations: true }, 'opened for reading'],
    [{ reads: false, creations: true }, { reads: true, creations: false }, 'all that is made'],
    [all, judged, 'opened for reading'],
  ])('needs %o judged, has %o', (needed, around, reason) => {
    const decided = decideGuarantees({ ...demands, judged: needed }, inside(around));
    expect(decided.filter(({ missing }) => missing !== undefined).map(({ id }) => id)).toEqual(
      reason === null ? [] : ['denies'],
    );
    if (reason !== null) expect(guaranteeIssues(decided, true)[0]?.message).toContain(reason);
  });

  it('has none for a third', () => {
    const third = decide({ ...without('EOPNOTSUPP'), nested: true }).find(({ id }) => id === 'files');
    expect(third?.missing?.reason).toContain('itself inside one');
  });
});

describe('guaranteeIssues()', () => {
  it('stops for everything that is missing', () => {
    expect(stopping(kernel(1), false)).toEqual([
      'guarantee:truncation',
      'guarantee:devices',
      'guarantee:signals',
    ]);
    expect(stopping(kernel(6), false)).toEqual([]);
  });

  it('goes on with best effort where something lesser is missing', () => {
    for (const abi of [1, 2, 3, 4, 5]) expect(stopping(kernel(abi), true)).toEqual([]);
  });

  it('stops with best effort, too, where there is no wall', () => {
    expect(stopping(kernel(0), true)).toEqual(['guarantee:files', 'guarantee:processes']);
    expect(stopping(without('EOPNOTSUPP'), true)).toEqual(['guarantee:files', 'guarantee:processes']);
    const unfiltered: Support = {
      landlock: { abi: 7 },
      seccomp: { filter: false, kill: false, notify: false },
      around: null,
    };
    expect(stopping(unfiltered, true, 'blocked')).toEqual([
      'guarantee:system-calls',
      'guarantee:sockets',
      'guarantee:network',
      'guarantee:denies',
    ]);
  });

  it('offers --best-effort exactly where it would help', () => {
    for (const { origin, remedy } of guaranteeIssues(decide(kernel(0)), false)) {
      const essential = ['guarantee:files', 'guarantee:processes'].includes(origin ?? '');
      expect([origin, remedy.includes('--best-effort')]).toEqual([origin, !essential]);
    }
  });
});

describe('everyGuarantee()', () => {
  it.each([0, 1, 5, 7])('has with ABI %i exactly what plans have', (abi) => {
    const support = { ...kernel(abi), seccomp: { ...seccomp, notify: abi > 1 }, around: null };
    const { always, writing, blocked, ports } = everyGuarantee(support);
    const byId = (rows: readonly { readonly id: string }[]) =>
      [...rows].sort((one, other) => one.id.localeCompare(other.id));
    const planned = (network: NetworkMode) =>
      byId(decideGuarantees({ network, writes: true, denies: true, protects: true, judged }, support));
    expect(byId([...always, ...writing])).toEqual(planned('open'));
    expect(byId([...always, ...writing, ...blocked])).toEqual(planned('blocked'));
    expect(byId([...always, ...writing, ...ports])).toEqual(planned('ports'));
  });
});
