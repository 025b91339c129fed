// What would be lost with an entry from before the run, and what could not be kept of it.
import { isInState } from '../grant.ts';
import type { AbsolutePath } from '../host.ts';
import type { Prepared } from './askable.ts';
import type { Obstacle } from './obstacles.ts';
import { keepLimitFor } from './suggest.ts';

function lost(details: string, flags: Obstacle['flags']): Obstacle {
  const rule = { kind: 'originals', path: null, origin: 'built-in:originals' } as const;
  return { reason: 'protected_from_delete', rule, details, flags };
}

export function lossObstacles(prepared: Prepared, name: AbsolutePath): readonly Obstacle[] {
  const { plan, host, isNew } = prepared;
  const status = host.status(name);
  if (status === null || isNew(name)) return [];
  const { originals } = plan;
  if (originals.kind === 'withheld')
    return [lost('nothing can be removed or cut here without a broker', null)];
  if (originals.kind === 'around')
    return [lost('it existed before this run, and may have existed before the session around it', null)];
  if (originals.kind === 'kept' && (originals.onDelete === 'keep' || isInState(plan.grants, name))) return [];
  return [lost('it existed before the run, and would be lost', [{ name: '--on-delete', value: 'keep' }])];
}

/** What is changed is kept first, and what is too large to be kept is not changed. */
export function keepingObstacles({ plan, host, isNew }: Prepared, path: AbsolutePath): readonly Obstacle[] {
  if (plan.originals.kind !== 'kept') return [];
  const status = host.status(path);
  if (status?.kind !== 'file' || isNew(path) || status.size <= plan.originals.mostBytesAFile) return [];
  return [lost('its original is too large to be kept first', [keepLimitFor(status.size)])];
}
