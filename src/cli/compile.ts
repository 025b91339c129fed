// `nono compile`: a plan as a file, which `nono exec` runs commands by without planning again.
import packageInfo from '../../package.json';
import { NonoError } from '../errors.ts';
import { askSupport } from '../launch/channel.ts';
import { makeSessions } from '../launch/directories.ts';
import { newSession, thisHost } from '../launch/host.ts';
import { makeGrants } from '../launch/make-grants.ts';
import { compilePlanFile, writePlanFile } from '../launch/plan-file.ts';
import { expandPolicy } from '../plan/expand.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { childOf, isFaithful, toAbsolute } from '../plan/path.ts';
import { placeholder } from '../plan/placeholder.ts';
import { buildPlan } from '../plan/plan.ts';
import { quoteForShell } from '../plan/quote.ts';
import { anyCommand } from '../policy/policy.ts';
import { escapeText } from '../term/escape.ts';
import { renderGuide } from '../term/guide.ts';
import { renderLine } from '../term/plan.ts';
import { say, styleFor } from './output.ts';
import { policyWithProfiles, type Reader } from './profiles.ts';
import { type RunFlags, run } from './run.ts';

export type CompileFlags = RunFlags & { readonly output?: string };

function usage(message: string): NonoError {
  return new NonoError([
    { code: 'usage/flag-value', message, origin: 'flag:-o', remedy: 'nono compile --allow . -o ~/plan.nono' },
  ]);
}

function outputOf({ output }: CompileFlags, host: Host): AbsolutePath {
  if (output === undefined) throw usage('nono compile needs -o FILE, where the plan is written');
  const path = isFaithful(output) && output !== '' ? toAbsolute(output, host) : null;
  const fact = path === null ? null : host.inspect(path);
  if (fact?.kind === 'file' || fact?.kind === 'missing') return fact.canonical;
  throw usage(`"${output}" is no place for a plan`);
}

/**
 * Decides a plan and writes it for `nono exec`; with `--dry-run` prints it instead.
 *
 * @param command what runs where `nono exec` names none; may be empty
 * @throws {NonoError} what stops a run as well, and `compile/output`
 */
export function compile(command: readonly string[], flags: CompileFlags, reader: Reader): void {
  const planned = command.length > 0 ? command : anyCommand;
  if (flags.dryRun) {
    run(flags, planned, reader);
    return;
  }
  const host = thisHost({ session: placeholder, terminals: [] });
  const file = outputOf(flags, host);
  const { policy } = policyWithProfiles({ guide: true, ...flags }, planned, host, reader);
  const support = askSupport(host);
  const plan = buildPlan(policy, host, support);
  makeGrants(plan.grants);
  makeSessions(plan);
  const bytes = compilePlanFile({
    plan,
    policy: expandPolicy(policy, host, plan.workdir).policy,
    host: thisHost({ session: placeholder, terminals: [] }), // as it is now, with what was made
    support,
    launcher: childOf(host.installation ?? '/', 'nono-launcher'),
    version: packageInfo.version,
    guide: plan.guide === null ? null : renderGuide(plan, host.home),
    command: command.length > 0 ? plan.command.argv : [],
  });
  writePlanFile(file, bytes, plan, newSession().id);
  if (flags.silent || flags.json) return;
  const style = styleFor(2);
  say(style('faint', `nono: ${renderLine(plan, host.home)}`));
  const words = command.length > 0 ? '' : ' -- COMMAND';
  say(`nono: wrote ${escapeText(file)}\n  Try: nono exec ${quoteForShell(file)}${words}`);
}
