// The guard over commands: names that may not be executed inside.
import { commandList } from '../policy/lists.ts';
import type { Origin, Policy } from '../policy/policy.ts';

export type BlockedCommand = {
  readonly name: string;
  readonly origin: Origin;
  /** Why, as half a sentence, and what to do instead, as a whole one. */
  readonly reason: string;
  readonly instead: string;
};

const askedFor = { reason: 'is blocked by --block-command', instead: 'Go on without it.' } as const;

/** The names that are blocked: the built-in ones and the user's, less what the user allows. */
export function blockedCommands({ commands }: Policy): readonly BlockedCommand[] {
  const allowed = new Set(commands.allow);
  const builtIn = commandList.groups.flatMap(({ name: group, title, names, instead }) =>
    names.map(
      (name): BlockedCommand => ({
        name,
        origin: `built-in:${group}`,
        reason: `${title}, and is blocked`,
        instead,
      }),
    ),
  );
  const added = commands.block.map(
    (name): BlockedCommand => ({ name, origin: 'flag:--block-command', ...askedFor }),
  );
  // What the user blocks stays blocked: of two wishes that contradict each other the stricter one holds.
  return [...added, ...builtIn.filter(({ name }) => !allowed.has(name) && !commands.block.includes(name))];
}
