// What became of a session: what was refused, what was kept, and what it leaves behind.
import { type DeniedRequest, explainDenials } from '../launch/denials.ts';
import type { Cleared, SessionDirectories } from '../launch/directories.ts';
import type { DeniedFrame, Frame } from '../launch/frames.ts';
import { hostAgain } from '../launch/host.ts';
import { reachedLimits } from '../launch/reached-limits.ts';
import type { Host } from '../plan/host.ts';
import type { ReachedLimit } from '../plan/limits.ts';
import type { OwnPlan } from '../plan/own-plan.ts';
import { aftermathOf } from '../store/aftermath.ts';
import { pruneSessions, readSession, stateAround } from '../store/sessions.ts';
import { countOriginals, renderAftermath } from '../term/originals.ts';
import type { Compiled } from './sandbox.ts';

/**
 * One operation that the sandbox refused, how often, and the rule that decided.
 *
 * @example
 * ```ts
 * import { buildPlan, type Denial } from 'nono';
 *
 * const { report } = await buildPlan({}).compile().exec('cat ~/.ssh/id_ed25519');
 * const lines = report.denied.map(({ request, verdict }: Denial) => `${request.kind}: ${verdict.details}`);
 * console.log(lines.join('\n'));
 * ```
 */
export type Denial = DeniedRequest;

/**
 * The end of one session.
 *
 * @example
 * ```ts
 * import { buildPlan, type Report } from 'nono';
 *
 * const { report }: { report: Report } = await buildPlan({}).compile().execFile('true');
 * console.log(report.session, report.denied.length, report.originals); // … 0 null
 * ```
 */
export type Report = {
  /** Its name: `undo` takes it, and `nono undo`. */
  readonly session: string;
  /** false: the launcher was killed, so what it had refused is not known. The session ended all the same. */
  readonly complete: boolean;
  /** What was refused and would have worked outside. Reads are seen where the policy has `explain`. */
  readonly denied: readonly Denial[];
  /** How many more refusals there were than can be listed. */
  readonly unlisted: number;
  /** The limits that were in the way: bytes, a number or seconds, and how often. */
  readonly limits: readonly ReachedLimit[];
  /** How many paths from before were kept, moved, planted or refused to be removed; null: none was touched. */
  readonly originals: {
    readonly kept: number;
    readonly moved: number;
    readonly planted: number;
    readonly refused: number;
  } | null;
  /** What it leaves behind that runs later, outside; a line each. */
  readonly warnings: readonly string[];
};

// Sessions are many and old ones few: looking for them each time would take longer than most commands.
const pruneEveryMs = 60_000;
const prunedAt = new Map<string, number>();

function prune(state: string): void {
  const now = Date.now();
  if (now - (prunedAt.get(state) ?? 0) < pruneEveryMs) return;
  prunedAt.set(state, now);
  pruneSessions(state, now);
}

function originalsIn(store: string): Pick<Report, 'originals' | 'warnings'> {
  const session = readSession(store);
  const { kept, moved, planted, refused } = countOriginals(session.journal);
  prune(stateAround(store));
  return { originals: { kept, moved, planted, refused }, warnings: renderAftermath(aftermathOf(session)) };
}

function explain(frames: readonly DeniedFrame[], ownPlan: Buffer, host: Host) {
  if (frames.length === 0) return { denied: [], unlisted: 0 };
  return explainDenials(frames, JSON.parse(ownPlan.toString('utf8')) as OwnPlan, hostAgain(host, {}));
}

/** What a session that has ended was like, by the frames that its launcher sent. */
export function reportOf(
  { host, plan }: Compiled,
  session: Host['session'],
  ownPlan: Buffer,
  { temporary, store }: SessionDirectories,
  frames: readonly Frame[],
  { kept, leftover }: Cleared,
): Report {
  const denied = frames.filter((frame) => frame.kind === 'denied');
  const found = kept && store !== null ? originalsIn(store) : { originals: null, warnings: [] };
  return {
    session: session.id,
    complete: frames.some(({ kind }) => kind === 'ended'),
    ...explain(denied, ownPlan, host),
    limits: reachedLimits(frames, plan),
    ...found,
    warnings: leftover ? [...found.warnings, `"${temporary}" could not be removed`] : found.warnings,
  };
}
