// Looks up what is denied at a path, and gives the same answers as native/judge.c, which enforces them.
import { type Denies, type Deny, isBuiltIn, type Pattern } from '../deny.ts';
import { compileName, foldCase, literalName } from '../glob.ts';
import type { AbsolutePath } from '../host.ts';
import { namesOf } from '../path.ts';

/** The denies that decide about reading and about writing at a path. */
export type DeniedAt = { readonly read: Deny | null; readonly write: Deny | null };

export type DenyIndex = {
  readonly at: (path: AbsolutePath) => DeniedAt;
  /** Whether something below a directory would be denied otherwise, were it moved. */
  readonly movingChanges: (from: AbsolutePath, to: AbsolutePath) => boolean;
  /** Whether a link of this name would lead a denied path elsewhere. */
  readonly leadsToDenied: (path: AbsolutePath) => boolean;
  /** The same of denied paths alone, whatever globs say. */
  readonly leadsToDeniedPath: (path: AbsolutePath) => boolean;
};

type Exact = { readonly users: Deny[]; readonly builtIn: Deny[]; isException: boolean; isInner: boolean };

type Glob = {
  /** null: it lifts what is built in. */
  readonly deny: Deny | null;
  /** A name's test; null stands for any number of names. */
  readonly components: readonly (((name: string) => boolean) | null)[];
  /** Of a built-in one: where, after the first `**`, what it protects begins; else 0. */
  readonly start: number;
  /** Names that every path has which it matches. */
  readonly literals: readonly string[];
};

type States = { readonly set: ReadonlySet<number>; readonly matched: boolean; readonly advanced: boolean };

function prefixesOf(names: readonly string[]): string[] {
  let prefix = '';
  return names.map((name) => {
    prefix = `${prefix}/${name}`;
    return prefix;
  });
}

function indexExact({ rules, lifted }: Denies): ReadonlyMap<string, Exact> {
  const index = new Map<string, Exact>();
  const enter = (key: string): Exact => {
    const known = index.get(key) ?? { users: [], builtIn: [], isException: false, isInner: false };
    index.set(key, known);
    return known;
  };
  const end = (text: string): Exact => {
    const names = namesOf(foldCase(text));
    const prefixes = prefixesOf(names);
    for (const inner of prefixes.slice(0, -1)) enter(inner).isInner = true;
    return enter(prefixes.at(-1) ?? '/');
  };
  for (const deny of rules)
    if (deny.kind === 'path') (isBuiltIn(deny) ? end(deny.text).builtIn : end(deny.text).users).push(deny);
  for (const { kind, text } of lifted) if (kind === 'path') end(text).isException = true;
  return index;
}

function globOf({ text }: Pattern, deny: Deny | null): Glob {
  const names = namesOf(foldCase(text));
  const depth = names.indexOf('**');
  return {
    deny,
    components: names.map((name) => (name === '**' ? null : compileName(name))),
    start: deny !== null && isBuiltIn(deny) && depth >= 0 ? depth + 1 : 0,
    literals: names.flatMap((name) => literalName(name) ?? []),
  };
}

function withEmptyDepths({ components }: Glob, set: Set<number>): Set<number> {
  for (let at = 0; at < components.length; at++) if (set.has(at) && components[at] === null) set.add(at + 1);
  return set;
}

/** A path taken apart once for all globs, in the spelling that is compared. */
type Names = { readonly path: AbsolutePath; readonly folded: readonly string[] };

function directoryAround(path: AbsolutePath, at: number): AbsolutePath {
  return `/${namesOf(path).slice(0, at).join('/')}`;
}

function follow(glob: Glob, { path, folded }: Names, isNew: (path: AbsolutePath) => boolean): States {
  const { components, start } = glob;
  let set = withEmptyDepths(glob, new Set([0]));
  let matched = false;
  let advanced = false;
  for (let at = 0; at < folded.length && set.size > 0; at++) {
    const next = new Set<number>();
    advanced = false;
    for (const state of set) {
      if (state === components.length) continue;
      const component = components[state];
      if (component === null) next.add(state);
      else if (component?.(folded[at] as string)) {
        // What the session made is its own: a clone brings its tasks and hooks along.
        if (state === start && state > 0 && isNew(directoryAround(path, at))) continue;
        next.add(state + 1);
        advanced ||= state + 1 < components.length;
      }
    }
    set = withEmptyDepths(glob, next);
    matched ||= set.has(components.length);
  }
  return { set, matched, advanced: advanced && set.size > 0 };
}

function isSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}

function decisive(denies: readonly Deny[]): DeniedAt {
  const read = denies.find(({ access }) => access === 'all') ?? null;
  return { read, write: read ?? denies[0] ?? null };
}

const nothing: DeniedAt = { read: null, write: null };

/** `isNew`: the session itself made this directory. */
export function indexDenies(denies: Denies, isNew: (path: AbsolutePath) => boolean): DenyIndex {
  if (denies.rules.length === 0)
    return {
      at: () => nothing,
      movingChanges: () => false,
      leadsToDenied: () => false,
      leadsToDeniedPath: () => false,
    };
  const exact = indexExact(denies);
  const globs = [
    ...denies.rules.filter(({ kind }) => kind === 'glob').map((deny) => globOf(deny, deny)),
    ...denies.lifted.filter(({ kind }) => kind === 'glob').map((each) => globOf(each, null)),
  ];
  const split = (path: AbsolutePath): Names => ({ path, folded: namesOf(foldCase(path)) });
  const isInner = ({ folded }: Names) => exact.get(`/${folded.join('/')}`)?.isInner ?? false;

  const at = (path: AbsolutePath): DeniedAt => {
    const names = split(path);
    const users: Deny[] = [];
    let builtIn: Deny[] = [];
    let isLifted = false;
    for (const prefix of ['/', ...prefixesOf(names.folded)]) {
      const found = exact.get(prefix);
      if (found === undefined) continue;
      users.push(...found.users);
      builtIn = found.isException ? [] : [...builtIn, ...found.builtIn];
      isLifted ||= found.isException;
    }
    const patterns: Deny[] = [];
    for (const glob of globs) {
      if (!glob.literals.every((name) => names.folded.includes(name))) continue;
      if (!follow(glob, names, isNew).matched) continue;
      if (glob.deny === null) isLifted = true;
      else (isBuiltIn(glob.deny) ? patterns : users).push(glob.deny);
    }
    const found = [...users, ...builtIn, ...(isLifted ? [] : patterns)];
    return found.length === 0 ? nothing : decisive(found);
  };

  return {
    at,
    movingChanges: (from, to) => {
      const [before, after] = [split(from), split(to)];
      if (isInner(before) || isInner(after)) return true;
      return globs.some((glob) => !isSame(follow(glob, before, isNew).set, follow(glob, after, isNew).set));
    },
    leadsToDenied: (path) => {
      const names = split(path);
      return isInner(names) || globs.some((glob) => follow(glob, names, isNew).advanced);
    },
    leadsToDeniedPath: (path) => isInner(split(path)),
  };
}
