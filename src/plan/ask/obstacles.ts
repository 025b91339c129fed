// What stands in the way of an operation, one by one, each with the flag that would take it away.
import { nameOrigin } from '../../policy/policy.ts';
import { type Deny, isBuiltIn } from '../deny.ts';
import type { AbsolutePath, FileKind } from '../host.ts';
import { parentOf } from '../path.ts';
import type { Prepared } from './askable.ts';
import type { Right } from './reach.ts';
import { bypassFlag, directoryFlag, existingAround, type Flag, grantFlag, together } from './suggest.ts';
import {
  allowed,
  denied,
  type Reason,
  type Rule,
  reasonOfDeny,
  ruleOfDeny,
  ruleOfGrant,
  type Verdict,
} from './verdict.ts';

export type Obstacle = {
  readonly reason: Reason;
  readonly rule: Rule | null;
  readonly details: string;
  readonly nearest?: Rule | null;
  /** All that take it away; null: none does; empty: another obstacle's do. */
  readonly flags: readonly Flag[] | null;
};

/** What no one rule stands for, and no flag takes away. */
export function noRule(details: string, reason: Reason = 'denied_path'): Obstacle {
  return { reason, rule: null, details, flags: null };
}

/** The first obstacle is the reason; all of their flags together would allow it. */
export function verdictOf(obstacles: readonly Obstacle[], otherwise: Verdict): Verdict {
  const [first] = obstacles;
  if (first === undefined) return otherwise;
  const { reason, rule, details, nearest = null } = first;
  const flags = together(...obstacles.flatMap((each): readonly (Flag | null)[] => each.flags ?? [null]));
  return denied(reason, rule, details, {
    nearest,
    suggestion: flags === null || flags.length === 0 ? null : flags,
  });
}

const denyVerbs = { all: 'neither read nor written', write: 'not written' } as const;

function detailsOfDeny(deny: Deny, path: AbsolutePath, { secrets }: Prepared): string {
  if (deny.origin === 'session') return "it is nono's own, and of use to nobody inside";
  const secret = deny.access === 'all' ? secrets(path) : null;
  if (secret !== null) return `${secret.title} are protected by default`;
  const whose = isBuiltIn(deny) ? 'by default' : `by ${nameOrigin(deny.origin)}`;
  return `${deny.text} is ${denyVerbs[deny.access]} ${whose}`;
}

/** What is denied there, whatever grants it. */
export function denyObstacles(
  prepared: Prepared,
  path: AbsolutePath,
  rights: readonly Right[],
): readonly Obstacle[] {
  const found = prepared.denies.at(path);
  const deny = rights.map((right) => found[right]).find((each) => each !== null);
  if (deny === undefined || deny === null) return [];
  return [
    {
      reason: reasonOfDeny(deny),
      rule: ruleOfDeny(deny),
      details: detailsOfDeny(deny, path, prepared),
      flags: together(bypassFlag(deny, path)),
    },
  ];
}

/** A link could stand for a directory in which something is denied. */
export function misleadingObstacles({ denies }: Prepared, link: AbsolutePath): readonly Obstacle[] {
  if (!denies.leadsToDenied(link)) return [];
  return [noRule('a link of this name would lead what is denied below it elsewhere')];
}

const verbs: Record<string, string> = {
  read: 'reading',
  write: 'writing',
  'read write': 'reading and writing',
};

function verbOf(rights: readonly Right[]): string {
  return verbs[[...rights].sort().join(' ')] as string;
}

/** What would be granted, and by which flag; null: too much to be asked for. */
type Granted = { readonly path: AbsolutePath; readonly flag: Flag | null };

/** A path that no grant reaches, and that the built-in lists would keep out of one. */
function secretObstacle(prepared: Prepared, path: AbsolutePath, grant: Granted): Obstacle | null {
  const secret = prepared.secrets(path);
  if (secret === null || prepared.denies.at(path).read !== null) return null;
  const rule: Rule = { kind: 'deny', path: secret.path, access: 'all', origin: `built-in:${secret.group}` };
  const deny: Deny = { kind: 'path', text: secret.path, access: 'all', origin: rule.origin };
  return {
    reason: 'sensitive_path',
    rule,
    details: `${secret.title} are protected by default`,
    flags: together(bypassFlag(deny, grant.path), grant.flag),
  };
}

/** A path that no grant lets be written, and that a grant of its directory would protect. */
function protectedObstacle(
  prepared: Prepared,
  path: AbsolutePath,
  missing: readonly Right[],
  grant: Granted,
): Obstacle | null {
  const deny = missing.includes('write') ? prepared.protects().at(path).write : null;
  if (deny === null || prepared.denies.at(path).write !== null) return null;
  return {
    reason: 'sensitive_path',
    rule: ruleOfDeny(deny),
    details: detailsOfDeny(deny, path, prepared),
    flags: together(bypassFlag(deny, grant.path), grant.flag),
  };
}

function missingObstacle(
  prepared: Prepared,
  path: AbsolutePath,
  missing: readonly Right[],
  grant: Granted,
): Obstacle {
  if (prepared.reach.grantFor(path, 'read')?.origin === 'session' && grant.flag !== null)
    return missingObstacle(prepared, path, missing, { path, flag: null }); // nono's own
  const secret = secretObstacle(prepared, path, grant) ?? protectedObstacle(prepared, path, missing, grant);
  if (secret !== null) return secret;
  const nearest = prepared.reach.nearestTo(path);
  const isAround = nearest !== null && (path === nearest.path || path.startsWith(`${nearest.path}/`));
  return {
    reason: isAround ? 'insufficient_access' : 'path_not_granted',
    rule: null,
    details: isAround
      ? `${nearest.path} is not granted for ${verbOf(missing)}`
      : `no grant reaches ${path} for ${verbOf(missing)}`,
    nearest: nearest === null ? null : ruleOfGrant(nearest),
    flags: together(grant.flag),
  };
}

/** What no grant allows of something that is there. */
export function objectObstacles(
  prepared: Prepared,
  path: AbsolutePath,
  kind: FileKind | null,
  rights: readonly Right[],
): readonly Obstacle[] {
  const { reach, ways } = prepared;
  const isOpen = (right: Right) => right === 'read' && ways.alwaysRead.includes(path);
  const missing = rights.filter((right) => reach.grantFor(path, right) === null && !isOpen(right));
  if (missing.length === 0) return [];
  const flag = grantFlag({ path, kind, rights: missing }, prepared.host);
  return [missingObstacle(prepared, path, missing, { path, flag })];
}

/** Making, moving or removing an entry of a directory that may not be changed. */
export function directoryObstacles(
  prepared: Prepared,
  entry: AbsolutePath,
  right: Right = 'write',
): readonly Obstacle[] {
  if (prepared.reach.directoryGrantFor(parentOf(entry), right) !== null) return [];
  const path = existingAround(entry, prepared.host);
  return [missingObstacle(prepared, entry, [right], { path, flag: directoryFlag(path, prepared.host) })];
}

/** Allowed, by the grant that reaches the path. */
export function grantedTo(prepared: Prepared, path: AbsolutePath, rights: readonly Right[]): Verdict {
  const right = rights.at(-1) ?? 'read';
  const grant = prepared.reach.grantFor(path, right);
  const details =
    grant === null ? 'nothing stands in the way' : `${verbOf(rights)} is granted for ${grant.path}`;
  return allowed('granted_path', grant === null ? null : ruleOfGrant(grant), details);
}
