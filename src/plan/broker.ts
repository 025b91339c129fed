// What of a plan's work is the broker's: the filter hands over so much, and what is asked of the plan depends on it.
import { judgedFor } from './denies.ts';
import type { Plan } from './plan.ts';
import { readsSaved, savedFiles } from './saves.ts';

export type BrokersWork = {
  /** Opens for reading are judged. */
  readonly reads: boolean;
  /** Everything that is made is judged, exclusive creation and directories too. */
  readonly creations: boolean;
};

type Deciding = Pick<Plan, 'denies' | 'grants' | 'explained' | 'machine'> & {
  readonly originals: { readonly kind: string; readonly remembersBirths?: boolean };
};

/** null: there is no broker. */
export function brokersWork({ originals, machine, denies, grants, explained }: Deciding): BrokersWork | null {
  if (!machine.notifies) return null;
  if (explained) return { reads: true, creations: true };
  const { reads, creations } = judgedFor(denies, grants);
  return {
    reads: reads || readsSaved(grants),
    creations: creations || (originals.remembersBirths ?? false) || savedFiles(grants).length > 0,
  };
}
