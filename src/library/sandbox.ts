// A compiled plan, and the commands that run in it: each in a session of its own.
import { compileLasting, type LastingProgram } from '../backend/linux/compile.ts';
import { type Issue, NonoError } from '../errors.ts';
import { hostAgain } from '../launch/host.ts';
import { makeGrants } from '../launch/make-grants.ts';
import { changeBetween, linkReader, standingOf } from '../launch/standing.ts';
import { expandPolicy } from '../plan/expand.ts';
import { type FurtherCommand, furtherCommands } from '../plan/further.ts';
import type { Host } from '../plan/host.ts';
import { ownPlanOf } from '../plan/own-plan.ts';
import { fillable } from '../plan/placeholder.ts';
import { type LinuxPlan as Plan, writableAt } from '../plan/plan.ts';
import type { Policy } from '../policy/policy.ts';
import { type CommandResult, type ExecOptions, execute } from './exec.ts';
import type { SpawnOptions } from './options.ts';
import { type ConfinedProcess, spawn } from './spawn.ts';

/**
 * A plan that is ready to run commands, as many at once as the machine holds. It owns no process and no descriptor:
 * nothing has to be closed.
 *
 * @example
 * ```ts
 * import { buildPlan, type Sandbox } from 'nono';
 *
 * const sandbox: Sandbox = buildPlan({ netBlock: true }).compile();
 * const results = await Promise.all(['1', '2', '3'].map((word) => sandbox.execFile('echo', [word])));
 * console.log(results.map(({ stdout }) => stdout.trim())); // [ '1', '2', '3' ]
 * ```
 */
export type Sandbox = {
  /**
   * Starts a command, as `child_process.spawn` does.
   *
   * @throws {NonoError} before anything starts: `command/…`, `usage/option`, `launch/…`
   */
  readonly spawn: (file: string, words?: readonly string[], options?: SpawnOptions) => ConfinedProcess;
  /**
   * Runs a program to its end. Rejects where it could not be started, and with `AbortError` where it was aborted; a code
   * that is not 0 is an answer.
   */
  readonly execFile: (
    file: string,
    words?: readonly string[],
    options?: ExecOptions,
  ) => Promise<CommandResult>;
  /** Runs a line of `/bin/sh` to its end, as `execFile` does. */
  readonly exec: (line: string, options?: ExecOptions) => Promise<CommandResult>;
};

/** What every session of a sandbox starts from. */
export type Compiled = {
  readonly plan: Plan;
  /** With the paths and variables of its profiles as this machine spells them. */
  readonly policy: Policy;
  readonly host: Host;
  readonly program: LastingProgram;
  readonly fillProgram: ReturnType<typeof fillable>;
  readonly fillOwnPlan: ReturnType<typeof fillable>;
  readonly find: (...query: Parameters<ReturnType<typeof furtherCommands>>) => FurtherCommand;
  readonly mayWrite: ReturnType<typeof writableAt>;
  /** @throws {NonoError} `launch/changed`: the plan was decided from what is another by now */
  readonly checkStanding: () => void;
};

// Commands that follow each other closely are not slowed by it: what changes within a second may be seen by the next.
const checkedForMs = 1000;

function standingCheck(plan: Plan, policy: Policy, host: Host): () => void {
  const links = linkReader();
  const before = standingOf(plan, policy, host, links(host));
  let checked = performance.now();
  return () => {
    if (performance.now() - checked < checkedForMs) return;
    const { environment, workingDirectory } = host;
    const here = workingDirectory === null ? { environment } : { environment, workingDirectory };
    const again = hostAgain(host, here);
    const change = changeBetween(before, standingOf(plan, policy, again, links(again)));
    if (change !== null) throw new NonoError([changedIssue(change)]);
    checked = performance.now();
  };
}

function changedIssue(change: string): Issue {
  return {
    code: 'launch/changed',
    message: `the plan was decided from what is another by now: ${change}`,
    origin: 'library',
    remedy: 'buildPlan and compile once more',
  };
}

function compile(plan: Plan, policy: Policy, host: Host): Compiled {
  const expanded = expandPolicy(policy, host, plan.workdir).policy;
  const program = compileLasting(plan, 'library');
  return {
    plan,
    policy: expanded,
    host,
    program,
    fillProgram: fillable(program.bytes),
    fillOwnPlan: fillable(Buffer.from(JSON.stringify(ownPlanOf(plan)))),
    find: furtherCommands(plan, expanded, host),
    mayWrite: writableAt(plan.grants, host),
    checkStanding: standingCheck(plan, expanded, host),
  };
}

export function openSandbox(plan: Plan, policy: Policy, host: Host): Sandbox {
  makeGrants(plan.grants);
  const compiled = compile(plan, policy, host);
  const start = (file: string, words: readonly string[] = [], options: SpawnOptions = {}): ConfinedProcess =>
    spawn(compiled, file, words, options);
  return {
    spawn: start,
    execFile: (file, words = [], options = {}) => execute(start, file, words, options),
    exec: (line, options = {}) => execute(start, line, [], { shell: true, ...options }),
  };
}
