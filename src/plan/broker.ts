// What of a plan's work is the broker's: the filter hands over so much, and what is asked of the plan depends on it.
import { judgedFor } from './deny.ts';
import type { LinuxPlan } from './plan.ts';
import { readsSaved, savedFiles } from './saves.ts';

export type BrokersWork = {
  /** Opens for reading are judged. */
  readonly reads: boolean;
  /** Everything that is made is judged, exclusive creation and directories too. */
  readonly creations: boolean;
  /** New processes and threads are counted. */
  readonly forks: boolean;
};

type Deciding = Pick<LinuxPlan, 'denies' | 'grants' | 'explained' | 'machine' | 'limits'> & {
  readonly originals: { readonly kind: string; readonly remembersBirths?: boolean };
};

/** null: there is no broker. */
export function brokersWork(plan: Deciding): BrokersWork | null {
  const { originals, machine, denies, grants, explained, limits } = plan;
  if (!machine.notifies) return null;
  const forks = limits.list.some(({ holder }) => holder === 'broker');
  if (explained) return { reads: true, creations: true, forks };
  const { reads, creations } = judgedFor(denies, grants);
  if (machine.inside) return { reads, creations, forks };
  return {
    reads: reads || readsSaved(grants),
    forks,
    creations: creations || (originals.remembersBirths ?? false) || savedFiles(grants).length > 0,
  };
}
