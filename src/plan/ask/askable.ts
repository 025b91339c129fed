// A plan made ready to be asked: its rules indexed once, the machine at hand.
import { protectedBelow } from '../denies.ts';
import type { Deny } from '../deny.ts';
import { depthsOf } from '../depths.ts';
import type { Grant } from '../grant.ts';
import type { AbsolutePath, Host } from '../host.ts';
import type { Originals } from '../originals.ts';
import type { Plan } from '../plan.ts';
import type { SensitivePath } from '../sensitive.ts';
import { type DenyIndex, indexDenies } from './deny-index.ts';
import { type Reach, reachOf } from './reach.ts';
import { type Ways, waysOf } from './ways.ts';

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** The part of a plan that decides about requests. */
export type Askable = Pick<
  Plan,
  | 'machine'
  | 'grants'
  | 'denies'
  | 'sockets'
  | 'blocked'
  | 'network'
  | 'session'
  | 'temporary'
  | 'explained'
  | 'limits'
> & { readonly originals: Without<Originals, 'store'> };

/** What is sensitive by the built-in lists, and why; null where nothing is at that path. */
export type Secrets = (path: AbsolutePath) => SensitivePath | null;

export type Prepared = {
  readonly plan: Askable;
  readonly host: Host;
  readonly ways: Ways;
  readonly reach: Reach;
  readonly denies: DenyIndex;
  readonly secrets: Secrets;
  /** What lies where a glob goes on at any depth. */
  readonly depths: () => DenyIndex;
  /** What a grant for writing would still not let be written, wherever it is. */
  readonly protects: () => DenyIndex;
  /** Everything that is made is judged. */
  readonly judgesCreations: boolean;
  /** Made by the session that the plan is of. */
  readonly isNew: (path: AbsolutePath) => boolean;
  /** Files that are granted by themselves, and may be saved by way of others beside them. */
  readonly saved: readonly Grant[];
};

function once<T>(make: () => T): () => T {
  let made: T | null = null;
  return () => {
    made ??= make();
    return made;
  };
}

export function prepare(plan: Askable, host: Host, secrets: Secrets): Prepared {
  const ways = waysOf(plan.machine);
  const isNew = (path: AbsolutePath) => ways.isNew(plan, path, () => host.status(path)?.born ?? null);
  return {
    plan,
    host,
    ways,
    reach: reachOf(plan.grants, host, ways.grantsInodes),
    denies: indexDenies(plan.denies, isNew),
    secrets,
    judgesCreations: ways.judgesCreations(plan),
    depths: once(() => {
      const places = depthsOf(plan.denies, plan.temporary);
      const rules = places.map((place): Deny => ({ ...place, access: 'all', origin: 'flag:--deny' }));
      return indexDenies({ rules, lifted: [] }, () => false);
    }),
    protects: once(() => indexDenies(protectedBelow('/'), () => false)),
    isNew,
    saved: ways.saved(plan),
  };
}
