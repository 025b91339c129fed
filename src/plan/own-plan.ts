// The part of a plan that the command inside may read: what decides about its requests, and nothing that tells where
// originals are kept or what the environment holds.
import type { Askable } from './ask/askable.ts';
import type { Plan } from './plan.ts';

/** As it is written for the command. */
export type OwnPlan = Askable & { readonly version: 1 };

export function ownPlanOf(plan: Plan): OwnPlan {
  const { version, machine, grants, denies, sockets, blocked, network, session, temporary } = plan;
  const { originals, explained, limits } = plan;
  const shown = originals.kind === 'kept' ? { ...originals, store: undefined } : originals;
  return {
    version,
    machine,
    grants,
    denies,
    sockets,
    blocked,
    network,
    session,
    temporary,
    originals: shown,
    explained,
    limits,
  };
}
