// Limits that a run reached, in words.
import type { ReachedLimit } from '../plan/limits.ts';
import { formatLimit, type LimitKind } from '../policy/limits.ts';
import { nameOrigin } from '../policy/policy.ts';
import { escapeText } from './escape.ts';

const texts: Record<LimitKind, (most: string, count: number) => string> = {
  memory: (most, count) =>
    `the kernel killed ${count === 1 ? 'a process' : `${count} processes`}: the run used ${most} of memory`,
  pids: (most, count) =>
    `${count} new ${count === 1 ? 'process or thread was' : 'processes or threads were'} refused: there were ${most}`,
  'cpu-time': (most) => `the run was ended: it used ${most} of CPU time`,
  timeout: (most) => `the run was ended: it took ${most}`,
};

/** One line. */
export function renderReachedLimit(limit: ReachedLimit): string {
  return `${texts[limit.kind](formatLimit(limit), limit.count)} (${escapeText(nameOrigin(limit.origin))})`;
}
