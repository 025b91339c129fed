// macOS: nono itself stays beside the command, which sandbox-exec confines.
import { accessSync, constants } from 'node:fs';
import type { SeatbeltSupport } from '../../plan/host.ts';
import { buildPlan, type MacPlan } from '../../plan/plan.ts';
import type { Platform } from '../platform.ts';
import { sandboxExec } from './sandbox-exec.ts';
import { runSession } from './session.ts';

function askSupport(): SeatbeltSupport {
  try {
    accessSync(sandboxExec, constants.X_OK);
    return { seatbelt: true };
  } catch {
    return { seatbelt: false };
  }
}

export const platform: Platform = {
  plan: (policy, host) => buildPlan(policy, host, askSupport()),
  start: (plan, wish, guide, { say }) => {
    runSession(plan as MacPlan, wish, guide, say); // `plan` makes no other
  },
};
