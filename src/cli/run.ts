// `nono run`, `wrap` and `shell`: policy, plan, program, in that order; then nono's own process takes over.
import { machine } from '#machine';
import { platform } from '#platform';
import { type Issue, NonoError } from '../errors.ts';
import type { LearnWish, ReportWish } from '../launch/report-wish.ts';
import { unsharedCaches } from '../plan/development.ts';
import type { Host } from '../plan/host.ts';
import type { Plan } from '../plan/plan.ts';
import { reportFileOf } from '../plan/report-file.ts';
import type { PolicyFlags } from '../policy/from-flags.ts';
import { escapeText } from '../term/escape.ts';
import { renderGuide } from '../term/guide.ts';
import { renderOverview } from '../term/overview.ts';
import { renderLine, renderPlan } from '../term/plan.ts';
import { planToJson } from '../term/plan-json.ts';
import { printJson, printResult, say, styleFor } from './output.ts';
import { type ProfileFlags, policyWithProfiles, type Reader, type WithProfiles } from './profiles.ts';

export type RunFlags = PolicyFlags &
  ProfileFlags & {
    readonly dryRun?: boolean;
    /** Whose plan is printed; without it this machine's. */
    readonly platform?: 'macos';
    readonly silent?: boolean;
    readonly verbose?: boolean;
    readonly json?: boolean;
    /** false: nothing is said after the run. */
    readonly diagnostics?: boolean;
    /** Where the report after the run is written as JSON. */
    readonly report?: string;
  };

function reportWishOf(flags: RunFlags, plan: Plan, host: Host): ReportWish {
  const form = flags.diagnostics === false ? 'none' : flags.json ? 'json' : 'text';
  if (flags.report === undefined) return { form, file: null };
  const file = reportFileOf(flags.report, host, plan.grants);
  if (typeof file === 'string') return { form, file };
  throw new NonoError([file]);
}

function showPlan(plan: Plan, host: Host, flags: RunFlags, reader: Reader): void {
  if (flags.json) {
    printJson(planToJson(plan));
    return;
  }
  const style = styleFor(1);
  printResult(renderPlan(plan, host.home, style, flags.verbose ?? false));
  printResult(renderOverview(reader().overview(plan, host), style));
}

/** What nobody named on the command line is said. */
function profileLines({ unasked, added, untrusted }: WithProfiles): string[] {
  const style = styleFor(2);
  return [
    ...unasked.map(({ name, because }) =>
      style('faint', `nono: profile ${name}, ${because}; --no-profile leaves it out`),
    ),
    ...(added.length > 0
      ? [style('faint', `nono: the profile adds ${escapeText(added.join(' '))} to the command`)]
      : []),
    ...(untrusted === null
      ? []
      : [style('warning', `nono: ${untrusted} is not used: read it, then nono profile trust`)]),
  ];
}

function planLines(plan: Plan, host: Host, flags: RunFlags): string[] {
  const style = styleFor(2);
  // Who wants no profile is not told of one.
  const unshared = flags.profile === false ? null : unsharedCaches(plan, host);
  // A loss is said even in silence: whoever asked to go on must know what they went on without.
  const losses = plan.guarantees.flatMap(({ promise, missing }) =>
    missing === undefined ? [] : [style('warning', `nono: NOT held: ${promise} (${missing.reason})`)],
  );
  if (flags.silent) return losses;
  return [
    ...(flags.verbose ? [renderPlan(plan, host.home, style, true)] : []),
    ...losses,
    ...plan.guarantees.flatMap(({ promise, less }) =>
      less === undefined ? [] : [style('warning', `nono: ${promise}; ${less.reason}\n  Try: ${less.remedy}`)],
    ),
    ...plan.environment.absent.map((name) =>
      style('warning', `nono: --env ${escapeText(name)}: it is not set, so nothing is passed`),
    ),
    ...(flags.json ? [] : [style('faint', `nono: ${renderLine(plan, host.home, unshared)}`)]),
  ];
}

const onlyDryRun: Issue = {
  code: 'usage/flag-value',
  message: '--platform plans for another machine, and nothing can be run there from here',
  remedy: 'nono run --dry-run --platform macos …',
};

/**
 * Plans a run and hands its program to the launcher; with `--dry-run` prints the plan instead.
 *
 * @param learnFrom what is to be learned of the run; null: nothing
 * @throws {NonoError} with everything that stops the run.
 */
export function run(
  flags: RunFlags,
  command: readonly string[],
  reader: Reader,
  learnFrom: ((plan: Plan, profiles: WithProfiles) => LearnWish) | null = null,
): void {
  if (flags.platform !== undefined) {
    if (!flags.dryRun) throw new NonoError([onlyDryRun]);
    reader().showOnMac(flags, command, reader);
    return;
  }
  const host = machine.host();
  const profiles = policyWithProfiles({ guide: true, ...flags }, command, host, reader);
  const plan = platform.planner(host)(profiles.policy);
  const ofProfiles = flags.silent || flags.json ? [] : profileLines(profiles);
  if (flags.dryRun) {
    ofProfiles.forEach(say);
    showPlan(plan, host, flags, reader);
    return;
  }
  const learn = learnFrom?.(plan, profiles);
  const wish = { ...reportWishOf(flags, plan, host), ...(learn && { learn }) };
  const lines = [...ofProfiles, ...planLines(plan, host, flags)];
  platform.start(plan, wish, renderGuide(plan, host.home), {
    text: lines.map((line) => `${line}\n`).join(''),
    say: () => lines.forEach(say),
  });
}
