// Linux: the program goes to the launcher, and nono's own process takes over.
import { compileProgram } from '../backend/linux/compile.ts';
import { buildPlan, type LinuxPlan } from '../plan/plan.ts';
import { askSupport, handOver } from './channel.ts';
import { makeDirectories, removeDirectories } from './directories.ts';
import { makeGrants } from './make-grants.ts';
import type { Platform } from './platform.ts';

export const platform: Platform = {
  plan: (policy, host) => buildPlan(policy, host, askSupport(host)),
  start: (plan, wish, guide, announce) => {
    const program = compileProgram(plan as LinuxPlan); // `plan` makes no other
    makeGrants(plan.grants);
    const directories = makeDirectories(plan as LinuxPlan, guide);
    announce();
    try {
      handOver(program, directories, wish);
    } catch (error) {
      removeDirectories(directories);
      throw error;
    }
  },
};
