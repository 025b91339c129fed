// What a run may use, and what holds each limit on this machine.
import { formatLimit, type LimitKind, type LimitWish } from '../policy/limits.ts';
import { type CgroupPlace, type Controller, cgroupPlace } from './cgroup.ts';
import type { Guarantee } from './guarantee.ts';
import type { AbsolutePath, Host, Support } from './host.ts';
import { childOf } from './path.ts';

/**
 * - `group`: a control group, for the whole session together.
 * - `process`: a resource limit, for each process by itself.
 * - `broker`: counts when a process or a thread is to be made.
 * - `supervisor`: looks at the clock.
 */
export type Holder = 'group' | 'process' | 'broker' | 'supervisor';

export type Limit = LimitWish & { readonly holder: Holder };

/** A limit, and how often it was in the way. */
export type ReachedLimit = LimitWish & { readonly count: number };

export type Limits = {
  readonly list: readonly Limit[];
  /** The session's control group, and where its file system is mounted; null where none holds anything. */
  readonly cgroup: { readonly path: AbsolutePath; readonly mount: AbsolutePath } | null;
  /** Why no control group holds what one could hold. */
  readonly missing: string | null;
};

const controllerOf: Partial<Record<LimitKind, Controller>> = { memory: 'memory', pids: 'pids' };

const otherHolder: Record<LimitKind, Holder> = {
  memory: 'process',
  pids: 'broker',
  'cpu-time': 'process',
  timeout: 'supervisor',
};

function holderOf(kind: LimitKind, place: CgroupPlace | null): Holder {
  const controller = controllerOf[kind];
  const isHeld =
    kind !== 'timeout' &&
    place !== null &&
    'parent' in place &&
    (controller === undefined || place.controllers.includes(controller));
  return isHeld ? 'group' : otherHolder[kind];
}

/** Asks this machine for a control group only where one could hold something. */
export function planLimits(wishes: readonly LimitWish[], host: Host): Limits {
  const wanted = wishes.flatMap(({ kind }) => controllerOf[kind] ?? []);
  const place = wishes.some(({ kind }) => kind !== 'timeout') ? cgroupPlace(host, wanted) : null;
  const list = wishes.map((wish): Limit => ({ ...wish, holder: holderOf(wish.kind, place) }));
  const isUsed = list.some(({ holder }) => holder === 'group');
  return {
    list,
    cgroup:
      isUsed && place !== null && 'parent' in place
        ? { path: childOf(place.parent, `nono-${host.session.id}`), mount: place.mount }
        : null,
    missing:
      place === null
        ? null
        : 'none' in place
          ? place.none
          : `the control group "${place.parent}" does not pass this controller on`,
  };
}

type Texts = {
  readonly promise: (most: string) => string;
  readonly mechanism: string;
  readonly less?: string;
};

const together: Record<LimitKind, (most: string) => string> = {
  memory: (most) => `all processes together use at most ${most} of memory`,
  pids: (most) => `there are at most ${most} processes and threads at a time`,
  'cpu-time': (most) => `all processes together use at most ${most} of CPU time`,
  timeout: (most) => `the run ends after ${most}`,
};

const held: Record<LimitKind, Partial<Record<Holder, Texts>>> = {
  memory: {
    group: { promise: together.memory, mechanism: 'a control group' },
    process: {
      promise: (most) => `each process by itself uses at most ${most} of memory of its own`,
      mechanism: 'RLIMIT_DATA',
      less: 'all together may use more, and what they share does not count',
    },
  },
  pids: {
    group: { promise: together.pids, mechanism: 'a control group' },
    broker: { promise: together.pids, mechanism: 'seccomp notifications to a broker that counts' },
  },
  'cpu-time': {
    group: { promise: together['cpu-time'], mechanism: 'a control group, read by the supervisor' },
    process: {
      promise: (most) => `each process by itself uses at most ${most} of CPU time`,
      mechanism: 'RLIMIT_CPU',
      less: 'all together may use more',
    },
  },
  timeout: { supervisor: { promise: together.timeout, mechanism: 'the clock of the supervisor' } },
};

function remedyFor(host: Host): string {
  return `systemd-run ${host.uid === 0 ? '' : '--user '}--scope nono run …, where systemd runs`;
}

function whyUncounted({ seccomp, around }: Support): string | null {
  if (around !== null) return 'the session around this one counts for itself alone';
  return seccomp.notify ? null : 'this kernel has no seccomp notifications';
}

/** What is promised of each limit here, and what less than was asked for. */
export function limitGuarantees({ list, missing }: Limits, host: Host, support: Support): Guarantee[] {
  return list.map((limit): Guarantee => {
    const { kind, holder } = limit;
    const texts = held[kind][holder] as Texts;
    const promise = texts.promise(formatLimit(limit));
    const remedy = remedyFor(host);
    const uncounted = holder === 'broker' ? whyUncounted(support) : null;
    if (uncounted !== null)
      return {
        id: kind,
        promise,
        mechanism: null,
        missing: { reason: `${missing}, and ${uncounted}`, remedy },
      };
    const less = texts.less === undefined ? {} : { less: { reason: `${texts.less}: ${missing}`, remedy } };
    return { id: kind, promise, mechanism: texts.mechanism, ...less };
  });
}
