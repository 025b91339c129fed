// What holds each limit, by what the machine delegates.
import { describe, expect, it } from 'vitest';
import { cgroupPlace } from '../../src/plan/cgroup.ts';
import type { Support } from '../../src/plan/host.ts';
import { limitGuarantees, planLimits } from '../../src/plan/limits.ts';
import type { LimitWish } from '../../src/policy/limits.ts';
import { machine } from './fake-host.ts';

const mountLine = (root = '/', at = '/sys/fs/cgroup') =>
  `22 1 0:5 / /proc rw - proc proc rw\n30 23 0:26 ${root} ${at} rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n`;

const slice = '/sys/fs/cgroup/user.slice/app.slice';
const scope = `${slice}/terminal.scope`;

type Machine = {
  readonly mounts?: string;
  readonly own?: string;
  readonly writable?: readonly string[];
  readonly controllers?: Readonly<Record<string, string>>;
};

/** By default a terminal below systemd's own manager of the user. */
function host({
  mounts = mountLine(),
  own = '0::/user.slice/app.slice/terminal.scope',
  writable = [slice, `${slice}/cgroup.procs`, scope, `${scope}/cgroup.procs`],
  controllers = { [slice]: 'cpu memory pids\n' },
}: Machine = {}) {
  const texts: Record<string, string> = {
    '/proc/self/mountinfo': mounts,
    '/proc/self/cgroup': `1:name=x:/\n${own}\n`,
  };
  for (const [group, enabled] of Object.entries(controllers))
    texts[`${group}/cgroup.subtree_control`] = enabled;
  return machine({}, { text: (file) => texts[file] ?? null, writable: (path) => writable.includes(path) });
}

const wish = (kind: LimitWish['kind'], most = 60): LimitWish => ({ kind, most, origin: `flag:--${kind}` });
const all = (['memory', 'pids', 'cpu-time', 'timeout'] as const).map((kind) => wish(kind));
const holders = (each: Machine) => planLimits(all, host(each)).list.map(({ holder }) => holder);
const support = (notify: boolean): Support => ({
  landlock: { abi: 7 },
  seccomp: { filter: true, kill: true, notify },
  around: null,
});

describe('cgroupPlace()', () => {
  it('is beside the own group, where the controllers are', () => {
    expect(cgroupPlace(host(), ['memory'])).toEqual({
      mount: '/sys/fs/cgroup',
      parent: slice,
      controllers: ['memory', 'pids'],
    });
  });

  it('is below the own group where only that is delegated', () => {
    const place = cgroupPlace(host({ writable: [scope, `${scope}/cgroup.procs`] }), ['memory']);
    expect(place).toEqual({ mount: '/sys/fs/cgroup', parent: scope, controllers: [] });
  });

  it('needs both: to make a group, and to move a process', () => {
    for (const writable of [[slice], [`${slice}/cgroup.procs`], []])
      expect(cgroupPlace(host({ writable }), [])).toEqual({
        none: 'no control group is delegated to this user',
      });
  });

  it('never leaves the mount: the root of a container, and a mount of a part', () => {
    const root = ['/sys/fs/cgroup', '/sys/fs/cgroup/cgroup.procs', '/sys/fs', '/sys/fs/cgroup.procs'];
    expect(cgroupPlace(host({ own: '0::/', writable: root }), [])).toMatchObject({
      parent: '/sys/fs/cgroup',
    });
    const part = host({
      mounts: mountLine('/docker/1', '/cg'),
      own: '0::/docker/1/x',
      writable: ['/cg/x', '/cg/x/cgroup.procs'],
    });
    expect(cgroupPlace(part, [])).toMatchObject({ parent: '/cg/x', mount: '/cg' });
    for (const own of ['0::/docker/12', '0::/other', '0::/../x'])
      expect(cgroupPlace(host({ mounts: mountLine('/docker/1', '/cg'), own }), [])).toEqual({
        none: 'the control group of this process is not visible',
      });
  });

  it('is nowhere without version 2', () => {
    const mounts = '33 31 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n';
    expect(cgroupPlace(host({ mounts }), ['pids'])).toEqual({
      none: 'no control groups of version 2 are mounted',
    });
  });
});

describe('planLimits()', () => {
  it('gives each limit to the control group, else to what else there is', () => {
    expect(holders({})).toEqual(['group', 'group', 'group', 'supervisor']);
    expect(holders({ controllers: { [slice]: 'pids' } })).toEqual([
      'process',
      'group',
      'group',
      'supervisor',
    ]);
    expect(holders({ controllers: {} })).toEqual(['process', 'broker', 'group', 'supervisor']);
    expect(holders({ writable: [] })).toEqual(['process', 'broker', 'process', 'supervisor']);
  });

  it('makes a group of the session only where one holds something', () => {
    expect(planLimits(all, host()).cgroup).toEqual({
      path: `${slice}/nono-20260223-101500-1-a`,
      mount: '/sys/fs/cgroup',
    });
    expect(planLimits(all, host({ writable: [] })).cgroup).toBeNull();
    expect(planLimits([wish('timeout')], host())).toMatchObject({ cgroup: null, missing: null });
    expect(planLimits([], host()).cgroup).toBeNull();
  });
});

describe('limitGuarantees()', () => {
  const told = (each: Machine, notify = true) =>
    limitGuarantees(planLimits(all, host(each)), host(each), support(notify));

  it('promises all of it where a control group holds it', () => {
    for (const { mechanism, less, missing } of told({}))
      expect([mechanism === null, less, missing]).toEqual([false, undefined, undefined]);
  });

  it('says of each process by itself what it holds less, why, and what would give it', () => {
    const [memory, pids, cpu, timeout] = told({ writable: [] });
    expect(memory).toMatchObject({
      promise: 'each process by itself uses at most 60 of memory of its own',
      mechanism: 'RLIMIT_DATA',
      less: { reason: expect.stringMatching(/all together may use more.*no control group is delegated/) },
    });
    expect(cpu?.less?.remedy).toMatch(/^systemd-run --user --scope/);
    expect([pids?.less, timeout?.less]).toEqual([undefined, undefined]);
  });

  it('stops where nothing counts processes', () => {
    const [, pids] = told({ writable: [] }, false);
    expect([pids?.mechanism, pids?.missing?.reason]).toEqual([
      null,
      expect.stringContaining('no seccomp notifications'),
    ]);
    expect(told({}, false).every(({ missing }) => missing === undefined)).toBe(true);
  });
});
