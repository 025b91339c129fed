// The guard over commands: by the name that is typed, and by that of the file which it leads to.
import type { BlockedCommand } from '../commands.ts';
import type { Prepared } from './askable.ts';
import type { Obstacle } from './obstacles.ts';
import type { Rule } from './verdict.ts';

function ruleOf({ name, origin }: BlockedCommand): Rule {
  return { kind: 'command', path: name, origin };
}

/** What is blocked of these names of one file. */
export function blockedObstacles({ plan }: Prepared, names: readonly string[]): Obstacle[] {
  const found = plan.blocked.find(({ name }) => names.includes(name));
  if (found === undefined) return [];
  const flags = found.origin.startsWith('built-in:')
    ? [{ name: '--allow-command', value: found.name } as const]
    : null;
  return [
    { reason: 'command_blocked', rule: ruleOf(found), details: `${found.name} ${found.reason}`, flags },
  ];
}
