// The answer to a request: what decides it, what nearly allowed it, and the smallest flag that would change it.
import type { Origin } from '../../policy/policy.ts';
import { type Deny, isBuiltIn } from '../deny.ts';
import type { Grant } from '../grant.ts';
import type { Flag } from './suggest.ts';

/**
 * Why something is allowed or denied, in one word.
 *
 * @example
 * ```ts
 * import { buildPlan, type Reason } from 'nono';
 *
 * const reason: Reason = buildPlan({}).ask({ op: 'read', path: '~/.ssh/id_ed25519' }).reason;
 * console.log(reason); // sensitive_path
 * ```
 */
export type Reason =
  | 'granted_path'
  | 'sensitive_path'
  | 'denied_path'
  | 'insufficient_access'
  | 'path_not_granted'
  | 'protected_from_delete'
  | 'network_allowed'
  | 'network_blocked'
  | 'socket_not_granted'
  | 'command_allowed'
  | 'command_blocked';

/**
 * One rule of the plan, as it is shown.
 *
 * @example
 * ```ts
 * import { buildPlan, type Rule } from 'nono';
 *
 * const rule: Rule | null = buildPlan({}).ask({ op: 'read', path: '/usr/bin/env' }).rule;
 * console.log(rule?.kind, rule?.path); // grant /usr
 * ```
 */
export type Rule = {
  readonly kind: 'grant' | 'deny' | 'socket' | 'network' | 'command' | 'originals';
  /** The path, glob, port or name that it is about; null where it is about everything. */
  readonly path: string | null;
  readonly access?: string;
  readonly origin: Origin;
};

/**
 * The answer to a question.
 *
 * @example
 * ```ts
 * import { buildPlan, type Verdict } from 'nono';
 *
 * const verdict: Verdict = buildPlan({ allow: ['.'] }).ask({ op: 'write', path: '/etc/hosts' });
 * console.log(verdict.status); // denied
 * ```
 */
export type Verdict = {
  readonly status: 'allowed' | 'denied';
  readonly reason: Reason;
  /** What decides; null where nothing in the plan speaks of it. */
  readonly rule: Rule | null;
  /** Half a sentence for people. */
  readonly details: string;
  /** The rule that came closest to allowing what is denied. */
  readonly nearest: Rule | null;
  /** Flags that would allow it, added to those of the run; null where no flag should. */
  readonly suggestion: readonly Flag[] | null;
};

export function allowed(reason: Reason, rule: Rule | null, details: string): Verdict {
  return { status: 'allowed', reason, rule, details, nearest: null, suggestion: null };
}

export function denied(
  reason: Reason,
  rule: Rule | null,
  details: string,
  more: { readonly nearest?: Rule | null; readonly suggestion?: Verdict['suggestion'] } = {},
): Verdict {
  const { nearest = null, suggestion = null } = more;
  return { status: 'denied', reason, rule, details, nearest, suggestion };
}

export function ruleOfGrant({ path, access, origin }: Grant): Rule {
  return { kind: 'grant', path, access, origin };
}

export function ruleOfDeny({ text, access, origin }: Deny): Rule {
  return { kind: 'deny', path: text, access, origin };
}

/** What is sensitive or protected by the built-in lists, or by nono for itself, is not the user's own deny. */
export function reasonOfDeny(deny: Deny): Reason {
  return isBuiltIn(deny) || deny.origin === 'session' ? 'sensitive_path' : 'denied_path';
}
