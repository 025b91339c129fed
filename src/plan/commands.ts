// The guard over commands: names that may not be executed inside.
import { commandList } from '../policy/lists.ts';
import { type NameWish, nameOrigin, type Origin, type Policy } from '../policy/policy.ts';

export type BlockedCommand = {
  readonly name: string;
  readonly origin: Origin;
  /** Why, as half a sentence, and what to do instead, as a whole one. */
  readonly reason: string;
  readonly instead: string;
};

/** The names that are blocked: the built-in ones and the user's, less what the user allows. */
export function blockedCommands({ commands }: Policy): readonly BlockedCommand[] {
  const names = (wishes: readonly NameWish[]) => new Set(wishes.map(({ name }) => name));
  const [allowed, blocked] = [names(commands.allow), names(commands.block)];
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
    ({ name, origin }): BlockedCommand => ({
      name,
      origin,
      reason: `is blocked by ${nameOrigin(origin)}`,
      instead: 'Go on without it.',
    }),
  );
  // What the user blocks stays blocked: of two wishes that contradict each other the stricter one holds.
  return [...added, ...builtIn.filter(({ name }) => !allowed.has(name) && !blocked.has(name))];
}
