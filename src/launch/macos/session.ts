// One session on a Mac: originals are cloned, the command runs under sandbox-exec with nono beside it, and what is left is
// put away. docs/platforms.md says what no process here can promise.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, constants, openSync, rmSync, writeFileSync } from 'node:fs';
import { constants as system } from 'node:os';
import { dirname, join } from 'node:path';
import { compileSeatbelt, denialTag } from '../../backend/macos/compile.ts';
import type { SeatbeltProfile } from '../../backend/macos/sbpl.ts';
import { exitCodes, type Issue, NonoError } from '../../errors.ts';
import { allowsWriting } from '../../plan/grant.ts';
import { ownPlanOf } from '../../plan/own-plan.ts';
import type { MacPlan } from '../../plan/plan.ts';
import { type Cloned, CloneError, forgetUnchanged, keepClones } from '../../store/clones.ts';
import type { About } from '../../store/journal.ts';
import {
  clearDirectories,
  makeDirectories,
  removeDirectories,
  type SessionDirectories,
} from '../directories.ts';
import { makeGrants } from '../make-grants.ts';
import { encodeReportWish, type ReportWish } from '../report-wish.ts';
import { framesOf, logArguments, readLog } from './log.ts';
import { argumentsFor, cleaningProfile, sandboxExec } from './sandbox-exec.ts';

/** What a session is made with; the tests put others in. */
export type Tools = {
  readonly sandboxExec: string;
  readonly log: string;
  readonly cloneMode: number;
  readonly reporter: string;
};

const systemTools: Tools = {
  sandboxExec,
  log: '/usr/bin/log',
  cloneMode: constants.COPYFILE_FICLONE_FORCE,
  reporter: join(dirname(process.argv[1] ?? ''), 'report.cjs'),
};

const mostShown = 1000;
const signalExitBase = 128;
const graceMs = 2000;
const timedOut = 124;

function aboutOf({ session, command, workdir }: MacPlan): About {
  const shown = command.argv.join(' ').slice(0, mostShown);
  return { version: 1, ...session, command: shown, ...(workdir !== null && { workdir }) };
}

function cloneIssue({ failure }: CloneError): Issue {
  return {
    code: 'launch/store',
    message: `"${failure.path}" cannot be cloned into the store of originals (${failure.errno}), so it could be lost`,
    origin: 'environment:XDG_STATE_HOME',
    remedy: 'XDG_STATE_HOME=/a/directory/on/the/same/APFS/volume nono run …',
  };
}

/** macOS takes DYLD_ variables from what its own programs start, and sandbox-exec is one; env sets them behind it. */
function wordsOf({ command, environment }: MacPlan): string[] {
  const words = [command.executable, ...command.argv.slice(1)];
  const loader = environment.variables.filter(({ name }) => name.startsWith('DYLD_'));
  if (loader.length === 0 || command.executable.includes('=')) return words;
  return ['/usr/bin/env', ...loader.map(({ name, value }) => `${name}=${value}`), ...words];
}

/** What the user lets the command write to: one in another is cloned with it. */
function clonedPaths({ grants }: MacPlan): string[] {
  const written = grants.filter(
    (grant) => allowsWriting(grant) && grant.kind !== 'device' && grant.origin !== 'session',
  );
  const paths = written.map(({ path }) => path);
  return paths.filter((path) => !paths.some((other) => other !== path && path.startsWith(`${other}/`)));
}

function keep(plan: MacPlan, { store }: SessionDirectories, tools: Tools): readonly Cloned[] {
  if (store === null) return [];
  try {
    return keepClones(store, aboutOf(plan), clonedPaths(plan), tools.cloneMode);
  } catch (error) {
    if (error instanceof CloneError) throw new NonoError([cloneIssue(error)]);
    throw error;
  }
}

/** Whether the system takes the profile: afterwards its refusal could not be told from the command's own failure. */
function checkProfile(profile: SeatbeltProfile, tools: Tools): void {
  const tried = spawnSync(tools.sandboxExec, argumentsFor(profile, ['/usr/bin/true']), { encoding: 'utf8' });
  if (tried.status === 0) return;
  throw new NonoError([
    {
      code: 'launch/failed',
      message: `sandbox-exec refuses the profile: ${(tried.error?.message ?? tried.stderr).trim().slice(0, mostShown)}`,
      remedy: 'nono run --dry-run --json … shows the profile: report it with this message',
    },
  ]);
}

// The terminal signals the whole process group, so the command has its own copy of the first two.
const fromTerminal: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
const passedOn: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'];

function passSignals(pass: (signal: NodeJS.Signals) => void, hasTerminal: boolean): void {
  for (const signal of fromTerminal)
    process.on(signal, () => {
      if (!hasTerminal) pass(signal);
    });
  for (const signal of passedOn) process.on(signal, () => pass(signal));
}

/** The run's own limit of time, which is the only one that holds here; tells whether it ended the run. */
function limitTime(plan: MacPlan, child: ChildProcess): () => boolean {
  const limit = plan.limits.list.find(({ kind }) => kind === 'timeout');
  if (limit === undefined) return () => false;
  let isOver = false;
  const end = setTimeout(() => {
    isOver = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
  }, limit.most * 1000);
  child.on('exit', () => clearTimeout(end));
  return () => isOver;
}

function empty(directories: SessionDirectories, tools: Tools): void {
  const { temporary } = directories;
  const remove = argumentsFor(cleaningProfile(temporary), ['/bin/rm', '-rf', '--', temporary]);
  spawnSync(tools.sandboxExec, remove, { stdio: 'ignore' });
}

function logged(plan: MacPlan, wish: ReportWish, code: number, tools: Tools): Buffer {
  // The log takes a second or two: it is asked where something went wrong, or somebody wants to know.
  const isAsked = plan.explained || wish.file !== null || (code !== 0 && wish.form !== 'none');
  if (!isAsked) return Buffer.alloc(0);
  const tag = denialTag(plan.session.id);
  try {
    const lines = execFileSync(tools.log, logArguments(tag, new Date(plan.session.started)), {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    });
    return framesOf(readLog(lines, tag));
  } catch {
    return Buffer.alloc(0); // hints: without them the report says less
  }
}

/** The reporter reads from descriptor 3, where nono's own process hands it over on Linux. */
function report(plan: MacPlan, store: string, wish: ReportWish, frames: Buffer, tools: Tools): void {
  const texts = [store, plan.planFile, encodeReportWish(wish)].map((text) => Buffer.from(`${text}\0`));
  const file = `${plan.planFile}.report`;
  writeFileSync(file, Buffer.concat([...texts, frames]), { mode: 0o600, flag: 'wx' });
  const input = openSync(file, 'r');
  rmSync(file);
  spawnSync(process.execPath, [tools.reporter], { stdio: ['inherit', 'inherit', 'inherit', input] });
  closeSync(input);
}

function codeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return signal === null ? (code ?? exitCodes.notStarted) : signalExitBase + system.signals[signal];
}

/** A shell ends its loop at Ctrl-C only if it sees that the signal ended the program. */
function endAs(code: number): void {
  process.exitCode = code;
  if (code !== signalExitBase + system.signals.SIGINT) return;
  process.removeAllListeners('SIGINT');
  process.kill(process.pid, 'SIGINT');
}

/**
 * Runs a plan's command to its end.
 *
 * @param guide the text for agents
 * @param announce says what is to be said before it starts
 * @throws {NonoError} `launch/…` for what failed before
 */
export function runSession(
  plan: MacPlan,
  wish: ReportWish,
  guide: string,
  announce: () => void,
  tools: Tools = systemTools,
): ChildProcess {
  const profile = compileSeatbelt(plan);
  checkProfile(profile, tools);
  makeGrants(plan.grants);
  const directories = makeDirectories(plan, JSON.stringify(ownPlanOf(plan)), guide);
  let kept: readonly Cloned[];
  try {
    kept = keep(plan, directories, tools);
  } catch (error) {
    removeDirectories({ ...directories, store: null });
    throw error;
  }
  announce();
  const variables = plan.environment.variables.map(({ name, value }) => [name, value]);
  // Before there is a command: one that is told of before nono listens would outlive it.
  let child: ChildProcess;
  passSignals(
    (signal) => child.kill(signal),
    [0, 1, 2].some((descriptor) => isTerminal(descriptor)),
  );
  child = spawn(tools.sandboxExec, argumentsFor(profile, wordsOf(plan)), {
    stdio: 'inherit',
    env: Object.fromEntries(variables),
    ...(plan.workdir !== null && { cwd: plan.workdir }),
  });
  const isOver = limitTime(plan, child);
  child.on('exit', (status, signal) => {
    const code = isOver() ? timedOut : codeOf(status, signal);
    empty(directories, tools);
    const { store } = directories;
    const changed = store === null ? 0 : forgetUnchanged(store, aboutOf(plan), kept, Date.now() + 1);
    const frames = logged(plan, wish, code, tools);
    const hasNews = changed > 0 || frames.length > 0 || wish.file !== null;
    if (hasNews) report(plan, changed > 0 && store !== null ? store : '', wish, frames, tools);
    clearDirectories(directories);
    endAs(code);
  });
  return child;
}

function isTerminal(descriptor: number): boolean {
  return [process.stdin, process.stdout, process.stderr][descriptor]?.isTTY === true;
}
