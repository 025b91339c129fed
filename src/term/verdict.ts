// A verdict in words and as JSON.
import type { Request } from '../plan/ask/request.ts';
import type { Flag } from '../plan/ask/suggest.ts';
import type { Reason, Rule, Verdict } from '../plan/ask/verdict.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { isAbsolute } from '../plan/path.ts';
import { quoteForShell, quotePath } from '../plan/quote.ts';
import { nameOrigin } from '../policy/policy.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

const reasonWords: Record<Reason, string> = {
  granted_path: 'Granted path',
  sensitive_path: 'Sensitive path',
  denied_path: 'Denied path',
  insufficient_access: 'Insufficient access',
  path_not_granted: 'Path not granted',
  protected_from_delete: 'Protected from deletion',
  network_allowed: 'Network allowed',
  network_blocked: 'Network blocked',
  socket_not_granted: 'Socket not granted',
  command_allowed: 'Command allowed',
  command_blocked: 'Command blocked',
};

function subjectOf(request: Request): [string, string] {
  switch (request.kind) {
    case 'file':
    case 'socket':
      return ['Path', request.path];
    case 'rename':
    case 'link':
      return ['Path', `${request.path} → ${request.to}`];
    case 'network':
      return ['Host', request.port === null ? request.host : `${request.host}:${request.port}`];
    case 'command':
      return ['Command', request.name];
  }
}

/** Flags as they are typed. */
export function flagsText(flags: readonly Flag[], home: AbsolutePath | null): string {
  return flags
    .map(({ name, value }) => `${name} ${isAbsolute(value) ? quotePath(value, home) : quoteForShell(value)}`)
    .join(' ');
}

// A deny of everything is what a deny is; anything less, and what a grant allows, is said.
function accessOf({ kind, access }: Rule): string | undefined {
  return kind === 'deny' && access === 'all' ? undefined : access;
}

function ruleText(rule: Rule): string {
  const { kind, path, origin } = rule;
  const about = [kind, accessOf(rule), path].filter((each) => each !== null && each !== undefined);
  return escapeText(`${about.join(' ')} (${nameOrigin(origin)})`);
}

export function renderVerdict(
  request: Request,
  verdict: Verdict,
  home: AbsolutePath | null,
  style: Style,
): string {
  const { status, reason, rule, details, nearest, suggestion } = verdict;
  const [subject, text] = subjectOf(request);
  const isAllowed = status === 'allowed';
  return [
    `${subject}: ${escapeText(text)}`,
    `Status: ${isAllowed ? 'ALLOWED' : style('error', 'BLOCKED')}`,
    `Reason: ${reasonWords[reason]}: ${escapeText(details)}`,
    ...(rule === null ? [] : [`Rule: ${ruleText(rule)}`]),
    ...(nearest === null ? [] : [`Nearest: ${ruleText(nearest)}`]),
    ...(suggestion === null ? [] : [`Try: ${style('code', escapeText(flagsText(suggestion, home)))}`]),
  ].join('\n');
}

function requestToJson(request: Request): object {
  switch (request.kind) {
    case 'file':
    case 'socket':
      return { op: request.op, path: request.path };
    case 'rename':
    case 'link':
      return { op: request.kind, path: request.path, to: request.to };
    case 'network':
      return { op: request.op, host: request.host, ...(request.port === null ? {} : { port: request.port }) };
    case 'command':
      return { op: 'execute', command: request.name };
  }
}

function ruleToJson(rule: Rule): object {
  const { kind, path, origin } = rule;
  const access = accessOf(rule);
  return { kind, path, ...(access === undefined ? {} : { access }), origin };
}

/** The answer for programs: docs/cli.md has its keys. */
export function verdictToJson(request: Request, verdict: Verdict, home: AbsolutePath | null): object {
  const { status, reason, rule, details, nearest, suggestion } = verdict;
  return {
    version: 1,
    status,
    ...requestToJson(request),
    reason,
    ...(rule === null ? {} : { rule: ruleToJson(rule) }),
    details,
    ...(nearest === null ? {} : { nearest_rule: ruleToJson(nearest) }),
    ...(suggestion === null ? {} : { suggested_flag: flagsText(suggestion, home) }),
  };
}
