// One command in a sandbox: its session is made, the launcher started in its place, and cleared away when it ends.
import { type ChildProcess, spawn as spawnProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { joinProgram } from '../backend/linux/encode.ts';
import { NonoError } from '../errors.ts';
import {
  clearDirectories,
  directoriesOf,
  makeSessionDirectories,
  type SessionDirectories,
} from '../launch/directories.ts';
import { failureIssue } from '../launch/failure.ts';
import type { Frame } from '../launch/frames.ts';
import { hostAgain, newSession } from '../launch/host.ts';
import { planEnvironment } from '../plan/environment.ts';
import type { Grant } from '../plan/grant.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { placeholder } from '../plan/placeholder.ts';
import { follow } from './follow.ts';
import { launcher } from './installation.ts';
import { argvOf, checkOptions, type SpawnOptions, stdioOf, terminalsIn } from './options.ts';
import { type Denial, type Report, reportOf } from './report.ts';
import type { Compiled } from './sandbox.ts';

/**
 * A confined command: a `ChildProcess` like any other. `kill`, `signal`, `timeout` reach the command; it exits with its
 * code or its signal; where it could not be started, `error` is a `NonoError`. It never outlives this process.
 *
 * @example
 * ```ts
 * import { buildPlan, type ConfinedProcess } from 'nono';
 *
 * const child: ConfinedProcess = buildPlan({}).compile().spawn('sleep', ['60']);
 * child.on('report', ({ session }) => console.log(session, 'is over'));
 * child.kill();
 * console.log((await child.report).denied); // []
 * ```
 */
export type ConfinedProcess = ChildProcess & {
  /** The session's name. */
  readonly session: string;
  /** Fulfilled when nothing of the session is left. Rejected with a `NonoError` where the command did not start. */
  readonly report: Promise<Report>;
  /** Each refusal, at the end of the session; then the report itself. */
  on(event: 'denied', listener: (denial: Denial) => void): ConfinedProcess;
  on(event: 'report', listener: (report: Report) => void): ConfinedProcess;
};

type Session = {
  readonly id: Host['session'];
  readonly directories: SessionDirectories;
  readonly ownPlan: Buffer;
  readonly program: Uint8Array;
};

function workdirOf({ cwd }: SpawnOptions, { plan }: Compiled): AbsolutePath | null {
  if (cwd === undefined) return plan.workdir;
  const path = resolve(cwd instanceof URL ? cwd.pathname : cwd) as AbsolutePath;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  throw new NonoError([
    {
      code: 'plan/workdir',
      message: `"${path}" is not a directory`,
      origin: 'library',
      remedy: 'spawn with cwd, a directory that exists',
    },
  ]);
}

function environmentOf({ env = process.env }: SpawnOptions): Record<string, string> {
  const set = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(set);
}

function named<T extends string | null>(path: T, { id }: Host['session']): T {
  return (path === null ? null : path.replace(placeholder.id, id)) as T;
}

function terminalGrants(terminals: readonly AbsolutePath[]): Grant[] {
  return terminals.map((path) => ({
    path,
    kind: 'device',
    access: 'readwrite',
    origin: 'built-in:terminal',
    required: false,
  }));
}

/** Everything that one run has of its own. */
function openSession(
  compiled: Compiled,
  argv: readonly string[],
  options: SpawnOptions,
  terminals: readonly AbsolutePath[],
): Session {
  const { plan, policy, program } = compiled;
  const id = newSession();
  const workdir = workdirOf(options, compiled);
  const planned = directoriesOf(plan);
  const directories = {
    temporary: named(planned.temporary, id),
    planFile: named(planned.planFile, id),
    store: named(planned.store, id),
    cgroup: named(planned.cgroup, id),
  };
  const host = {
    ...hostAgain(compiled.host, { environment: environmentOf(options) }),
    temporary: directories.temporary,
  };
  const { command, grants } = compiled.find(argv, host, workdir);
  const [name = '', ...words] = argv;
  const { variables } = planEnvironment(policy, host, workdir, directories.planFile, compiled.mayWrite);
  const own = program.complete(
    { command: { ...command, argv: [options.argv0 ?? name, ...words] }, workdir, session: id, variables },
    [...grants, ...terminalGrants(terminals)],
  );
  return {
    id,
    directories,
    ownPlan: compiled.fillOwnPlan(id),
    program: joinProgram([compiled.fillProgram(id), own]),
  };
}

/** From when files are the session's own: this moment, and no earlier, to the nanosecond as the launcher reads it. */
function momentOfStart(): string {
  const next = Date.now() + 1; // the clock has the milliseconds that are over
  return `${Math.floor(next / 1000)}.${String(next % 1000).padStart(3, '0')}000000`;
}

function startLauncher(
  since: string,
  options: SpawnOptions,
  stdio: ReturnType<typeof stdioOf>,
): ChildProcess {
  const { signal, timeout, killSignal, detached } = options;
  return spawnProcess(launcher, ['--since', since], {
    ...(signal !== undefined && { signal }),
    ...(timeout !== undefined && { timeout }),
    ...(killSignal !== undefined && { killSignal }),
    ...(detached !== undefined && { detached }),
    argv0: 'nono-launcher',
    env: {},
    stdio: [...stdio, 'pipe'],
  });
}

/** By the event where somebody listens for it, and by the promise: who does neither is told by Node. */
function fail(child: ChildProcess, error: Error, rejected: (error: unknown) => void): void {
  rejected(error);
  if (child.listenerCount('error') === 0) return;
  (child as ConfinedProcess).report.catch(() => {}); // who has heard the event need not ask for the promise
  child.emit('error', error);
}

/** The end of a session as the child's promise and events. */
function settle(
  child: ChildProcess,
  frames: readonly Frame[],
  report: () => Report,
  resolved: (report: Report) => void,
  rejected: (error: unknown) => void,
): void {
  const failure = frames.find((frame) => frame.kind === 'failure');
  if (failure !== undefined) {
    fail(child, new NonoError([failureIssue(failure)]), rejected);
    return;
  }
  const made = report();
  for (const denial of made.denied) child.emit('denied', denial);
  child.emit('report', made);
  resolved(made);
}

/** Starts a command in a session of its own. */
export function spawn(
  compiled: Compiled,
  file: string,
  words: readonly string[],
  options: SpawnOptions,
): ConfinedProcess {
  checkOptions(options);
  const since = momentOfStart(); // before all that follows, so that the clock has gone on when the command starts
  compiled.checkStanding();
  const stdio = stdioOf(options);
  const session = openSession(compiled, argvOf(file, words, options), options, terminalsIn(stdio));
  makeSessionDirectories(session.directories, session.ownPlan);
  let child: ChildProcess;
  try {
    child = startLauncher(since, options, stdio);
  } catch (error) {
    clearDirectories(session.directories);
    throw error;
  }
  const report = new Promise<Report>((resolved, rejected) => {
    const channel = child.stdio?.[3] as Duplex | undefined;
    const ended = (frames: readonly Frame[]): void => {
      const cleared = clearDirectories(session.directories);
      const make = () =>
        reportOf(compiled, session.id, session.ownPlan, session.directories, frames, cleared);
      settle(child, frames, make, resolved, rejected);
    };
    if (child.pid !== undefined && channel !== undefined) follow(channel, session.program, ended);
    else
      child.prependOnceListener('error', (error) => {
        clearDirectories(session.directories);
        rejected(error);
        if (child.listenerCount('error') > 0) report.catch(() => {}); // they hear of it next
      });
  });
  return Object.assign(child, { session: session.id.id, report }) as ConfinedProcess;
}
