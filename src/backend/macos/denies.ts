// What is denied inside the grants, as rules after all that allow: the last one that matches decides.
import { type Denies, type Deny, isBuiltIn, type Pattern } from '../../plan/deny.ts';
import { depthsOf } from '../../plan/depths.ts';
import { allowsWriting } from '../../plan/grant.ts';
import type { AbsolutePath } from '../../plan/host.ts';
import { contains, lineage } from '../../plan/path.ts';
import type { MacPlan } from '../../plan/plan.ts';
import type { DeniedAccess } from '../../policy/policy.ts';
import { allOf, anyOf, exactly, matching, noneOf, tree } from './filters.ts';
import { everyWrite, making, removing } from './operations.ts';
import { type Anchored, anchor, expressionsFor, expressionsToward, wholeDirectories } from './patterns.ts';
import { deny, form, type Parameters, type Sbpl, symbol } from './sbpl.ts';

// A path of a socket operation is that of a Unix socket.
const joining = ['network-outbound', 'network-bind', 'network-inbound'];

// Looking a name up stays: programs that list a directory stop where they may not.
const operations: Record<DeniedAccess, readonly string[]> = {
  all: [
    'file-read-data',
    'file-read-xattr',
    'file-map-executable',
    ...everyWrite,
    'file-ioctl',
    'process-exec*',
    ...joining,
  ],
  write: [...everyWrite, ...joining],
};

const accesses: readonly DeniedAccess[] = ['all', 'write'];

type Compiler = {
  readonly parameters: Parameters;
  readonly message: Sbpl;
  /** Directories that exist and are granted. */
  readonly granted: readonly AbsolutePath[];
};

function anchored(patterns: readonly Pattern[], { granted }: Compiler): Anchored[] {
  return patterns.map((pattern) => anchor(pattern, granted));
}

/** Everything that patterns mean. */
function filtersFor(patterns: readonly Pattern[], compiler: Compiler): Sbpl[] {
  const all = anchored(patterns, compiler);
  return [
    ...wholeDirectories(all).flatMap((path) => tree(path, compiler.parameters)),
    ...matching(expressionsFor(all), compiler.parameters),
  ];
}

function rulesFor(access: DeniedAccess, filters: readonly Sbpl[], { message }: Compiler): Sbpl[] {
  return deny(operations[access], filters, message);
}

/** A built-in path is lifted by an exception in it, and by one at it, for what lies there. */
function exceptionsIn(deny: Deny, { lifted }: Denies): Pattern[] {
  return lifted.filter(({ kind, text }) => kind === 'path' && contains(deny.text, text));
}

function pathRules(denies: Denies, access: DeniedAccess, compiler: Compiler): Sbpl[] {
  const paths = denies.rules.filter(
    (deny) => deny.kind === 'path' && deny.access === access && isBuiltIn(deny),
  );
  const whole = paths.filter((deny) => exceptionsIn(deny, denies).length === 0);
  const parted = paths.filter((deny) => !whole.includes(deny));
  return [
    ...rulesFor(access, filtersFor(whole, compiler), compiler),
    ...parted.flatMap((deny) => {
      const meant = anyOf(filtersFor([deny], compiler));
      const lifted = filtersFor(exceptionsIn(deny, denies), compiler);
      return rulesFor(access, [allOf(meant, ...noneOf(lifted))], compiler);
    }),
  ];
}

/** A built-in glob is lifted by every exception that means a path, or a directory around it. */
function globRules(denies: Denies, access: DeniedAccess, compiler: Compiler): Sbpl[] {
  const globs = denies.rules.filter(
    (deny) => deny.kind === 'glob' && deny.access === access && isBuiltIn(deny),
  );
  const meant = filtersFor(globs, compiler);
  const lifted = filtersFor(denies.lifted, compiler);
  if (meant.length === 0 || lifted.length === 0) return rulesFor(access, meant, compiler);
  return rulesFor(access, [allOf(anyOf(meant), ...noneOf(lifted))], compiler);
}

function userRules(denies: Denies, access: DeniedAccess, compiler: Compiler): Sbpl[] {
  const patterns = denies.rules.filter((deny) => deny.access === access && !isBuiltIn(deny));
  return rulesFor(access, filtersFor(patterns, compiler), compiler);
}

/**
 * Whatever lies on the way to a denied path stays where it is: moved, the path would be another, and not denied. What is not
 * there yet is not made: a directory that is moved there would bring along what is denied in it. Of globs this would take
 * too much, `.git` for one.
 */
function ancestorRules({ grants, denies, temporary }: MacPlan, compiler: Compiler): Sbpl[] {
  const { parameters, message } = compiler;
  const writable = grants.filter((grant) => grant.kind === 'directory' && allowsWriting(grant));
  const inside = (path: AbsolutePath) =>
    writable.some((grant) => grant.path !== path && contains(grant.path, path));
  const patterns = [...denies.rules, ...denies.lifted];
  const toward = (kind: Pattern['kind']) =>
    expressionsToward(
      anchored(
        patterns.filter((pattern) => pattern.kind === kind),
        compiler,
      ),
    );
  const all = anchored(patterns, compiler);
  const above = [...new Set(all.flatMap((pattern) => lineage(pattern.anchor)))].filter(inside);
  const deep = filtersFor(depthsOf(denies, temporary), compiler);
  const directory = form('vnode-type', symbol('DIRECTORY'));
  return [
    ...deny([removing], deep.length === 0 ? [] : [allOf(anyOf(deep), directory)], message),
    ...deny([removing, making], matching(toward('path'), parameters), message),
    ...deny(
      [removing],
      [...above.flatMap((path) => exactly(path, parameters)), ...matching(toward('glob'), parameters)],
      message,
    ),
  ];
}

export function denyRules(plan: MacPlan, parameters: Parameters, message: Sbpl): Sbpl[] {
  const granted = plan.grants.filter(({ kind }) => kind === 'directory').map(({ path }) => path);
  const compiler = { parameters, message, granted };
  return [
    ...accesses.flatMap((access) => [
      ...globRules(plan.denies, access, compiler),
      ...pathRules(plan.denies, access, compiler),
      ...userRules(plan.denies, access, compiler),
    ]),
    ...ancestorRules(plan, compiler),
  ];
}
