// What a run on a Mac promises, and what of Seatbelt holds it. docs/platforms.md says what Linux promises beyond that.
import type { Issue } from '../../errors.ts';
import { formatLimit, limitKinds } from '../../policy/limits.ts';
import type { NetworkMode } from '../../policy/policy.ts';
import type { Demands, Guarantee, GuaranteeId, Occasion } from '../guarantee.ts';
import type { SeatbeltSupport } from '../host.ts';
import type { Limits } from '../limits.ts';

type Row = {
  readonly id: GuaranteeId;
  readonly promise: string;
  readonly mechanism: string;
  /** Held by nono itself, whatever the machine offers. */
  readonly own?: true;
};

const rows: readonly Row[] = [
  {
    id: 'files',
    promise: 'files outside the grants cannot be read, written, executed or listed',
    mechanism: 'Seatbelt',
  },
  { id: 'devices', promise: 'devices outside the grants cannot be controlled', mechanism: 'Seatbelt' },
  {
    id: 'system-calls',
    promise: "the system's services are closed but for a list",
    mechanism: 'Seatbelt: mach-lookup by name',
  },
  {
    id: 'sockets',
    promise: 'services behind Unix sockets outside the write grants cannot be reached',
    mechanism: 'Seatbelt',
  },
  {
    id: 'metadata',
    promise: 'modes, owners, times and attributes change only where writing is granted',
    mechanism: 'Seatbelt',
  },
  {
    id: 'commands',
    promise: 'blocked commands are not executed: a guard rail, not a wall',
    mechanism: 'Seatbelt, by the name of the file',
  },
  {
    id: 'processes',
    promise: 'other processes cannot be inspected, nor their memory read',
    mechanism: 'Seatbelt',
  },
  { id: 'signals', promise: 'processes outside cannot be signalled', mechanism: 'Seatbelt' },
  {
    id: 'privileges',
    promise: 'no privilege is gained: nothing with setuid or setgid is executed',
    mechanism: 'Seatbelt',
  },
  {
    id: 'descriptors',
    promise: 'only standard input, output and error are handed over',
    mechanism: 'close-on-exec',
    own: true,
  },
  {
    id: 'environment',
    promise: 'secrets and loader variables are withheld, temporary files are private',
    mechanism: 'a new environment',
    own: true,
  },
  { id: 'lifetime', promise: 'what outlives the run stays confined', mechanism: 'Seatbelt' },
];

const networkRows: Record<NetworkMode, readonly Row[]> = {
  open: [],
  blocked: [
    { id: 'network', promise: 'no network: TCP, UDP, DNS and every other family', mechanism: 'Seatbelt' },
  ],
  ports: [{ id: 'network', promise: "no network but the named ports of loopback's", mechanism: 'Seatbelt' }],
};

const deniesRow: Row = {
  id: 'denies',
  promise: 'what is denied inside a grant is out of reach',
  mechanism: 'Seatbelt: the last rule wins',
};

const originalsRow: Row = {
  id: 'originals',
  promise: 'what existed before the run is neither deleted nor lost',
  mechanism: 'Seatbelt, and a clone of what may be written, made before the run',
};

function decide({ id, promise, mechanism, own }: Row, { seatbelt }: SeatbeltSupport): Guarantee {
  if (seatbelt || own) return { id, promise, mechanism };
  const missing = { reason: '/usr/bin/sandbox-exec does not run here', remedy: 'macOS as Apple ships it' };
  return { id, promise, mechanism: null, missing };
}

/** What a Mac will hold of a run. */
export function decideSeatbeltGuarantees(
  { network, writes, denies }: Demands,
  { seatbelt }: SeatbeltSupport,
): readonly Guarantee[] {
  const all = [
    ...rows,
    ...networkRows[network],
    ...(denies ? [deniesRow] : []),
    ...(writes ? [originalsRow] : []),
  ];
  return all.map((row) => decide(row, { seatbelt }));
}

const rowsOf: Record<Occasion, readonly Row[]> = {
  always: rows,
  writing: [deniesRow, originalsRow],
  blocked: networkRows.blocked,
  ports: networkRows.ports,
};

/** What this Mac holds of all that any run may be promised. */
export function everySeatbeltGuarantee(
  support: SeatbeltSupport,
): Readonly<Record<Occasion, readonly Guarantee[]>> {
  const decided = (occasion: Occasion) => rowsOf[occasion].map((row) => decide(row, support));
  return {
    always: decided('always'),
    writing: decided('writing'),
    blocked: decided('blocked'),
    ports: decided('ports'),
  };
}

/** The clock is nono's own; macOS counts nothing for a whole session. */
export function decideSeatbeltLimits({ list }: Limits): readonly Guarantee[] {
  return list.map((limit): Guarantee => {
    const { kind } = limit;
    if (kind === 'timeout')
      return { id: kind, promise: `the run ends after ${formatLimit(limit)}`, mechanism: "nono's own clock" };
    return {
      id: kind,
      promise: `all processes together use at most ${formatLimit(limit)} (${kind})`,
      mechanism: null,
      missing: {
        reason: 'macOS counts nothing for a whole session',
        remedy: 'a limit of time: --timeout',
      },
    };
  });
}

const limits: ReadonlySet<GuaranteeId> = new Set(limitKinds);

/** Seatbelt is all that there is: without it nothing goes on. Without a limit it may, where that is asked for. */
export function seatbeltIssues(guarantees: readonly Guarantee[], bestEffort: boolean): Issue[] {
  return guarantees.flatMap(({ id, promise, missing }): Issue[] => {
    if (missing === undefined || (bestEffort && limits.has(id))) return [];
    const { reason, remedy } = missing;
    return [
      {
        code: 'support/guarantee',
        message: `cannot promise that ${promise}: ${reason}`,
        origin: `guarantee:${id}`,
        remedy: limits.has(id) ? `${remedy}; or --best-effort to go on without it` : remedy,
      },
    ];
  });
}
