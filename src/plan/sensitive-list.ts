// The list of sensitive paths, by the names in it: a thousand are asked for at every start and hardly ever match, so they are
// looked up, never gone through.
import type { PlatformLists } from '../policy/lists.ts';
import { inHomeByDefault, splitSpelling } from './listed-paths.ts';

/** What the list says about a path. */
export type Listed = { readonly group: string; readonly title: string; readonly reason: string };

/** The listed paths below one base, by what follows the base. */
export type Shelf = {
  readonly base: string;
  readonly listed: ReadonlySet<string>;
  /** What has listed paths below it, and which. */
  readonly around: ReadonlyMap<string, readonly string[]>;
  readonly lists: PlatformLists;
};

/** A name below what follows a base; either may be empty. */
export function below(rest: string, name: string): string {
  if (rest === '') return name;
  return name === '' ? rest : `${rest}/${name}`;
}

function shelfOf(lists: PlatformLists, base: string, rests: readonly string[]): Shelf {
  const listed = new Set(rests);
  const around = new Map<string, string[]>();
  for (const rest of listed)
    for (let end = rest.lastIndexOf('/'); end > 0; end = rest.lastIndexOf('/', end - 1)) {
      const known = around.get(rest.slice(0, end));
      if (known === undefined) around.set(rest.slice(0, end), [rest]);
      else known.push(rest);
    }
  return { base, listed, around, lists };
}

/** What stands in the home by default is on the home's shelf. */
function shelve(lists: PlatformLists): ReadonlyMap<string, Shelf> {
  const home = [...(lists.sensitiveRests['~'] ?? [])];
  const shelves = new Map<string, Shelf>();
  for (const [base, rests] of Object.entries(lists.sensitiveRests)) {
    const inHome = inHomeByDefault(base);
    if (inHome === undefined) shelves.set(base, shelfOf(lists, base, rests));
    else home.push(...rests.map((rest) => below(inHome, rest)));
  }
  return shelves.set('~', shelfOf(lists, '~', home));
}

const shelvesByLists = new Map<PlatformLists, ReadonlyMap<string, Shelf>>();

/** Made once for a platform's lists. */
export function shelvesOf(lists: PlatformLists): ReadonlyMap<string, Shelf> {
  const known = shelvesByLists.get(lists) ?? shelve(lists);
  shelvesByLists.set(lists, known);
  return known;
}

type Details = ReadonlyMap<string, Listed>;

function detailsIn(lists: PlatformLists): Details {
  const details = new Map<string, Listed>();
  for (const { name, title, entries } of lists.sensitive().groups)
    for (const { path, reason } of entries) {
      const split = splitSpelling(path);
      const place = `${split.base} ${split.rest}`;
      if (!details.has(place)) details.set(place, { group: name, title, reason });
    }
  return details;
}

const detailsByLists = new Map<PlatformLists, Details>();

/** What the list says about a path: the first entry that means it. */
export function detailsOf({ base, lists }: Shelf, rest: string): Listed | undefined {
  const known = detailsByLists.get(lists) ?? detailsIn(lists);
  detailsByLists.set(lists, known);
  return known.get(`${base} ${rest}`);
}

/** The names below a rest that lead on to a listed path, or are one. */
export function leadingNames({ listed }: Shelf, rest: string): string[] {
  const prefix = rest === '' ? '' : `${rest}/`;
  const below = [...listed].filter((each) => each.startsWith(prefix) && each !== rest);
  return [...new Set(below.map((each) => each.slice(prefix.length).split('/')[0] ?? ''))].filter(Boolean);
}
