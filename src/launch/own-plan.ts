// The file by which the command inside, and the report at the end, know the plan of their session.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Issue, NonoError } from '../errors.ts';
import { allowsReading } from '../plan/grant.ts';
import type { AbsolutePath } from '../plan/host.ts';
import type { OwnPlan } from '../plan/own-plan.ts';

/** Names the file inside a session. */
export const planVariable = 'NONO_PLAN';

const readableByOwner = 0o600;

/** @throws the system's error where the file cannot be made, or is there already. */
export function writeOwnPlan(file: AbsolutePath, content: string | Uint8Array): void {
  writeFileSync(file, content, { mode: readableByOwner, flag: 'wx' });
}

function unreadable(file: string, why: string): NonoError {
  const issue: Issue = {
    code: 'host/no-plan',
    message: `the plan "${file}" of this session cannot be read (${why})`,
    origin: `environment:${planVariable}`,
    remedy: `nono why, without --self, in a shell where ${planVariable} is not set`,
  };
  return new NonoError([issue]);
}

export function readOwnPlanFile(file: string): OwnPlan {
  try {
    return JSON.parse(readFileSync(file as AbsolutePath, 'utf8')) as OwnPlan;
  } catch (error) {
    throw unreadable(file, (error as NodeJS.ErrnoException).code ?? 'it is no plan');
  }
}

/**
 * The plan of the session that this process is in; null outside of any.
 *
 * @throws {NonoError} `host/no-plan` where there should be one and it cannot be read.
 */
export function readOwnPlan(environment: Readonly<Record<string, string>>): OwnPlan | null {
  const file = environment[planVariable];
  return file === undefined || file === '' ? null : readOwnPlanFile(file);
}

/** What the session that this process is in lets be read; nothing outside of any, or where that cannot be told. */
export function readableIn(environment: Readonly<Record<string, string>>): readonly AbsolutePath[] {
  try {
    return (readOwnPlan(environment)?.grants ?? []).filter(allowsReading).map(({ path }) => path);
  } catch {
    return []; // fewer grants than there could be
  }
}
