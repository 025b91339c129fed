// Journal → what the session did to each path from before. Pure.
import type { BytePath, Journal, Kept } from './journal.ts';

/** One path as it was before the session. */
export type Original = {
  readonly path: BytePath;
  /** What stood there; null where it was only moved and is still the same. */
  readonly kept: Kept | null;
  /** Where the session moved it, and left it; null: nowhere. */
  readonly movedTo: BytePath | null;
};

function isBelow(path: BytePath, directory: BytePath): boolean {
  return path.startsWith(`${directory}/`);
}

/** Follows moves: which path from before is now called what. */
class Names {
  readonly #before = new Map<BytePath, BytePath>(); // by the present name

  /** The name before the session of what is called `path` now. */
  before(path: BytePath): BytePath {
    for (let at = path; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const known = this.#before.get(at);
      if (known !== undefined) return known + path.slice(at.length);
    }
    return path;
  }

  /** Takes out what is known at and below a name, as the rest of the name and what it was before. */
  #take(name: BytePath): [rest: string, before: BytePath][] {
    const taken: [string, BytePath][] = [['', this.before(name)]];
    for (const [known, before] of [...this.#before])
      if (known === name || isBelow(known, name)) {
        this.#before.delete(known);
        if (known !== name) taken.push([known.slice(name.length), before]);
      }
    return taken;
  }

  #put(name: BytePath, taken: readonly [rest: string, before: BytePath][]): void {
    for (const [rest, before] of taken) this.#before.set(name + rest, before);
  }

  move(from: BytePath, to: BytePath): void {
    this.#put(to, this.#take(from));
  }

  swap(one: BytePath, other: BytePath): void {
    const [taken, given] = [this.#take(one), this.#take(other)];
    this.#put(other, taken);
    this.#put(one, given);
  }

  /** Only what is known below a name goes with it: it was not there before itself. */
  carry(from: BytePath, to: BytePath): void {
    for (const [known, before] of [...this.#before])
      if (isBelow(known, from)) {
        this.#before.delete(known);
        this.#before.set(to + known.slice(from.length), before);
      }
  }

  /** What is called so is gone, or another file. */
  forget(path: BytePath): void {
    this.#before.delete(path);
  }

  moves(): (readonly [now: BytePath, before: BytePath])[] {
    return [...this.#before].filter(([now, before]) => now !== before);
  }
}

/** What became of every path from before, by its name then; parents before what is in them. */
export function originalsOf({ entries }: Pick<Journal, 'entries'>): Original[] {
  const names = new Names();
  const kept = new Map<BytePath, Kept>();
  for (const entry of entries) {
    if (entry.kind === 'moved') names.move(entry.from, entry.to);
    if (entry.kind === 'swapped') names.swap(entry.from, entry.to);
    if (entry.kind === 'carried') names.carry(entry.from, entry.to);
    if (entry.kind !== 'kept') continue;
    const path = names.before(entry.path);
    if (!kept.has(path)) kept.set(path, entry);
    if (entry.reason === 'replaced' || entry.reason === 'deleted') names.forget(entry.path);
  }
  const moved = new Map(names.moves().map(([now, before]) => [before, now]));
  const paths = [...new Set([...kept.keys(), ...moved.keys()])].sort();
  return paths.map((path) => ({ path, kept: kept.get(path) ?? null, movedTo: moved.get(path) ?? null }));
}
