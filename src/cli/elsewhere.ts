// `nono run --dry-run --platform macos` on another system: the plan and the profile that a Mac would enforce.
import { compileSeatbelt } from '../backend/macos/compile.ts';
import { thisHost } from '../launch/host.ts';
import { imaginedMac } from '../launch/macos/imagined.ts';
import { buildPlan } from '../plan/plan.ts';
import { renderPlan } from '../term/plan.ts';
import { planToJson } from '../term/plan-json.ts';
import { printJson, printResult, styleFor } from './output.ts';
import { policyWithProfiles, type Reader } from './profiles.ts';
import type { RunFlags } from './run.ts';

/** Prints what a Mac with this machine's files would enforce. */
export function showOnMac(flags: RunFlags, command: readonly string[], reader: Reader): void {
  const host = imaginedMac(thisHost());
  const { policy } = policyWithProfiles(flags, command, host, reader);
  const plan = buildPlan(policy, host, { seatbelt: true });
  const seatbelt = compileSeatbelt(plan);
  if (flags.json) printJson({ ...planToJson(plan), seatbelt });
  else
    printResult(
      `${renderPlan(plan, host.home, styleFor(1), flags.verbose ?? false)}\n\n${seatbelt.text}\n${Object.entries(
        seatbelt.parameters,
      )
        .map(([name, value]) => `; ${name} = ${JSON.stringify(value)}`)
        .join('\n')}`,
    );
}
