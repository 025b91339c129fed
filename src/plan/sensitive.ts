// The paths that no grant may expose: the built-in lists, held against this machine.
//
// A list of a thousand paths is asked at every start and hardly ever matches, so it is kept as one text per base
// directory and searched as text. Only what exists and is a link is looked up: it leads elsewhere.
import { sensitiveList, systemList } from '../policy/lists.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, contains, isAbsolute, lineage } from './path.ts';

export type SensitivePath = {
  readonly path: AbsolutePath;
  readonly group: string;
  readonly title: string;
  readonly reason: string;
};

export type Protection = {
  /** Every protected path of this machine, as it is spelled here. */
  readonly paths: () => readonly SensitivePath[];
  /** What a grant of the canonical `path` would expose: protected paths below it, or the one that it lies in. */
  readonly exposedBy: (path: AbsolutePath) => readonly SensitivePath[];
};

type Listed = Omit<SensitivePath, 'path'> & { readonly spelling: string };

const listed: readonly Listed[] = sensitiveList.groups.flatMap(({ name, title, entries }) =>
  entries.map(({ path, reason }) => ({ spelling: path, group: name, title, reason })),
);

const xdgDefaults: Record<string, string> = {
  $XDG_CONFIG_HOME: '.config',
  $XDG_DATA_HOME: '.local/share',
  $XDG_STATE_HOME: '.local/state',
  $XDG_CACHE_HOME: '.cache',
};

/** A listed path as its base (`/`, `~` or another variable) and what follows; the XDG directories count as home. */
function splitSpelling(spelling: string): { base: string; rest: string } {
  if (spelling.startsWith('/')) return { base: '/', rest: spelling.slice(1) };
  const slash = spelling.indexOf('/');
  const base = slash < 0 ? spelling : spelling.slice(0, slash);
  const rest = slash < 0 ? '' : spelling.slice(slash + 1);
  const inHome = xdgDefaults[base];
  if (inHome === undefined) return { base, rest };
  return { base: '~', rest: rest === '' ? inHome : `${inHome}/${rest}` };
}

/** The listed paths below one base: by what follows it, and as one text in which each stands between NULs. */
type Shelf = { readonly entries: ReadonlyMap<string, Listed>; readonly text: string };

function shelve(): ReadonlyMap<string, Shelf> {
  const byBase = new Map<string, Map<string, Listed>>();
  for (const each of listed) {
    const { base, rest } = splitSpelling(each.spelling);
    const entries = byBase.get(base) ?? new Map<string, Listed>();
    byBase.set(base, entries);
    if (!entries.has(rest)) entries.set(rest, each);
  }
  const shelf = (entries: Map<string, Listed>): Shelf => ({
    entries,
    text: `\0${[...entries.keys()].join('\0')}\0`,
  });
  return new Map([...byBase].map(([base, entries]) => [base, shelf(entries)]));
}

const shelves = shelve();

/** A place on this machine where a shelf, from `rest` on, is to be found. */
type Anchor = { readonly path: AbsolutePath; readonly shelf: Shelf; readonly rest: string };

function valuesOf(variable: string, host: Host): AbsolutePath[] {
  const value = host.environment[variable.slice(1)] ?? '';
  return value.split(':').filter(isAbsolute);
}

/** Where the bases are: the homes, what relocates parts of them, the root, and variables that name a store. */
function bases(host: Host): Anchor[] {
  const home = shelves.get('~') as Shelf;
  return [...shelves]
    .flatMap(([base, shelf]) => {
      if (base === '/') return [{ path: '/' as const, shelf, rest: '' }];
      const places = base === '~' ? [...host.homes, ...host.otherHomes] : valuesOf(base, host);
      return places.map((path): Anchor => ({ path, shelf, rest: '' }));
    })
    .concat(
      Object.entries(xdgDefaults).flatMap(([variable, rest]) =>
        valuesOf(variable, host).map((path): Anchor => ({ path, shelf: home, rest })),
      ),
    );
}

/** Where a path leads, links resolved, whether or not anything is there yet. */
function canonicalOf(path: AbsolutePath, host: Host): AbsolutePath {
  const fact = host.inspect(path);
  return fact.kind === 'loop' || fact.kind === 'inaccessible' ? path : fact.canonical;
}

function below(rest: string, name: string): string {
  return rest === '' ? name : `${rest}/${name}`;
}

/** The anchor and, for every link that stands on the way to a listed path, the anchor of where it leads. */
function withLinks(anchor: Anchor, host: Host): Anchor[] {
  const path = canonicalOf(anchor.path, host);
  const here = [{ ...anchor, path }, ...(path === anchor.path ? [] : [anchor])];
  const { text } = anchor.shelf;
  const inside = host.list(path).flatMap(({ name, kind }): Anchor[] => {
    const rest = below(anchor.rest, name);
    const leadsOn = text.includes(`\0${rest}/`);
    if (kind === 'directory')
      return leadsOn ? withLinks({ ...anchor, path: childOf(path, name), rest }, host).slice(1) : [];
    if (kind !== 'symlink' || !(leadsOn || text.includes(`\0${rest}\0`))) return [];
    return withLinks({ ...anchor, path: childOf(path, name), rest }, host);
  });
  return [...here, ...inside];
}

function isSystem(path: AbsolutePath): boolean {
  return systemList.entries.some((entry) => isAbsolute(entry.path) && contains(entry.path, path));
}

/** The files that a protected directory holds by links: keys that a dotfile manager keeps elsewhere. */
function linkedOut(anchor: Anchor, host: Host): SensitivePath[] {
  return [...anchor.shelf.entries.keys()].flatMap((rest) => {
    const directory = placeOf(anchor, rest);
    if (directory === null || host.inspect(directory).kind !== 'directory') return [];
    return host.list(directory).flatMap(({ name, kind }): SensitivePath[] => {
      const fact = kind === 'symlink' ? host.inspect(childOf(directory, name)) : null;
      if (fact?.kind !== 'file' || isSystem(fact.canonical)) return []; // programs link to what all may read
      return spelledAt(anchor, rest).map((each) => ({ ...each, path: fact.canonical }));
    });
  });
}

/** The listed paths of an anchor that a grant of `path` would expose, by what follows the base. */
function matches({ path: at, shelf, rest }: Anchor, path: AbsolutePath): string[] {
  if (contains(path, at) && path !== at) return matches({ path: at, shelf, rest }, at);
  if (!contains(at, path)) return [];
  const asked = path === at ? rest : below(rest, at === '/' ? path.slice(1) : path.slice(at.length + 1));
  const around = asked === '' ? [] : lineage(`/${asked}`).map((ancestor) => ancestor.slice(1));
  const found = around.filter((ancestor) => shelf.text.includes(`\0${ancestor}\0`));
  if (asked !== '' && !shelf.text.includes(`\0${asked}/`)) return found;
  return [
    ...found,
    ...[...shelf.entries.keys()].filter((each) => asked === '' || each.startsWith(`${asked}/`)),
  ];
}

/** The path on this machine of what a shelf lists, seen from an anchor; null where it is not below it. */
function placeOf({ path, rest }: Anchor, listedRest: string): AbsolutePath | null {
  if (listedRest === rest) return path;
  if (rest === '') return childOf(path, listedRest);
  return listedRest.startsWith(`${rest}/`) ? childOf(path, listedRest.slice(rest.length + 1)) : null;
}

function spelledAt(anchor: Anchor, listedRest: string): SensitivePath[] {
  const entry = anchor.shelf.entries.get(listedRest);
  const path = placeOf(anchor, listedRest) ?? anchor.path;
  if (entry === undefined) return [];
  return [{ path, group: entry.group, title: entry.title, reason: entry.reason }];
}

function distinct(paths: readonly SensitivePath[]): SensitivePath[] {
  return [...new Map(paths.map((each) => [each.path, each])).values()];
}

/** Every place that one listed spelling means here. */
export function placesOf(spelling: string, host: Host): AbsolutePath[] {
  if (isAbsolute(spelling)) return [spelling];
  const slash = spelling.indexOf('/');
  const base = slash < 0 ? spelling : spelling.slice(0, slash);
  const inHome = xdgDefaults[base];
  const starts =
    base === '~'
      ? host.homes
      : [
          ...valuesOf(base, host),
          ...(inHome === undefined ? [] : host.homes.map((home) => childOf(home, inHome))),
        ];
  return starts.map((start) => (slash < 0 ? start : childOf(start, spelling.slice(slash + 1))));
}

/**
 * The protected paths of this machine, less what `bypasses` lifts. A bypass lifts what lies below it, and a part
 * of a protected directory where it names that part alone.
 */
export function protect(host: Host, bypasses: readonly AbsolutePath[]): Protection {
  const anchors = bases(host).flatMap((anchor) => withLinks(anchor, host));
  // Only what a user keeps: system directories are full of links that lead to no secret.
  const linked = anchors
    .filter(({ shelf }) => shelf === shelves.get('~'))
    .flatMap((anchor) => linkedOut(anchor, host));
  const lifted = (path: AbsolutePath) => bypasses.some((bypass) => contains(bypass, path));
  return {
    paths: () => {
      const all = anchors.flatMap((anchor) =>
        [...anchor.shelf.entries.keys()]
          .filter((rest) => placeOf(anchor, rest) !== null)
          .flatMap((rest) => spelledAt(anchor, rest)),
      );
      return distinct([...all, ...linked].filter(({ path }) => !lifted(path)));
    },
    exposedBy: (path) => {
      if (lifted(path)) return [];
      const exposed = anchors.flatMap((anchor) =>
        matches(anchor, path).flatMap((rest) => spelledAt(anchor, rest)),
      );
      const elsewhere = linked.filter((each) => contains(path, each.path) || contains(each.path, path));
      return distinct([...exposed, ...elsewhere].filter((each) => !lifted(each.path)));
    },
  };
}
