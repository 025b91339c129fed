// The limits that a session reached: the launcher's frames beside what the plan says.
import type { ReachedLimit } from '../plan/limits.ts';
import type { OwnPlan } from '../plan/own-plan.ts';
import type { Frame } from './frames.ts';

export function reachedLimits(frames: readonly Frame[], { limits }: Pick<OwnPlan, 'limits'>): ReachedLimit[] {
  return frames.flatMap((frame) => {
    if (frame.kind !== 'limit') return [];
    const limit = limits.list.find(({ kind }) => kind === frame.limit);
    if (limit === undefined) return [];
    const { kind, most, origin } = limit;
    return [{ kind, most, origin, count: frame.count }];
  });
}
