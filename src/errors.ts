// What can go wrong before the command starts: issues with stable codes, collected, then thrown together.

/**
 * A stable name for one kind of failure; the part before the slash says which stage found it.
 *
 * @example
 * ```ts
 * import type { IssueCode } from 'nono';
 *
 * const code: IssueCode = 'plan/path-missing';
 * console.log(code.split('/')[0]); // plan
 * ```
 */
export type IssueCode =
  | 'usage/unknown-command'
  | 'usage/unknown-flag'
  | 'usage/flag-value'
  | 'usage/no-command'
  | 'usage/option'
  | 'profile/syntax'
  | 'profile/duplicate-key'
  | 'profile/unknown-key'
  | 'profile/value'
  | 'profile/path'
  | 'profile/group'
  | 'profile/variable'
  | 'profile/not-found'
  | 'profile/unreadable'
  | 'profile/cycle'
  | 'profile/depth'
  | 'profile/untrusted'
  | 'profile/unwritable'
  | 'profile/exposed'
  | 'host/no-home'
  | 'host/no-working-directory'
  | 'host/no-state-directory'
  | 'host/no-plan'
  | 'plan/path-missing'
  | 'plan/path-dangling'
  | 'plan/path-loop'
  | 'plan/path-inaccessible'
  | 'plan/path-encoding'
  | 'plan/not-a-directory'
  | 'plan/not-a-file'
  | 'plan/sensitive-path'
  | 'plan/protected-path'
  | 'plan/workdir'
  | 'plan/store-exposed'
  | 'command/not-found'
  | 'command/not-executable'
  | 'command/encoding'
  | 'command/blocked'
  | 'support/landlock'
  | 'support/seccomp'
  | 'support/platform'
  | 'support/guarantee'
  | 'support/inside'
  | 'launch/launcher-missing'
  | 'launch/launcher-mismatch'
  | 'launch/temporary'
  | 'launch/grant'
  | 'launch/plan-file'
  | 'launch/report'
  | 'launch/store'
  | 'launch/failed'
  | 'launch/changed'
  | 'launch/too-much-output'
  | 'compile/output'
  | 'output/unwritable'
  | 'undo/no-session'
  | 'undo/session-ambiguous'
  | 'undo/no-original'
  | 'undo/nothing'
  | 'undo/newer'
  | 'undo/failed';

/**
 * One thing that stops a run: what, where it came from, and one thing to try.
 *
 * @example
 * ```ts
 * import type { Issue } from 'nono';
 *
 * const show = ({ code, message, origin, remedy }: Issue) => `${code}: ${message} (${origin}). Try: ${remedy}`;
 * console.log(show({ code: 'plan/path-missing', message: '"x" does not exist', origin: 'flag:--allow', remedy: 'mkdir x' }));
 * ```
 */
export type Issue = {
  readonly code: IssueCode;
  readonly message: string;
  /** The flag, variable or built-in list that led here. */
  readonly origin?: string;
  /** A command or a step that would work; printed after `Try:`. */
  readonly remedy: string;
};

/** nono's own exit codes, apart from the command's: see docs/cli.md. */
export const exitCodes = {
  undo: 1,
  unanswered: 1,
  notReady: 1,
  usage: 2,
  notStarted: 125,
  notExecutable: 126,
  notFound: 127,
} as const;

function exitCodeOf(issues: readonly Issue[]): number {
  const codes = issues.map((issue) => issue.code);
  if (codes.some((code) => code.startsWith('usage/'))) return exitCodes.usage;
  if (codes.every((code) => code.startsWith('undo/'))) return exitCodes.undo;
  // A wrong command is the answer only where nothing else is wrong: otherwise nono itself stopped the run.
  if (codes.every((code) => code === 'command/not-found')) return exitCodes.notFound;
  if (codes.every((code) => code === 'command/not-executable' || code === 'command/blocked'))
    return exitCodes.notExecutable;
  return exitCodes.notStarted;
}

/** By its shape: each bundle has a class of its own. */
export function isNonoError(error: unknown): error is NonoError {
  return error instanceof Error && error.name === 'NonoError' && 'issues' in error;
}

/**
 * The one error that nono throws: all issues at once, and the exit code that they mean.
 *
 * @example
 * ```ts
 * import { definePolicy, NonoError } from 'nono';
 *
 * try {
 *   definePolicy({ allowPort: [0] });
 * } catch (error) {
 *   if (error instanceof NonoError) console.log(error.issues.map(({ code }) => code).join(), error.exitCode);
 * }
 * ```
 */
export class NonoError extends Error {
  override readonly name = 'NonoError';
  /** Everything that was found, never just the first. */
  readonly issues: readonly Issue[];
  /** What `nono run` would exit with. */
  readonly exitCode: number;

  constructor(issues: readonly Issue[]) {
    super(issues.map((issue) => `${issue.code}: ${issue.message}`).join('\n'));
    this.issues = issues;
    this.exitCode = exitCodeOf(issues);
  }
}
