// What is denied inside the grants: the user's denies, what is sensitive, and what runs later outside.
import type { Issue } from '../errors.ts';
import { protectedList } from '../policy/lists.ts';
import type { NameWish, Origin, Policy } from '../policy/policy.ts';
import { withAliases } from './aliases.ts';
import { type Denies, type Deny, isBuiltIn, type Pattern } from './deny.ts';
import { denyOf } from './deny-wishes.ts';
import { gitConfigFile, hooksPathIn, userGitConfigs } from './git-config.ts';
import { compileGlob, globBelow } from './glob.ts';
import { allowsWriting, directoriesOf, type Grant } from './grant.ts';
import { type AbsolutePath, canonicalOf, type Host } from './host.ts';
import { childOf, contains, outermost, parentOf, toAbsolute } from './path.ts';
import type { Protection } from './sensitive.ts';

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

function protectedIn(directories: readonly AbsolutePath[], excluded: readonly NameWish[] = []): Deny[] {
  const groups = protectedList.groups.filter(({ name }) => !excluded.some((each) => each.name === name));
  return directories.flatMap((directory) =>
    groups.flatMap(({ name, entries }) =>
      entries.map(
        ({ path }): Deny => ({
          kind: 'glob',
          text: globBelow(directory, path),
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
        return { kind: 'glob', text: globBelow(target.canonical, rest.join('/')), access: 'write', origin };
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
      except.map((glob): Pattern => ({ kind: 'glob', text: globBelow(directory, glob) })),
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
