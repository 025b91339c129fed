// A verdict in words and as JSON.
import type { Request } from '../plan/ask/request.ts';
import type { Reason, Rule, Verdict } from '../plan/ask/verdict.ts';
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
  socket_allowed: 'Socket granted',
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
      return ['Path', `${request.path} → ${request.to}`];
    case 'network':
      return ['Host', request.port === null ? request.host : `${request.host}:${request.port}`];
    case 'command':
      return ['Command', request.name];
  }
}

function ruleText({ kind, path, access, origin }: Rule): string {
  const about = [kind, access, path].filter((each) => each !== null && each !== undefined);
  return escapeText(`${about.join(' ')} (${nameOrigin(origin)})`);
}

export function renderVerdict(request: Request, verdict: Verdict, style: Style): string {
  const { status, reason, rule, details, nearest, suggestion } = verdict;
  const [subject, text] = subjectOf(request);
  const isAllowed = status === 'allowed';
  return [
    `${subject}: ${escapeText(text)}`,
    `Status: ${isAllowed ? 'ALLOWED' : style('error', 'BLOCKED')}`,
    `Reason: ${reasonWords[reason]}: ${escapeText(details)}`,
    ...(rule === null ? [] : [`Rule: ${ruleText(rule)}`]),
    ...(nearest === null ? [] : [`Nearest: ${ruleText(nearest)}`]),
    ...(suggestion === null ? [] : [`Try: ${style('code', escapeText(suggestion))}`]),
  ].join('\n');
}

function requestToJson(request: Request): object {
  switch (request.kind) {
    case 'file':
    case 'socket':
      return { op: request.op, path: request.path };
    case 'rename':
      return { op: 'rename', path: request.path, to: request.to };
    case 'network':
      return { op: request.op, host: request.host, ...(request.port === null ? {} : { port: request.port }) };
    case 'command':
      return { op: 'execute', command: request.name };
  }
}

export function verdictToJson(request: Request, verdict: Verdict): object {
  const { status, reason, rule, details, nearest, suggestion } = verdict;
  return {
    version: 1,
    status,
    ...requestToJson(request),
    reason,
    ...(rule === null ? {} : { rule }),
    details,
    ...(nearest === null ? {} : { nearest_rule: nearest }),
    ...(suggestion === null ? {} : { suggested_flag: suggestion }),
  };
}
