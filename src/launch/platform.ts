// What nono needs of the platform that it runs on. The build puts one in place of `#machine`, `#platform` and `#diagnose`;
// package.json says which.
import type { Findings } from '../plan/diagnosis.ts';
import type { Host } from '../plan/host.ts';
import type { Machine as PlannedMachine } from '../plan/machine.ts';
import type { Plan } from '../plan/plan.ts';
import type { Policy } from '../policy/policy.ts';
import type { ReportWish } from './report-wish.ts';

/** What every command needs. */
export type Machine = {
  readonly platform: PlannedMachine['platform'];
  /** This machine, now. */
  readonly host: () => Host;
  readonly isTerminal: (descriptor: 0 | 1 | 2) => boolean;
  /** What stands under the denials of a report, about those that are missing. */
  readonly unseen: string;
};

/** What the user is told before the command starts. */
export type Announcement = { readonly text: string; readonly say: () => void };

/** What runs need, and whoever asks about one. */
export type Platform = {
  /** What policies mean here: the machine is asked once what it offers. @throws {NonoError} as `buildPlan` does */
  readonly planner: (host: Host) => (policy: Policy) => Plan;
  /**
   * Starts the run of a plan that this platform made.
   *
   * @param guide the text for agents, where the plan has a place for it
   * @param announcement is said before the command starts, when nothing can fail any more
   */
  readonly start: (plan: Plan, wish: ReportWish, guide: string, announcement: Announcement) => void;
};

/** What `nono doctor` finds. */
export type Diagnose = (host: Host) => Findings;
