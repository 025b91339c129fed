// What is denied inside the grants: the user's denies, what is sensitive, and what runs later outside.
import type { Issue } from '../errors.ts';
import { protectedList } from '../policy/lists.ts';
import {
  type DeniedAccess,
  type DenyWish,
  isByUser,
  type NameWish,
  type Origin,
  type Policy,
} from '../policy/policy.ts';
import { withAliases } from './aliases.ts';
import { gitConfigFile, hooksPathIn, userGitConfigs } from './git-config.ts';
import { compileGlob, escapeGlob, expandBraces, foldCase, hasOddSet, isGlob } from './glob.ts';
import { allowsReading, allowsWriting, type Grant, isAskedFor } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, contains, isFaithful, lineage, nameOf, parentOf, toAbsolute } from './path.ts';
import type { Protection } from './sensitive.ts';

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

function encodingIssue(wish: DenyWish): Issue {
  return {
    code: 'plan/path-encoding',
    message: `"${wish.path}" is not valid UTF-8, so it may not name the file that is meant`,
    origin: wish.origin,
    remedy: 'deny it by a glob, such as **/NAME*',
  };
}

function valueIssue(wish: DenyWish, why: string): Issue {
  return {
    code: 'usage/flag-value',
    message: `"${wish.path}" ${why}`,
    origin: wish.origin,
    remedy: `${wish.origin.replace('flag:', '')} '**/.env*', or a path`,
  };
}

/** Where a path leads, links resolved, whether or not anything is there; itself where that cannot be told. */
function canonicalOf(path: AbsolutePath, host: Host): AbsolutePath {
  const fact = host.inspect(path);
  return 'canonical' in fact ? fact.canonical : path;
}

/** The path by its last name in the canonical directory, and what it leads to where it is a link. */
function pathPatterns(path: AbsolutePath, host: Host): Pattern[] {
  const named = path === '/' ? path : childOf(canonicalOf(parentOf(path), host), nameOf(path));
  const texts = /^\.{0,2}$/.test(nameOf(path)) ? [canonicalOf(path, host)] : [named, canonicalOf(path, host)];
  return [...new Set(texts)].map((text) => ({ kind: 'path', text }));
}

/** The directories before the first glob are canonical, and match as they are spelled. */
function globPattern(glob: AbsolutePath, host: Host): Pattern {
  const names = glob.split('/').filter((each) => each !== '');
  const first = names.findIndex(isGlob);
  const directory = canonicalOf(`/${names.slice(0, first).join('/')}`, host);
  const base = directory === '/' ? '' : escapeGlob(directory);
  return { kind: 'glob', text: `${base}/${names.slice(first).join('/')}` as AbsolutePath };
}

/** A glob without a slash is meant at any depth, as is one that starts with `**`: of what the user granted. */
function anyDepth(glob: string): string | null {
  if (glob.startsWith('**/')) return glob;
  return glob.includes('/') ? null : `**/${glob}`;
}

function globPatterns(glob: string, host: Host, asked: readonly Grant[]): Pattern[] | null {
  const everywhere = anyDepth(glob);
  if (everywhere === null) {
    const absolute = toAbsolute(glob, host);
    return absolute === null ? null : [globPattern(absolute, host)];
  }
  const matches = compileGlob(`/${everywhere}` as AbsolutePath);
  return [
    ...outermost(directoriesOf(asked)).map(
      (directory): Pattern => ({ kind: 'glob', text: below(directory, everywhere) }),
    ),
    ...asked.filter(({ path }) => matches(path)).map(({ path }): Pattern => ({ kind: 'path', text: path })),
  ];
}

const mostComponents = 63;

/** What a wish denies, or the issue that says why that cannot be told. */
function denyOf(wish: DenyWish, host: Host, asked: readonly Grant[]): Deny[] | Issue {
  if (!isFaithful(wish.path)) return encodingIssue(wish);
  if (wish.path === '') return valueIssue(wish, 'denies nothing');
  const { access, origin } = wish;
  const rule = (pattern: Pattern): Deny => ({ ...pattern, access, origin });
  const path = toAbsolute(wish.path, host);
  const isName = path !== null && 'mode' in host.inspect(path); // a file may be called [a]
  if (!isGlob(wish.path) || isName)
    return path === null
      ? valueIssue(wish, 'starts at a directory that is not known')
      : pathPatterns(path, host).map(rule);
  const globs = expandBraces(wish.path);
  if (globs.some((glob) => /\/\.\.?(\/|$)|^\.\.(\/|$)/.test(glob)))
    return valueIssue(wish, 'has "." or ".." in a glob');
  if (globs.some(hasOddSet))
    return valueIssue(
      wish,
      'has a set of characters with a class, a backslash or a range of two kinds in it',
    );
  const found = globs.map((glob) => globPatterns(glob.replace(/^\.\//, ''), host, asked));
  if (found.includes(null)) return valueIssue(wish, 'starts at a directory that is not known');
  const patterns = found.flatMap((each) => each ?? []);
  if (patterns.some(({ text }) => text.split('/').length > mostComponents))
    return valueIssue(wish, 'is too long');
  return patterns.map(rule);
}

/** What lies sensitively below what the user granted. */
function sensitiveDenies(asked: readonly Grant[], protection: Protection): Deny[] {
  const directories = asked.filter(({ kind }) => kind === 'directory');
  return directories.flatMap(({ path: granted }) =>
    protection
      .exposedBy(granted)
      .map(
        ({ path, group }): Deny => ({ kind: 'path', text: path, access: 'all', origin: `built-in:${group}` }),
      ),
  );
}

function below(directory: AbsolutePath, glob: string): AbsolutePath {
  return `${directory === '/' ? '' : escapeGlob(directory)}/${glob}` as AbsolutePath;
}

function directoriesOf(grants: readonly Grant[]): AbsolutePath[] {
  return grants.filter(({ kind }) => kind === 'directory').map(({ path }) => path);
}

/** A directory that lies in another one is covered by that. */
function outermost(paths: readonly AbsolutePath[]): AbsolutePath[] {
  const all = new Set(paths);
  const isCovered = (path: AbsolutePath) =>
    path !== '/' && lineage(parentOf(path)).some((ancestor) => all.has(ancestor));
  return paths.filter((path) => !isCovered(path));
}

function protectedIn(directories: readonly AbsolutePath[], excluded: readonly NameWish[] = []): Deny[] {
  const groups = protectedList.groups.filter(({ name }) => !excluded.some((each) => each.name === name));
  return directories.flatMap((directory) =>
    groups.flatMap(({ name, entries }) =>
      entries.map(
        ({ path }): Deny => ({
          kind: 'glob',
          text: below(directory, path),
          access: 'write',
          origin: `built-in:${name}`,
        }),
      ),
    ),
  );
}

/** A protected directory that is a link: what it leads to is protected as well. */
function linkedDenies(writable: readonly AbsolutePath[], host: Host): Deny[] {
  const entries = protectedList.groups.flatMap(({ name, entries: listed }) =>
    listed.map(({ path }) => ({ group: name, names: path.split('/').slice(1) })),
  );
  return writable.flatMap((directory) =>
    host.list(directory, ['symlink']).flatMap(({ name: link }) => {
      const meant = entries.filter(({ names: [first = ''] }) => first === link);
      const target = meant.length === 0 ? null : host.inspect(childOf(directory, link));
      if (target === null || !('mode' in target)) return [];
      return meant.map(({ group, names: [, ...rest] }): Deny => {
        const origin: Origin = `built-in:${group}`;
        if (rest.length === 0) return { kind: 'path', text: target.canonical, access: 'write', origin };
        return { kind: 'glob', text: below(target.canonical, rest.join('/')), access: 'write', origin };
      });
    }),
  );
}

// What husky runs lies beside its own directory, tracked like any script; the directory is made by every npm install.
const madeByHusky = /(^|\/)\.husky\/_$/;

/** Hooks that a repository takes from elsewhere: by its settings or the user's, or by a link in the place of its own. */
function hooksDenies(writable: readonly AbsolutePath[], host: Host): Deny[] {
  return writable.flatMap((directory): Deny[] => {
    const set = [gitConfigFile(directory, host), ...userGitConfigs(host)].map((file) =>
      hooksPathIn(host.text(file) ?? ''),
    );
    return [...new Set(['.git/hooks', ...set])].flatMap((hooks): Deny[] => {
      const path = hooks === null ? null : toAbsolute(hooks, { ...host, workingDirectory: directory });
      if (path === null || madeByHusky.test(path)) return [];
      const text = canonicalOf(path, host);
      if (text === directory || text === childOf(directory, '.git/hooks') || !contains(directory, text))
        return [];
      return [{ kind: 'path', text, access: 'write', origin: 'built-in:git-hooks' }];
    });
  });
}

/** A worktree's or a submodule's `.git` is a file, or a link, and names the repository that git takes hooks and settings from. */
function repositoryDenies(writable: readonly AbsolutePath[], host: Host): Deny[] {
  return writable
    .map((directory) => childOf(directory, '.git'))
    .filter((path) => {
      const fact = host.inspect(path);
      return fact.kind === 'file' || ('canonical' in fact && fact.canonical !== path);
    })
    .map((text) => ({ kind: 'path', text, access: 'write', origin: 'built-in:git-hooks' }));
}

/** nono's own: what it consists of, and what starts it. */
export function ownPrograms({ installation }: Host): AbsolutePath[] {
  return installation === null ? [] : [installation, childOf(parentOf(installation), 'bin/nono')];
}

/** Programs that the user runs by name, where a whole home is granted; and nono itself. */
function programDenies(writable: readonly AbsolutePath[], host: Host): Deny[] {
  const homes = writable.filter((directory) => host.homes.some((home) => contains(directory, home)));
  const project = host.workingDirectory;
  const searched = (host.environment.PATH ?? '')
    .split(':')
    .filter((path): path is AbsolutePath => path.startsWith('/'))
    .map((path) => canonicalOf(path, host))
    .filter(
      (path) => homes.some((home) => contains(home, path)) && !(project !== null && contains(project, path)),
    );
  const own = ownPrograms(host).filter((path) => writable.some((directory) => contains(directory, path)));
  const denied = (text: AbsolutePath, origin: 'search-path' | 'installation'): Deny => ({
    kind: 'path',
    text,
    access: 'write',
    origin: `built-in:${origin}`,
  });
  return [
    ...searched.map((path) => denied(path, 'search-path')),
    ...own.map((path) => denied(path, 'installation')),
  ];
}

/** What nono needs for itself: where sessions keep originals, the plan to read, and the profiles it follows from. */
export type OwnPaths = {
  readonly sessions: AbsolutePath | null;
  /** Files that the command may read. */
  readonly files: readonly AbsolutePath[];
  readonly profiles: readonly AbsolutePath[];
  /** Where control groups are mounted, if one holds the session. */
  readonly cgroups: AbsolutePath | null;
};

/** Out of every reach, by whatever grant: the store and the control groups whole, the plan and the profiles from being written. */
function ownDenies(asked: readonly Grant[], { sessions, files, profiles, cgroups }: OwnPaths): Deny[] {
  const rules: Deny[] = [
    ...[...files, ...profiles].map(
      (text): Deny => ({ kind: 'path', text, access: 'write', origin: 'session' }),
    ),
    // Denied whole: then the broker makes what is made there, or does not. A group made inside leads out.
    ...[sessions, cgroups]
      .filter((path) => path !== null)
      .map((text): Deny => ({ kind: 'path', text, access: 'all', origin: 'session' })),
  ];
  return rules.filter(({ text }) => asked.some(({ path }) => contains(path, text)));
}

function exceptionsIn(directories: readonly AbsolutePath[]): Pattern[] {
  return directories.flatMap((directory) =>
    protectedList.groups.flatMap(({ except = [] }) =>
      except.map((glob): Pattern => ({ kind: 'glob', text: below(directory, glob) })),
    ),
  );
}

/** What would be protected from writing if a directory were granted. */
export function protectedBelow(directory: AbsolutePath): Denies {
  return { rules: protectedIn([directory]), lifted: exceptionsIn([directory]) };
}

function protectedGrantIssue({ path, origin }: Grant, title: string): Issue {
  return {
    code: 'plan/protected-path',
    message: `"${path}" is protected from writing: ${title}`,
    origin,
    remedy: 'grant it for reading alone, or add --bypass-protection for it if it is meant',
  };
}

/** A grant for writing to exactly what is protected is asked twice, so that nobody gives it by accident. */
function protectedGrantIssues(writing: readonly Grant[], bypasses: readonly AbsolutePath[]): Issue[] {
  const isExactly = exactMatcher();
  return writing
    .filter(({ path }) => !bypasses.some((bypass) => contains(bypass, path)))
    .flatMap((grant) => {
      const group = protectedList.groups.find(
        ({ entries, except = [] }) =>
          entries.some(({ path }) => isExactly(path, grant.path)) &&
          !except.some((glob) => isExactly(glob, grant.path)),
      );
      return group === undefined ? [] : [protectedGrantIssue(grant, group.title)];
    });
}

/** Whether a glob matches a path, and not merely a directory around it; each glob is compiled once. */
function exactMatcher(): (glob: string, path: AbsolutePath) => boolean {
  const compiled = new Map<string, ReturnType<typeof compileGlob>>();
  return (glob, path) => {
    const matches = compiled.get(glob) ?? compileGlob(`/${glob}` as AbsolutePath);
    compiled.set(glob, matches);
    return matches(path) && !matches(parentOf(path));
  };
}

/** Everything that is denied inside what the user granted, or the issues that stop the run. */
export function planDenies(
  policy: Policy,
  host: Host,
  asked: readonly Grant[],
  protection: Protection,
  bypasses: readonly AbsolutePath[],
  own: OwnPaths,
): { readonly denies: Denies; readonly issues: readonly Issue[] } {
  const wished = policy.denies.map((wish) => denyOf(wish, host, asked));
  const writing = asked.filter(allowsWriting);
  const writable = directoriesOf(writing);
  const outer = outermost(writable);
  const rules = withAliases(host, asked, [
    ...wished.flatMap((each) => ('code' in each ? [] : each)),
    ...sensitiveDenies(asked, protection),
    ...ownDenies(asked, own),
    ...programDenies(writable, host),
    ...hooksDenies(writable, host),
    ...repositoryDenies(writable, host),
    ...linkedDenies(writable, host),
    ...protectedIn(outer, policy.excludedGroups),
  ]);
  const lifted = [...bypasses.map((text): Pattern => ({ kind: 'path', text })), ...exceptionsIn(outer)];
  const issues = [
    ...wished.flatMap((each) => ('code' in each ? [each] : [])),
    ...protectedGrantIssues(writing, bypasses),
  ];
  return { denies: { rules, lifted: rules.some(isBuiltIn) ? lifted : [] }, issues };
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
