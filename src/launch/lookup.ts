// What is at a path: every link resolved, and every name as the disk has it.
import { lstatSync, readdirSync, readlinkSync, realpathSync, type Stats, statSync } from 'node:fs';
import { namesAreExact } from '#names';
import type { AbsolutePath, FileKind, PathFact } from '../plan/host.ts';
import { childOf, isAbsolute, nameOf, parentOf } from '../plan/path.ts';

export function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

export function kindOf(
  status: Pick<Stats, 'isDirectory' | 'isFile' | 'isCharacterDevice' | 'isBlockDevice'>,
): FileKind {
  if (status.isDirectory()) return 'directory';
  if (status.isFile()) return 'file';
  return status.isCharacterDevice() || status.isBlockDevice() ? 'device' : 'other';
}

/** The target of a link; null where there is no link. Asked by lstat first, since an exception costs more than the call. */
function linkTarget(path: AbsolutePath): string | null {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : null;
}

const missesBeforeListing = 4;

/** Knows what is not there: a directory that was asked for in vain a few times is listed once instead. */
class Absences {
  readonly #misses = new Map<AbsolutePath, number>();
  readonly #names = new Map<AbsolutePath, Set<string> | null>();

  has(directory: AbsolutePath, name: string): boolean {
    const names = this.#names.get(directory);
    return names !== undefined && names !== null && name !== '.' && name !== '..' && !names.has(name);
  }

  note(directory: AbsolutePath): void {
    const misses = (this.#misses.get(directory) ?? 0) + 1;
    this.#misses.set(directory, misses);
    if (misses === missesBeforeListing) this.#names.set(directory, namesIn(directory));
  }
}

function namesIn(directory: AbsolutePath): Set<string> | null {
  try {
    return new Set(readdirSync(directory));
  } catch {
    return null; // it may be entered but not listed: every name is asked for by itself
  }
}

/** What is no link lies where it is called in its directory: one call says all. null: it takes more to tell. */
function lookInside(directory: AbsolutePath, name: string): PathFact | null {
  if (name === '' || name === '.' || name === '..') return null;
  const canonical = childOf(directory, name);
  const status = lstatSync(canonical, { throwIfNoEntry: false });
  if (status === undefined) return { kind: 'missing', canonical, nearest: directory };
  return status.isSymbolicLink() ? null : { kind: kindOf(status), canonical, mode: status.mode };
}

/**
 * Looks paths up, parents first, and remembers the answers: one run sees one state of the disk.
 *
 * @param areExact a name is spelled as it is stored, or names nothing; else the system is asked how each is stored
 */
export function pathLookup(
  areExact = namesAreExact,
  stored: (path: AbsolutePath) => string = realpathSync.native,
): (path: AbsolutePath) => PathFact {
  const known = new Map<AbsolutePath, PathFact>();
  const absences = new Absences();

  const missing = (path: AbsolutePath, parent: PathFact): PathFact => {
    if (!('canonical' in parent)) return parent;
    const canonical = childOf(parent.canonical, nameOf(path));
    const nearest = 'nearest' in parent ? parent.nearest : parent.canonical;
    const target = parent.kind === 'directory' ? linkTarget(canonical) : null;
    if (target === null) return { kind: 'missing', canonical, nearest };
    const led = inspect(isAbsolute(target) ? target : childOf(parent.canonical, target));
    return { kind: 'dangling', canonical: 'canonical' in led ? led.canonical : canonical, target };
  };

  const lookUp = (path: AbsolutePath): PathFact => {
    const parent = path === '/' ? null : inspect(parentOf(path));
    if (parent?.kind === 'missing') return missing(path, parent); // nothing can be below nothing
    const directory = areExact && parent?.kind === 'directory' ? parent.canonical : null;
    if (directory !== null && absences.has(directory, nameOf(path)))
      return { kind: 'missing', canonical: childOf(directory, nameOf(path)), nearest: directory };
    try {
      const found = directory === null ? null : lookInside(directory, nameOf(path));
      if (directory !== null && found?.kind === 'missing') absences.note(directory);
      if (found !== null) return found;
      const status = statSync(path, { throwIfNoEntry: false });
      if (status !== undefined)
        return {
          kind: kindOf(status),
          canonical: stored(path) as AbsolutePath,
          mode: status.mode,
        };
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
