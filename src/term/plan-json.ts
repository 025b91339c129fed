// A plan as JSON for programs: the same values, without what the environment holds.
import type { Plan } from '../plan/plan.ts';

export function planToJson(plan: Plan): object {
  const { environment, ...rest } = plan;
  return {
    ...rest,
    environment: {
      passed: environment.variables.map(({ name }) => name).filter((name) => !environment.set.includes(name)),
      set: environment.set,
      withheld: environment.withheld,
      absent: environment.absent,
    },
  };
}
