// macOS: nono itself stays beside the command, which sandbox-exec confines.
import { buildPlan, type MacPlan } from '../../plan/plan.ts';
import type { Platform } from '../platform.ts';
import { runSession } from './session.ts';
import { askSupport } from './support.ts';

export const platform: Platform = {
  planner: (host) => {
    const support = askSupport();
    return (policy) => buildPlan(policy, host, support);
  },
  start: (plan, wish, guide, { say }) => {
    runSession(plan as MacPlan, wish, guide, say); // `planner` makes no other
  },
};
