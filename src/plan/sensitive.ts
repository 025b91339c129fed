// The paths that no grant may expose: the built-in lists, held against this machine. Only what exists and is a link is looked
// up on the disk: it leads elsewhere.
import type { PlatformLists } from '../policy/lists.ts';
import type { NameWish } from '../policy/policy.ts';
import { xdgDefaults } from '../policy/spelling.ts';
import { type AbsolutePath, canonicalOf, type Host } from './host.ts';
import { valuesOf } from './listed-paths.ts';
import { childOf, contains, isAbsolute, parentOf } from './path.ts';
import { below, detailsOf, type Listed, leadingNames, type Shelf, shelvesOf } from './sensitive-list.ts';

export type SensitivePath = Listed & { readonly path: AbsolutePath };

export type Protection = {
  /** Every protected path of this machine, as it is spelled here. */
  readonly paths: () => readonly SensitivePath[];
  /** What a grant of the canonical `path` would expose: protected paths below it, or the one that it lies in. */
  readonly exposedBy: (path: AbsolutePath) => readonly SensitivePath[];
};

/** A place on this machine where a shelf, from `rest` on, is to be found. */
type Anchor = { readonly path: AbsolutePath; readonly shelf: Shelf; readonly rest: string };

/** Where the bases are: the homes, what relocates parts of them, the root, and variables that name a store. */
function bases(host: Host): Anchor[] {
  const shelves = shelvesOf(host.lists);
  const home = shelves.get('~') as Shelf;
  return [...shelves]
    .flatMap(([base, shelf]) => {
      if (base === '/') return [{ path: '/' as const, shelf, rest: '' }];
      const places = base === '~' ? [...host.homes, ...host.otherHomes] : valuesOf(base.slice(1), host);
      return places.map((path): Anchor => ({ path, shelf, rest: '' }));
    })
    .concat(
      Object.entries(xdgDefaults).flatMap(([variable, rest]) =>
        valuesOf(variable, host).map((path): Anchor => ({ path, shelf: home, rest })),
      ),
    );
}

/** A protected directory that is there, seen from its anchor. */
type Held = { readonly anchor: Anchor; readonly path: AbsolutePath; readonly rest: string };

/**
 * The anchor and, for every link that stands on the way to a listed path, the anchor of where it leads. The protected
 * directories that are met go into `held`.
 */
function withLinks(anchor: Anchor, host: Host, held: Held[]): Anchor[] {
  const path = canonicalOf(anchor.path, host);
  const here = [{ ...anchor, path }, ...(path === anchor.path ? [] : [anchor])];
  const { listed, around } = anchor.shelf;
  for (const { name, kind } of host.list(path, ['directory', 'symlink'])) {
    const rest = below(anchor.rest, name);
    const isListed = listed.has(rest);
    const leadsOn = around.has(rest);
    if (!isListed && !leadsOn) continue;
    const inside = { ...anchor, path: childOf(path, name), rest };
    if (isListed) held.push({ anchor, path: inside.path, rest });
    if (kind === 'symlink') here.push(...withLinks(inside, host, held));
    else if (leadsOn) here.push(...withLinks(inside, host, held).slice(1));
  }
  return here;
}

function isSystem(path: AbsolutePath, host: Host): boolean {
  return host.lists.system.entries.some((entry) => isAbsolute(entry.path) && contains(entry.path, path));
}

/** A directory that decides where protected paths lead: by the links among these names, or all where none is named. */
export type LinkHolder = { readonly directory: AbsolutePath; readonly names: readonly string[] | null };

function holdersFrom(anchor: Anchor, host: Host): LinkHolder[] {
  const directory = canonicalOf(anchor.path, host);
  const { shelf, rest } = anchor;
  const names = new Set(leadingNames(shelf, rest));
  const inside = host
    .list(directory, ['directory', 'symlink'])
    .filter(({ name }) => names.has(name))
    .flatMap(({ name }) =>
      holdersFrom({ shelf, path: childOf(directory, name), rest: below(rest, name) }, host),
    );
  const isHeld = shelf.base === '~' && shelf.listed.has(rest);
  return [{ directory, names: isHeld ? null : [...names] }, ...inside];
}

/** Every directory whose links the protection of this machine depends on. */
export function linkHolders(host: Host): LinkHolder[] {
  const found = new Map<string, LinkHolder>();
  for (const holder of bases(host).flatMap((anchor) => holdersFrom(anchor, host)))
    found.set(`${holder.directory}\0${holder.names?.length ?? ''}`, holder);
  return [...found.values()].filter(({ directory }) => host.inspect(directory).kind === 'directory');
}

/** The variables that say where protected paths are. */
export function protectionVariables(lists: PlatformLists): string[] {
  const named = [...shelvesOf(lists).keys()]
    .filter((base) => base.startsWith('$'))
    .map((base) => base.slice(1));
  return ['HOME', ...Object.keys(xdgDefaults), ...named];
}

/** The files that a protected directory holds by links: keys that a dotfile manager keeps elsewhere. */
function linkedOut({ anchor, path, rest }: Held, host: Host): SensitivePath[] {
  return host.list(path, ['symlink']).flatMap(({ name }): SensitivePath[] => {
    const fact = host.inspect(childOf(path, name));
    if (fact.kind !== 'file' || isSystem(fact.canonical, host)) return []; // programs link to what all may read
    return [{ ...spelledAt(anchor, rest), path: fact.canonical }];
  });
}

/** The listed paths of an anchor that a grant of `path` would expose, by what follows the base. */
function matches({ path: at, shelf, rest }: Anchor, path: AbsolutePath): string[] {
  if (contains(path, at) && path !== at) return matches({ path: at, shelf, rest }, at);
  const asked = path === at ? rest : below(rest, at === '/' ? path.slice(1) : path.slice(at.length + 1));
  if (asked === '') return [...shelf.listed];
  const found: string[] = [];
  for (let end = asked.length; end > 0; end = asked.lastIndexOf('/', end - 1)) {
    const path = asked.slice(0, end);
    if (shelf.listed.has(path)) found.push(path);
  }
  if (shelf.listed.has('')) found.push(''); // the base itself is listed
  return found.concat(shelf.around.get(asked) ?? []);
}

/** The path on this machine of what a shelf lists, seen from an anchor; null where it is not below it. */
function placeOf({ path, rest }: Anchor, listedRest: string): AbsolutePath | null {
  if (listedRest === rest) return path;
  if (rest === '') return childOf(path, listedRest);
  return listedRest.startsWith(`${rest}/`) ? childOf(path, listedRest.slice(rest.length + 1)) : null;
}

/** What the list says is looked up when it is asked for: it is a thousand entries, and most starts need none. */
function spelledAt(anchor: Anchor, rest: string): SensitivePath {
  const details = () => detailsOf(anchor.shelf, rest) as Listed; // every path on a shelf is in the list
  return {
    path: placeOf(anchor, rest) ?? anchor.path,
    get group() {
      return details().group;
    },
    get title() {
      return details().title;
    },
    get reason() {
      return details().reason;
    },
  };
}

function distinct(paths: readonly SensitivePath[]): SensitivePath[] {
  return [...new Map(paths.map((each) => [each.path, each])).values()];
}

/**
 * The protected paths of this machine, less what `bypasses` lifts. A bypass lifts what lies below it, and a part
 * of a protected directory where it names that part alone.
 */
export function protect(
  host: Host,
  bypasses: readonly AbsolutePath[],
  excludedGroups: readonly NameWish[] = [],
): Protection {
  const held: Held[] = [];
  const anchors = bases(host).flatMap((anchor) => withLinks(anchor, host, held));
  // Only what a user keeps: system directories are full of links that lead to no secret.
  const linked = held
    .filter(({ anchor }) => anchor.shelf.base === '~')
    .flatMap((each) => linkedOut(each, host));
  const lifted = (path: AbsolutePath) => bypasses.some((bypass) => contains(bypass, path));
  const excluded = new Set(excludedGroups.map(({ name }) => name));
  const isHeld = (each: SensitivePath) =>
    !lifted(each.path) && (excluded.size === 0 || !excluded.has(each.group));
  const isNear = (at: AbsolutePath, path: AbsolutePath) => contains(path, at) || contains(at, path);
  // Whatever a path exposes, the directory around it exposes as well: where that is nothing, no name in it is looked up.
  const harmless = new Map<AbsolutePath, boolean>([['/', false]]);
  const isHarmless = (directory: AbsolutePath): boolean => {
    const known =
      harmless.get(directory) ??
      !(
        anchors.some((anchor) => isNear(anchor.path, directory) && matches(anchor, directory).length > 0) ||
        linked.some((each) => isNear(each.path, directory))
      );
    harmless.set(directory, known);
    return known;
  };
  return {
    paths: () => {
      const all = anchors.flatMap((anchor) =>
        [...anchor.shelf.listed]
          .filter((rest) => placeOf(anchor, rest) !== null)
          .map((rest) => spelledAt(anchor, rest)),
      );
      return distinct([...all, ...linked].filter(isHeld));
    },
    exposedBy: (path) => {
      if (lifted(path) || isHarmless(parentOf(path))) return [];
      const exposed: SensitivePath[] = [];
      // Asked for every grant, and hardly ever answered: most anchors are nowhere near.
      for (const anchor of anchors)
        if (isNear(anchor.path, path))
          for (const rest of matches(anchor, path)) exposed.push(spelledAt(anchor, rest));
      for (const each of linked) if (isNear(each.path, path)) exposed.push(each);
      return exposed.length === 0 ? exposed : distinct(exposed.filter(isHeld));
    },
  };
}
