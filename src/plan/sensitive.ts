// The paths that no grant may expose: the built-in lists, spelled out for this machine.
import { sensitiveList } from '../policy/lists.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, contains, isAbsolute, lineage } from './path.ts';

export type SensitivePath = {
  readonly path: AbsolutePath;
  readonly group: string;
  readonly title: string;
  readonly reason: string;
};

export type Protection = {
  readonly paths: readonly SensitivePath[];
  /** What a grant of `path` would expose: protected paths below it, or the one that it lies in. */
  readonly exposedBy: (path: AbsolutePath) => readonly SensitivePath[];
};

const xdgDefaults: Record<string, string> = {
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
};

function valuesOf(variable: string, host: Host): AbsolutePath[] {
  const value = host.environment[variable] ?? '';
  return value.split(':').filter(isAbsolute);
}

/** Every place that one listed spelling means here: all homes, the relocated and the default directories. */
export function placesOf(spelling: string, host: Host): AbsolutePath[] {
  if (isAbsolute(spelling)) return [spelling];
  const [head = '', ...rest] = spelling.split('/');
  const bases = (): AbsolutePath[] => {
    if (head === '~') return [...host.homes];
    const variable = head.slice(1);
    const fallback = xdgDefaults[variable];
    if (fallback === undefined) return valuesOf(variable, host);
    return [...valuesOf(variable, host), ...host.homes.map((home) => childOf(home, fallback))];
  };
  return bases().map((base) => (rest.length === 0 ? base : childOf(base, rest.join('/'))));
}

/** Where a path leads, links resolved, whether or not anything is there yet. */
function canonicalOf(path: AbsolutePath, host: Host): AbsolutePath {
  const fact = host.inspect(path);
  return fact.kind === 'loop' || fact.kind === 'inaccessible' ? path : fact.canonical;
}

function spellOut(host: Host): SensitivePath[] {
  const found = new Map<AbsolutePath, SensitivePath>();
  for (const { name, title, entries } of sensitiveList.groups)
    for (const { path: spelling, reason } of entries)
      for (const place of placesOf(spelling, host))
        for (const path of [place, canonicalOf(place, host)])
          if (!found.has(path)) found.set(path, { path, group: name, title, reason });
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The index of the first path that is not before `path`. */
function firstFrom(paths: readonly SensitivePath[], path: string): number {
  let low = 0;
  for (let high = paths.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((paths[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The protected paths of this machine, less what `bypasses` lifts. A bypass lifts what lies below it, and a part
 * of a protected directory where it names that part alone.
 */
export function protect(host: Host, bypasses: readonly AbsolutePath[]): Protection {
  const lifted = (path: AbsolutePath) => bypasses.some((bypass) => contains(bypass, path));
  const paths = spellOut(host).filter(({ path }) => !lifted(path));
  const byPath = new Map(paths.map((each) => [each.path, each]));

  const below = (path: AbsolutePath): SensitivePath[] => {
    const prefix = path === '/' ? '/' : `${path}/`;
    const found: SensitivePath[] = [];
    for (let i = firstFrom(paths, prefix); paths[i]?.path.startsWith(prefix); i++)
      found.push(paths[i] as SensitivePath);
    return found;
  };
  const around = (path: AbsolutePath): SensitivePath[] => {
    if (lifted(path)) return [];
    return lineage(path).flatMap((ancestor) => byPath.get(ancestor) ?? []);
  };
  return { paths, exposedBy: (path) => [...around(path), ...below(path)] };
}
