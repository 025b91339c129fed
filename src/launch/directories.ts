// The session's own directories: made here; the launcher empties the private one, and nono removes what is empty.
import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { type Issue, NonoError } from '../errors.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { parentOf } from '../plan/path.ts';
import type { Plan } from '../plan/plan.ts';
import { makeDirectory } from './make-directory.ts';
import { writeOwnPlan } from './own-plan.ts';

/** What one session has on the disk: the store only where the plan keeps originals. */
export type SessionDirectories = {
  readonly temporary: AbsolutePath;
  readonly planFile: AbsolutePath;
  /** The text for agents; undefined: there is none. */
  readonly guide?: AbsolutePath;
  readonly store: AbsolutePath | null;
  /** The session's control group, which the launcher makes; null: it has none. */
  readonly cgroup: AbsolutePath | null;
};

const ownerOnly = 0o700;

function attempt(make: () => void, issue: (errno: string) => Issue): void {
  try {
    make();
  } catch (error) {
    throw new NonoError([issue((error as NodeJS.ErrnoException).code ?? String(error))]);
  }
}

function makeTemporary(path: AbsolutePath): void {
  attempt(
    () => mkdirSync(path, { mode: ownerOnly }),
    (errno) => ({
      code: 'launch/temporary',
      message: `the private directory "${path}" cannot be made (${errno})`,
      origin: 'environment:TMPDIR',
      remedy: 'TMPDIR=/a/directory/that/can/be/written nono run …',
    }),
  );
}

function storeIssue(path: AbsolutePath, errno: string): Issue {
  return {
    code: 'launch/store',
    message: `the store of originals "${path}" cannot be made (${errno}), so what the command rewrites could be lost`,
    origin: `environment:${process.env.XDG_STATE_HOME ? 'XDG_STATE_HOME' : 'HOME'}`,
    remedy: 'XDG_STATE_HOME=/a/directory/that/can/be/written nono run …',
  };
}

function makeStore(path: AbsolutePath): void {
  attempt(
    () => {
      makeDirectory(parentOf(path), ownerOnly);
      mkdirSync(path, { mode: ownerOnly });
    },
    (errno) => storeIssue(path, errno),
  );
}

/**
 * The directory of all sessions' stores, where a plan keeps originals.
 *
 * @throws {NonoError} `launch/store`: it cannot be made
 */
export function makeSessions({ originals }: Plan): void {
  if (originals.kind !== 'kept') return;
  const sessions = parentOf(originals.store);
  attempt(
    () => makeDirectory(sessions, ownerOnly),
    (errno) => storeIssue(sessions, errno),
  );
}

function makePlanFile(path: AbsolutePath, content: string | Uint8Array): void {
  attempt(
    () => writeOwnPlan(path, content),
    (errno) => ({
      code: 'launch/plan-file',
      message: `the plan "${path}" cannot be written for the command to read (${errno})`,
      origin: 'environment:TMPDIR',
      remedy: 'TMPDIR=/a/directory/that/can/be/written nono run …',
    }),
  );
}

/** Removes them again, as long as nothing is in them. */
export function removeDirectories({
  temporary,
  planFile,
  guide,
  store,
}: Omit<SessionDirectories, 'cgroup'>): void {
  rmSync(planFile, { force: true });
  if (guide !== undefined) rmSync(guide, { force: true });
  rmdirSync(temporary);
  if (store !== null) rmdirSync(store);
}

function removed(directory: AbsolutePath): boolean {
  try {
    rmdirSync(directory);
    return true;
  } catch {
    return false; // something is in it, which the caller is told
  }
}

export type Cleared = {
  /** Originals were kept, and stay. */
  readonly kept: boolean;
  /** What could not be emptied of the private directory is still there. */
  readonly leftover: boolean;
};

/** Removes what a session leaves when it has ended, but for the originals that it kept. */
export function clearDirectories({ temporary, planFile, store, cgroup }: SessionDirectories): Cleared {
  rmSync(planFile, { force: true });
  if (cgroup !== null) removed(cgroup); // where a launcher that failed or was killed did not
  return { leftover: !removed(temporary), kept: store !== null && !removed(store) };
}

/** The directories of a plan's session. */
export function directoriesOf({ temporary, planFile, originals, limits }: Plan): SessionDirectories {
  const store = originals.kind === 'kept' ? originals.store : null;
  return { temporary, planFile, store, cgroup: limits.cgroup?.path ?? null };
}

/**
 * @param content what the command may read of its plan
 * @throws {NonoError} `launch/temporary`, `launch/plan-file`, `launch/store`: one exists already, or its parent cannot be
 * written.
 */
export function makeSessionDirectories(directories: SessionDirectories, content: string | Uint8Array): void {
  const { temporary, planFile, store } = directories;
  makeTemporary(temporary);
  try {
    makePlanFile(planFile, content);
    if (store !== null) makeStore(store);
  } catch (error) {
    removeDirectories({ temporary, planFile, store: null });
    throw error;
  }
}

/** Makes them for a plan that is of one session. */
export function makeDirectories(plan: Plan, ownPlan: string, guide: string): SessionDirectories {
  const directories = directoriesOf(plan);
  makeSessionDirectories(directories, ownPlan);
  if (plan.guide === null) return directories;
  const guided = { ...directories, guide: plan.guide };
  try {
    makePlanFile(plan.guide, guide);
  } catch (error) {
    removeDirectories(directories);
    throw error;
  }
  return guided;
}
