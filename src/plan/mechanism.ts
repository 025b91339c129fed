// What holds a plan on its platform, chosen once by what the machine offers: everything else of planning is the same.
import type { Issue } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import type { Grant } from './grant.ts';
import type { Demands, Guarantee } from './guarantee.ts';
import { decideGuarantees, guaranteeIssues } from './guarantees.ts';
import type { Host, SeatbeltSupport, Support } from './host.ts';
import { type Limits, limitGuarantees } from './limits.ts';
import type { Architecture, Machine } from './machine.ts';
import { decideSeatbeltGuarantees, decideSeatbeltLimits, seatbeltIssues } from './macos/guarantees.ts';
import { type Keeper, type Originals, planOriginals } from './originals.ts';
import type { SocketGrant } from './sockets.ts';

export type Mechanism = {
  readonly machine: Machine;
  /** What is denied inside a grant is held. */
  readonly holdsDenies: boolean;
  /**
   * Directories of the session's own in which the denies hold as well: where moving is not judged by what lies below,
   * what is denied could be moved there.
   */
  readonly alsoDenied: readonly Grant[];
  readonly guarantees: (demands: Demands) => readonly Guarantee[];
  readonly limits: (limits: Limits) => readonly Guarantee[];
  readonly issues: (guarantees: readonly Guarantee[], bestEffort: boolean) => readonly Issue[];
  /** What is asked for that this mechanism does not have. */
  readonly unavailable: (policy: Policy, sockets: readonly SocketGrant[]) => readonly Issue[];
  readonly originals: (policy: Policy, grants: readonly Grant[]) => Originals | Issue;
};

function unavailableInside({ explained }: Policy, sockets: readonly SocketGrant[]): Issue[] {
  const outside = { code: 'support/inside', remedy: 'start nono outside' } as const;
  const datagrams = sockets.filter(({ takesDatagrams }) => takesDatagrams);
  return [
    ...(explained
      ? [{ ...outside, message: 'what is denied here is told to the session around this one alone' }]
      : []),
    ...datagrams.map(({ path, origin }) => ({
      ...outside,
      message: `"${path}" takes datagrams, which no session inside another may send`,
      origin,
    })),
  ];
}

function keeperOf({ around, seccomp }: Support): Keeper {
  if (around !== null) return 'around';
  return seccomp.notify ? 'session' : 'nobody';
}

function landlock(host: Host, support: Support): Mechanism {
  const { notify } = support.seccomp;
  return {
    machine: {
      platform: 'linux',
      architecture: host.architecture as Architecture,
      landlockAbi: 'abi' in support.landlock ? support.landlock.abi : 0,
      notifies: notify,
      inside: support.around !== null,
    },
    holdsDenies: notify,
    alsoDenied: [],
    guarantees: (demands) => decideGuarantees(demands, support),
    limits: (limits) => limitGuarantees(limits, host, support),
    issues: guaranteeIssues,
    unavailable: (policy, sockets) => (support.around === null ? [] : unavailableInside(policy, sockets)),
    originals: (policy, grants) => planOriginals(policy, host, keeperOf(support), grants),
  };
}

function seatbelt(host: Host, support: SeatbeltSupport): Mechanism {
  const own = { kind: 'directory', access: 'readwrite', origin: 'session', required: true } as const;
  return {
    machine: { platform: 'macos', architecture: host.architecture as Architecture },
    holdsDenies: true,
    alsoDenied: [{ ...own, path: host.temporary }],
    guarantees: (demands) => decideSeatbeltGuarantees(demands, support),
    limits: decideSeatbeltLimits,
    issues: seatbeltIssues,
    unavailable: () => [],
    originals: (policy, grants) => planOriginals(policy, host, 'session', grants),
  };
}

export function mechanismOf(host: Host, support: Support | SeatbeltSupport): Mechanism {
  return 'seatbelt' in support ? seatbelt(host, support) : landlock(host, support);
}
