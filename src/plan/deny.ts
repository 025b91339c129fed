// One deny as it will be enforced: a path or a glob, what it keeps from whom, and what of that the broker has to judge.
import { type DeniedAccess, isByUser, type Origin } from '../policy/policy.ts';
import { compileGlob, foldCase, isGlob } from './glob.ts';
import { allowsReading, allowsWriting, type Grant, isAskedFor } from './grant.ts';
import type { AbsolutePath } from './host.ts';
import { contains } from './path.ts';

/** A path, or a glob, with everything below it. */
export type Pattern = { readonly kind: 'path' | 'glob'; readonly text: AbsolutePath };

/**
 * What is denied inside the grants: it beats every one of them.
 *
 * @example
 * ```ts
 * import { buildPlan, type Deny } from 'nono';
 *
 * const { denies } = buildPlan({ allow: ['.'], deny: ['.env'] });
 * console.log(denies.some(({ origin, access }: Deny) => origin === 'flag:--deny' && access === 'all')); // true
 * ```
 */
export type Deny = Pattern & {
  readonly access: DeniedAccess;
  readonly origin: Origin;
};

export type Denies = {
  readonly rules: readonly Deny[];
  /** What lifts built-in rules: bypasses, and exceptions of the lists. */
  readonly lifted: readonly Pattern[];
};

/** Not asked for by the user: a bypass lifts it. */
export function isBuiltIn({ origin }: Deny): boolean {
  return origin.startsWith('built-in:');
}

/** A name that is only kept from being written to; nobody's secret, and not asked for. */
export function protectsNames(deny: Deny): boolean {
  return isBuiltIn(deny) && deny.access === 'write';
}

/** Whether a deny means this path, or a directory around it. */
export function matchesDeny(deny: Pattern, path: AbsolutePath): boolean {
  if (deny.kind === 'glob') return compileGlob(deny.text)(path);
  return contains(foldCase(deny.text) as AbsolutePath, foldCase(path) as AbsolutePath);
}

/** The directories before a glob's first wildcard, as a path. */
function literalPart({ kind, text }: Deny): AbsolutePath {
  if (kind === 'path') return text;
  const names = text.split('/');
  return names.slice(0, names.findIndex(isGlob)).join('/').replace(/\\(.)/g, '$1') as AbsolutePath;
}

/** Whether a deny may match something below a grant, in whatever letters; a glob may match anywhere. */
function mayLieIn(grant: Grant, deny: Deny): boolean {
  // A file that the user grants may be denied under another of its names; the kernel grants the inode.
  if (grant.kind !== 'directory' && isAskedFor(grant) && isByUser(deny.origin)) return true;
  const granted = foldCase(grant.path) as AbsolutePath;
  const denied = foldCase(literalPart(deny)) as AbsolutePath;
  return denied.length === 0 || contains(granted, denied) || contains(denied, granted);
}

/** What the broker has to judge for the sake of the denies. */
export function judgedFor(
  denies: Denies,
  grants: readonly Grant[],
): { readonly reads: boolean; readonly creations: boolean } {
  const reached = (allows: (grant: Grant) => boolean, rules: readonly Deny[]) =>
    rules.some((deny) => grants.some((grant) => allows(grant) && mayLieIn(grant, deny)));
  return {
    reads: reached(
      allowsReading,
      denies.rules.filter(({ access }) => access === 'all'),
    ),
    // What is built in against writing lets exclusive creation through, and is looked after at the end, which takes
    // listing; the plan is there already.
    creations:
      reached(
        allowsWriting,
        denies.rules.filter(({ access, origin }) => access === 'all' || isByUser(origin)),
      ) || reached((grant) => grant.kind === 'directory' && !allowsReading(grant), denies.rules),
  };
}
