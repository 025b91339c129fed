// Linux: the program goes to the launcher, and nono's own process takes over.
import { compileProgram } from '../../backend/linux/compile.ts';
import { ownPlanOf } from '../../plan/own-plan.ts';
import { buildPlan, type LinuxPlan } from '../../plan/plan.ts';
import { askSupport, handOver } from '../channel.ts';
import { makeDirectories, removeDirectories } from '../directories.ts';
import { makeGrants } from '../make-grants.ts';
import { remember } from '../memory.ts';
import type { Platform } from '../platform.ts';

export const platform: Platform = {
  planner: (host) => {
    const support = askSupport(host);
    return (policy) => buildPlan(policy, host, support);
  },
  start: (made, wish, guide, announcement) => {
    const plan = made as LinuxPlan; // `planner` makes no other
    const program = compileProgram(plan);
    makeGrants(plan.grants);
    const ownPlan = JSON.stringify(ownPlanOf(plan));
    const directories = makeDirectories(plan, ownPlan, guide);
    announcement.say();
    try {
      handOver(program, directories, wish);
    } catch (error) {
      removeDirectories(directories);
      throw error;
    }
    remember({ plan, directories, wish, ownPlan, guide, announced: announcement.text });
  },
};
