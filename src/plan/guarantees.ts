// Every promise of a run on Linux with the mechanism that holds it here, or the reason why nothing does.
import type { Issue } from '../errors.ts';
import type { NetworkMode } from '../policy/policy.ts';
import type { Demands, Guarantee, GuaranteeId, Occasion } from './guarantee.ts';
import type { Around, Support } from './host.ts';

type Need = {
  readonly landlockAbi?: number;
  readonly linux?: string;
  readonly filter?: true;
  readonly notify?: true;
};

type Row = {
  readonly id: GuaranteeId;
  readonly promise: string;
  readonly mechanism: string;
  readonly needs: Need;
  /** Without it there is no wall at all: not even `--best-effort` goes on. */
  readonly essential?: true;
  /** Where it is another inside a session. */
  readonly promiseInside?: string;
};

const rows: readonly Row[] = [
  {
    id: 'files',
    promise: 'files outside the grants cannot be read, written, executed or listed',
    mechanism: 'Landlock',
    needs: { landlockAbi: 1, linux: '5.13' },
    essential: true,
  },
  {
    id: 'truncation',
    promise: 'files outside the write grants cannot be truncated',
    mechanism: 'Landlock',
    needs: { landlockAbi: 3, linux: '6.2' },
  },
  {
    id: 'devices',
    promise: 'devices outside the grants cannot be controlled',
    mechanism: 'Landlock',
    needs: { landlockAbi: 5, linux: '6.10' },
  },
  {
    id: 'system-calls',
    promise: 'no system call goes around the wall',
    mechanism: 'seccomp',
    needs: { filter: true, linux: '4.14' },
    essential: true,
  },
  {
    id: 'sockets',
    promise: 'services behind Unix sockets outside the write grants cannot be reached',
    mechanism: 'seccomp, and a broker for those that are granted',
    needs: { filter: true, linux: '4.14' },
    essential: true,
  },
  {
    id: 'metadata',
    promise: 'modes, owners, times and attributes change only where writing is granted',
    mechanism: 'seccomp notifications to a broker',
    needs: { notify: true, linux: '5.14' },
  },
  {
    id: 'commands',
    promise: 'blocked commands are not executed: a guard rail, not a wall',
    mechanism: 'seccomp notifications to a broker',
    needs: { notify: true, linux: '5.14' },
  },
  {
    id: 'processes',
    promise: 'other processes cannot be traced, nor their memory read',
    mechanism: 'Landlock',
    needs: { landlockAbi: 1, linux: '5.13' },
    essential: true,
  },
  {
    id: 'signals',
    promise: 'processes outside cannot be signalled',
    mechanism: 'Landlock',
    needs: { landlockAbi: 6, linux: '6.12' },
  },
  {
    id: 'privileges',
    promise: 'no privilege is gained, and root keeps no capability that passes the wall',
    mechanism: 'no_new_privs, capabilities',
    needs: {},
  },
  {
    id: 'descriptors',
    promise: 'only standard input, output and error are handed over',
    mechanism: 'close_range',
    needs: {},
  },
  {
    id: 'environment',
    promise: 'secrets and loader variables are withheld, temporary files are private',
    mechanism: 'a new environment',
    needs: {},
  },
];

const networkRows: Record<NetworkMode, readonly Row[]> = {
  open: [],
  blocked: [
    {
      id: 'network',
      promise: 'no network: TCP, UDP, DNS and every other family',
      mechanism: 'seccomp',
      needs: { filter: true, linux: '4.14' },
      essential: true,
    },
  ],
  ports: [
    {
      id: 'network',
      promise: "no network but the named ports of loopback's",
      mechanism: 'seccomp, Landlock, and a broker that connects and binds',
      needs: { notify: true, linux: '5.14' },
      essential: true,
    },
  ],
};

const originalsRow: Row = {
  id: 'originals',
  promise: 'what existed before the run is neither deleted nor lost',
  mechanism: 'seccomp notifications to a broker that keeps it first',
  needs: { notify: true, linux: '5.14' },
  promiseInside: 'what existed before the session around this one is not lost, as that one was told',
};

const deniesRow: Row = {
  id: 'denies',
  promise: 'what is denied inside a grant is out of reach',
  mechanism: 'seccomp notifications to a broker, which opens everything else',
  needs: { notify: true, linux: '5.14' },
  essential: true,
};

const protectedNamesRow: Row = {
  id: 'protected-names',
  promise: 'what runs later outside, such as git hooks, cannot be planted under its usual names',
  mechanism: 'seccomp notifications to a broker, and a sweep at the end',
  needs: { notify: true, linux: '5.14' },
};

// The mechanism differs with the kernel, the promise does not.
function lifetime(abi: number): Guarantee {
  const mechanism = abi >= 6 ? 'Landlock signal scope, subreaper' : 'subreaper';
  return { id: 'lifetime', promise: 'nothing outlives the run', mechanism };
}

function abiOf(support: Support): number {
  return 'abi' in support.landlock ? support.landlock.abi : 0;
}

// Two names of one number on Linux: Node says the second.
const switchedOff = ['EOPNOTSUPP', 'ENOTSUP'];

function whyMissing(row: Row, support: Support): Guarantee['missing'] {
  const { landlockAbi = 0, linux, filter, notify } = row.needs;
  if (filter && !(support.seccomp.filter && support.seccomp.kill))
    return {
      reason: 'this kernel, or the sandbox around this process, offers no seccomp filter',
      remedy: `Linux ${linux} with CONFIG_SECCOMP_FILTER, or a container profile that allows seccomp`,
    };
  if (notify && !support.seccomp.notify)
    return {
      reason: 'this kernel, or the sandbox around this process, offers no seccomp notifications',
      remedy: `Linux ${linux} or later`,
    };
  if (abiOf(support) >= landlockAbi) return undefined;
  if (support.nested && 'errno' in support.landlock)
    return {
      reason: 'this is inside a nono session that is itself inside one, and no broker judges for a third',
      remedy: 'run the command as it is, since it is confined already; or start nono further out',
    };
  const off = 'errno' in support.landlock && switchedOff.includes(support.landlock.errno);
  const have =
    'errno' in support.landlock
      ? off
        ? 'Landlock is built into this kernel but switched off'
        : `this kernel offers no Landlock (${support.landlock.errno})`
      : `this kernel has Landlock ABI ${support.landlock.abi}, and ${landlockAbi} is needed`;
  const none = `Linux ${linux} or later with CONFIG_SECURITY_LANDLOCK; in a container, a seccomp profile that allows it`;
  const newer = 'abi' in support.landlock ? `Linux ${linux} or later` : none;
  return { reason: have, remedy: off ? 'add landlock to the lsm= boot parameter' : newer };
}

const aroundMechanism = 'the broker of the session around this one';

function decide(row: Row, support: Support): Guarantee {
  const { id, promise, mechanism } = row;
  const missing = whyMissing(row, support);
  if (missing !== undefined) return { id, promise, mechanism: null, missing };
  if (support.around === null || !row.needs.notify) return { id, promise, mechanism };
  return { id, promise: row.promiseInside ?? promise, mechanism: aroundMechanism };
}

function rowsFor({ network, writes, denies, protects }: Demands): readonly Row[] {
  return [
    ...rows,
    ...networkRows[network],
    ...(denies ? [deniesRow] : []),
    ...(protects ? [protectedNamesRow] : []),
    ...(writes ? [originalsRow] : []),
  ];
}

const rowsOf: Record<Occasion, readonly Row[]> = {
  always: rows,
  writing: [deniesRow, protectedNamesRow, originalsRow],
  blocked: networkRows.blocked,
  ports: networkRows.ports,
};

/** What this machine holds of all that any run may be promised. */
export function everyGuarantee(support: Support): Readonly<Record<Occasion, readonly Guarantee[]>> {
  const decided = (occasion: Occasion) => rowsOf[occasion].map((row) => decide(row, support));
  return {
    always: [...decided('always'), lifetime(abiOf(support))],
    writing: decided('writing').map((each) => (each.id === 'denies' ? withUnjudged(each, support) : each)),
    blocked: decided('blocked'),
    ports: decided('ports'),
  };
}

/** What a session around this one leaves unjudged of what is denied here. */
function unjudged(judged: Around, { around }: Support): Guarantee['missing'] {
  const [reads, creations] = [judged.reads && !around?.reads, judged.creations && !around?.creations];
  if (around === null || !(reads || creations)) return undefined;
  return {
    reason: `the session around this one has nobody look at ${reads ? 'what is opened for reading' : 'all that is made'}`,
    remedy:
      'a deny within the grants of that session, such as --deny, has it do so; or this one without its denies',
  };
}

/** What is denied for writing alone is held all the same. */
function withUnjudged(denies: Guarantee, support: Support): Guarantee {
  const less = unjudged({ reads: true, creations: true }, support);
  return denies.mechanism === null || less === undefined ? denies : { ...denies, less };
}

/** What this machine will hold of a run. */
export function decideGuarantees(demands: Demands, support: Support): readonly Guarantee[] {
  const missing = unjudged(demands.judged, support);
  const decided = rowsFor(demands).map((row): Guarantee => {
    if (row !== deniesRow || missing === undefined) return decide(row, support);
    return { id: row.id, promise: row.promise, mechanism: null, missing };
  });
  return [...decided, lifetime(abiOf(support))];
}

/** The guarantees that stop a run: all that are missing, or only the essential ones with `bestEffort`. */
export function guaranteeIssues(guarantees: readonly Guarantee[], bestEffort: boolean): Issue[] {
  const essential = new Set(
    [...rows, ...Object.values(networkRows).flat(), deniesRow]
      .filter((row) => row.essential)
      .map(({ id }) => id),
  );
  return guarantees.flatMap(({ id, promise, missing }): Issue[] => {
    if (missing === undefined || (bestEffort && !essential.has(id))) return [];
    return [
      {
        code: 'support/guarantee',
        message: `cannot promise that ${promise}: ${missing.reason}`,
        origin: `guarantee:${id}`,
        remedy: essential.has(id)
          ? missing.remedy
          : `${missing.remedy}; or --best-effort to go on without it`,
      },
    ];
  });
}
