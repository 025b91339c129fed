// Plan → Seatbelt profile: closed by default, what is granted, and then what is denied inside it, which comes last.
import { allowsReading } from '../../plan/grant.ts';
import type { MacPlan } from '../../plan/plan.ts';
import { denyRules } from './denies.ts';
import { matching } from './filters.ts';
import { grantRules } from './grants.ts';
import { typing } from './operations.ts';
import { namedAnywhere } from './patterns.ts';
import files from './rules/files.sb';
import keychain from './rules/keychain.sb';
import process from './rules/process.sb';
import services from './rules/services.sb';
import sysctl from './rules/sysctl.sb';
import terminal from './rules/terminal.sb';
import {
  collectParameters,
  deny,
  denyAll,
  form,
  type Parameters,
  quoted,
  type Sbpl,
  type SeatbeltProfile,
  symbol,
  verbatim,
} from './sbpl.ts';
import { socketRules } from './sockets.ts';

const baseRules: readonly string[] = [process, files, sysctl, services, terminal];

/** What the system's log says beside every denial of a session. */
export function denialTag(sessionId: string): string {
  return `nono-${sessionId}`;
}

/** The keychain's daemons, for those to whom its directory is granted. */
function keychainRules({ grants }: MacPlan): Sbpl[] {
  const granted = grants.some(
    (grant) =>
      allowsReading(grant) &&
      grant.kind === 'directory' &&
      /^\/Users\/[^/]+\/Library\/Keychains$/.test(grant.path),
  );
  return granted ? [verbatim(keychain)] : [];
}

/** By the name of the file that would run, whatever link led there. */
function commandRules({ blocked }: MacPlan, parameters: Parameters, message: Sbpl): Sbpl[] {
  const expressions = namedAnywhere(blocked.map(({ name }) => name));
  return deny(['process-exec*'], matching(expressions, parameters), message);
}

/** Into the terminal: who reads it when the run is over would execute it. */
function typingRules(message: Sbpl): Sbpl[] {
  return deny(['file-ioctl'], [form('ioctl-command', symbol(typing))], message);
}

function titled(title: string, rules: readonly Sbpl[]): string[] {
  return rules.length === 0 ? [] : [`; ${title}`, ...rules, ''];
}

/**
 * The profile that makes macOS enforce a plan.
 *
 * @throws {NonoError} `plan/path-encoding` for a path that has no UTF-8
 */
export function compileSeatbelt(plan: MacPlan): SeatbeltProfile {
  const parameters = collectParameters();
  const message = quoted(denialTag(plan.session.id));
  const lines = [
    form('version', symbol('1')),
    denyAll(['default'], message),
    '',
    ...baseRules.flatMap((rules) => [verbatim(rules), '']),
    ...titled('Keychain: granted.', keychainRules(plan)),
    ...titled('Granted.', grantRules(plan, parameters)),
    ...titled('Network and sockets.', socketRules(plan, parameters, message)),
    ...titled('Commands that are not executed.', commandRules(plan, parameters, message)),
    ...titled('Denied inside.', denyRules(plan, parameters, message)),
    ...titled('Typing into a terminal.', typingRules(message)),
  ];
  return { text: `${lines.join('\n').trimEnd()}\n`, parameters: parameters.all() };
}
