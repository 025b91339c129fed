// One promise of a run, and what asks for it. What holds it: guarantees.ts on Linux, macos/guarantees.ts on a Mac.
import type { LimitKind } from '../policy/limits.ts';
import type { NetworkMode } from '../policy/policy.ts';
import type { Around } from './host.ts';

export type GuaranteeId =
  | 'files'
  | 'truncation'
  | 'devices'
  | 'system-calls'
  | 'network'
  | 'originals'
  | 'denies'
  | 'protected-names'
  | 'metadata'
  | 'commands'
  | 'sockets'
  | 'processes'
  | 'signals'
  | 'privileges'
  | 'descriptors'
  | 'environment'
  | 'lifetime'
  | LimitKind;

/**
 * One promise, and what holds it on this machine.
 *
 * @example
 * ```ts
 * import { buildPlan, type Guarantee } from 'nono';
 *
 * const files = buildPlan({}).guarantees.find(({ id }: Guarantee) => id === 'files');
 * console.log(files?.mechanism); // Landlock
 * ```
 */
export type Guarantee = {
  readonly id: GuaranteeId;
  readonly promise: string;
  /** What holds it; null where this machine cannot. */
  readonly mechanism: string | null;
  /** Why it is not held, and what would give it. */
  readonly missing?: { readonly reason: string; readonly remedy: string };
  /** What it holds less than was asked for, and what would give that too. */
  readonly less?: { readonly reason: string; readonly remedy: string };
};

/** What a run asks for beyond what every run is promised. */
export type Demands = {
  readonly network: NetworkMode;
  /** It may write to what existed before. */
  readonly writes: boolean;
  /** It denies something inside its grants, for the user's sake or because it is secret. */
  readonly denies: boolean;
  /** It may write where names of files are protected that run later outside. */
  readonly protects: boolean;
  /** What a broker must judge so that all that is denied is out of reach. */
  readonly judged: Around;
};

/** What a guarantee is of: every run, those that may write to what existed before, or those with a network mode. */
export type Occasion = 'always' | 'writing' | 'blocked' | 'ports';
