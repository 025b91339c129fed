// Looks paths up on this machine, every link resolved and every name as the disk has it, in as few calls as possible: thousands may be granted.
import { namesAreExact } from '#names';
import type { AbsolutePath, PathFact } from '../plan/host.ts';
import { childOf, isAbsolute, nameOf, parentOf } from '../plan/path.ts';
import { Absences, entriesIn, kindOf, linkTarget, lookAtEntry, lookAtObject } from './disk.ts';

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

const hitsBeforeListing = 256;
const largestListed = 1 << 20; // bytes, as the file system counts them: about as many names would be read for nothing

/** Knows the directories in a directory where hundreds were found: it is listed once instead of asking for each. */
class Subdirectories {
  readonly #hits = new Map<AbsolutePath, number>();
  readonly #names = new Map<AbsolutePath, Set<string>>();

  has(directory: AbsolutePath, name: string): boolean {
    return this.#names.get(directory)?.has(name) ?? false;
  }

  note(directory: AbsolutePath): void {
    const hits = (this.#hits.get(directory) ?? 0) + 1;
    this.#hits.set(directory, hits);
    if (hits === hitsBeforeListing) this.#names.set(directory, directoriesIn(directory));
  }
}

/** By their entries alone: nothing but a directory can be mounted over a directory. */
function directoriesIn(directory: AbsolutePath): Set<string> {
  const names = new Set<string>();
  const size = lookAtEntry(directory)?.size ?? 0;
  if (size <= largestListed) for (const { name } of entriesIn(directory, ['directory'])) names.add(name);
  return names;
}

/** A directory that was seen in the one around it. */
class Listed {
  readonly kind = 'directory';
  readonly canonical: AbsolutePath;

  constructor(canonical: AbsolutePath) {
    this.canonical = canonical;
  }

  /** Few are asked for it. */
  get mode(): number {
    return lookAtEntry(this.canonical)?.mode ?? 0;
  }
}

/** What is no link lies where it is called in its directory: one call says all. null: it takes more to tell. */
function lookInside(directory: AbsolutePath, name: string, canonical: AbsolutePath): PathFact | null {
  if (name === '' || name === '.' || name === '..') return null;
  const status = lookAtEntry(canonical);
  if (status === undefined) return { kind: 'missing', canonical, nearest: directory };
  return status.isSymbolicLink() ? null : { kind: kindOf(status), canonical, mode: status.mode };
}

/**
 * Looks paths up, parents first, and remembers the answers: one run sees one state of the disk.
 *
 * @param areExact a name is spelled as it is stored, or names nothing; else the system is asked how each is stored
 * @param stored how the system says that a path is stored; undefined: as it does
 */
export function pathLookup(
  areExact = namesAreExact,
  stored?: (path: AbsolutePath) => string,
): (path: AbsolutePath) => PathFact {
  const known = new Map<AbsolutePath, PathFact>();
  const absences = new Absences();
  const subdirectories = new Subdirectories();

  const missing = (path: AbsolutePath, parent: PathFact): PathFact => {
    if (!('canonical' in parent)) return parent;
    const canonical = childOf(parent.canonical, nameOf(path));
    const nearest = 'nearest' in parent ? parent.nearest : parent.canonical;
    const target = parent.kind === 'directory' ? linkTarget(canonical) : null;
    if (target === null) return { kind: 'missing', canonical, nearest };
    const led = inspect(isAbsolute(target) ? target : childOf(parent.canonical, target));
    return { kind: 'dangling', canonical: 'canonical' in led ? led.canonical : canonical, target };
  };

  const lookIn = (directory: AbsolutePath, path: AbsolutePath): PathFact | null => {
    const name = nameOf(path);
    const canonical = directory === parentOf(path) ? path : childOf(directory, name);
    if (subdirectories.has(directory, name)) return new Listed(canonical);
    if (absences.has(directory, name)) return { kind: 'missing', canonical, nearest: directory };
    const found = lookInside(directory, name, canonical);
    if (found?.kind === 'missing') absences.note(directory);
    if (found?.kind === 'directory') subdirectories.note(directory);
    return found;
  };

  const lookUp = (path: AbsolutePath): PathFact => {
    const parent = path === '/' ? null : inspect(parentOf(path));
    if (parent?.kind === 'missing') return missing(path, parent); // nothing can be below nothing
    try {
      const found = areExact && parent?.kind === 'directory' ? lookIn(parent.canonical, path) : null;
      if (found !== null) return found;
      const object = lookAtObject(path, stored);
      if (object !== undefined)
        return { kind: kindOf(object.status), canonical: object.canonical, mode: object.status.mode };
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ELOOP') return { kind: 'loop' };
      if (errno !== 'ENOTDIR') return { kind: 'inaccessible', errno };
    }
    return parent === null ? { kind: 'inaccessible', errno: 'ENOENT' } : missing(path, parent);
  };

  const inspect = (path: AbsolutePath): PathFact => {
    const fact = known.get(path) ?? lookUp(path);
    known.set(path, fact);
    return fact;
  };
  return inspect;
}
