// All that a machine can hold of what any run may be promised, by what asks for it.
import { type LimitWish, limitKinds } from '../policy/limits.ts';
import type { Guarantee, Occasion } from './guarantee.ts';
import { everyGuarantee } from './guarantees.ts';
import type { Host, Support } from './host.ts';
import { limitGuarantees, planLimits } from './limits.ts';
import { lookAround, type Surrounding } from './surroundings.ts';

export type Held = Readonly<Record<Occasion | 'limits', readonly Guarantee[]>>;

export type Findings = {
  readonly surroundings: readonly Surrounding[];
  readonly guarantees: Held;
  /** A run with the defaults would not start. */
  readonly isStopped: boolean;
};

// What holds a limit does not depend on how much it is.
const mosts = { memory: 2 ** 30, pids: 1000, 'cpu-time': 3600, timeout: 3600 } as const;

/** One limit of each kind. */
export const anyLimits: readonly LimitWish[] = limitKinds.map((kind) => ({
  kind,
  most: mosts[kind],
  origin: `flag:--${kind}`,
}));

export function diagnose(host: Host, support: Support): Findings {
  const limits = limitGuarantees(planLimits(anyLimits, host), host, support);
  const guarantees: Held = { ...everyGuarantee(support), limits };
  const surroundings = lookAround(host, support);
  const isStopped =
    [...guarantees.always, ...guarantees.writing].some(({ missing }) => missing !== undefined) ||
    surroundings.some(({ remedy }) => remedy !== undefined);
  return { surroundings, guarantees, isStopped };
}
