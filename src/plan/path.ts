// Paths as text: containment and the spellings that a user may give. Nothing here looks at a disk.
import type { AbsolutePath, Host } from './host.ts';

const slash = 47;

/** True when `path` is `directory` itself or lies below it. */
export function contains(directory: AbsolutePath, path: AbsolutePath): boolean {
  if (!path.startsWith(directory)) return false;
  const { length } = directory;
  return length === 1 || length === path.length || path.charCodeAt(length) === slash;
}

export function isAbsolute(path: string): path is AbsolutePath {
  return path.startsWith('/');
}

export function parentOf(path: AbsolutePath): AbsolutePath {
  const end = path.lastIndexOf('/');
  return end === 0 ? '/' : (path.slice(0, end) as AbsolutePath);
}

export function nameOf(path: AbsolutePath): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export function childOf(directory: AbsolutePath, name: string): AbsolutePath {
  return directory === '/' ? `/${name}` : `${directory}/${name}`;
}

/** The names that a path is made of, from the root on. */
export function namesOf(path: string): string[] {
  return path.split('/').filter((name) => name !== '');
}

/** The path and its ancestors up to `/`, nearest first. */
export function lineage(path: AbsolutePath): AbsolutePath[] {
  const line = [path];
  for (let at = path; at !== '/'; line.push(at)) at = parentOf(at);
  return line;
}

/** Less those that lie in another one of them. */
export function outermost(paths: readonly AbsolutePath[]): AbsolutePath[] {
  const all = new Set(paths);
  const isCovered = (path: AbsolutePath) =>
    path !== '/' && lineage(parentOf(path)).some((ancestor) => all.has(ancestor));
  return paths.filter((path) => !isCovered(path));
}

/** Node decodes what is not UTF-8 as U+FFFD, after which the name no longer means the file. */
export function isFaithful(text: string): boolean {
  return !text.includes('\uFFFD') && !text.includes('\0');
}

// A `.` at the end stays: it says that a directory is meant.
function withoutDots(path: AbsolutePath): AbsolutePath {
  return path.includes('/./') ? (path.replace(/\/(?:\.\/+)+/g, '/') as AbsolutePath) : path;
}

/**
 * The absolute spelling of a path that a user wrote: `~` is the home, relative paths start at the working
 * directory. `..` is left to the kernel, which alone knows what a link before it means. null where the home or
 * the working directory is needed and unknown.
 */
export function toAbsolute(path: string, host: Host): AbsolutePath | null {
  if (path.length > 1 && path.endsWith('/')) return toAbsolute(path.slice(0, -1), host);
  if (isAbsolute(path)) return withoutDots(path);
  if (path === '~') return host.home;
  if (path === '.') return host.workingDirectory;
  const [base, rest] = path.startsWith('~/') ? [host.home, path.slice(2)] : [host.workingDirectory, path];
  return base && withoutDots(childOf(base, rest));
}

/** A path for people: the home as `~`. */
export function shorten(path: AbsolutePath, home: AbsolutePath | null): string {
  if (home === null || home === '/' || !contains(home, path)) return path;
  return `~${path.slice(home.length)}`;
}
