// The other names of a path: a directory that is mounted in two places is the same in both.
import type { AbsolutePath } from './host.ts';
import { contains } from './path.ts';

/** One mount: the part `root` of a file system, at `point`. */
export type Mount = {
  readonly device: string;
  readonly root: AbsolutePath;
  readonly point: AbsolutePath;
};

/** `/proc/self/mountinfo` as mounts: blanks, tabs, newlines and backslashes of its paths stand as octal numbers. */
export function parseMounts(mountinfo: string): Mount[] {
  const path = (field: string) =>
    field.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    ) as AbsolutePath;
  return mountinfo.split('\n').flatMap((line): Mount[] => {
    const [, , device, root, point] = line.split(' ');
    if (device === undefined || root === undefined || !point?.startsWith('/')) return [];
    return root.startsWith('/') ? [{ device, root: path(root), point: path(point) }] : [];
  });
}

function join(directory: AbsolutePath, rest: string): AbsolutePath {
  return (`${directory === '/' ? '' : directory}${rest}` as AbsolutePath) || '/';
}

/** What follows a directory in a path: empty, or with its slash. */
function restOf(directory: AbsolutePath, path: AbsolutePath): string {
  return directory === '/' ? (path === '/' ? '' : path) : path.slice(directory.length);
}

/** A deny holds in any letters, so its other names are looked for in any. */
function containsInAnyCase(directory: AbsolutePath, path: AbsolutePath): boolean {
  const fold = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) as AbsolutePath;
  return contains(fold(directory), fold(path));
}

/** Where a path lies in its file system, and which mounts show that file system. */
function placeOf(path: AbsolutePath, mounts: readonly Mount[]) {
  const around = mounts.filter(({ point }) => containsInAnyCase(point, path));
  const own = around.reduce<Mount | undefined>(
    (best, each) => (best === undefined || each.point.length >= best.point.length ? each : best),
    undefined,
  );
  if (own === undefined) return null;
  const inside = join(own.root, restOf(own.point, path));
  return { inside, shown: mounts.filter(({ device }) => device === own.device) };
}

/** Every other name of the same file or directory. */
export function otherNamesOf(path: AbsolutePath, mounts: readonly Mount[]): AbsolutePath[] {
  const place = placeOf(path, mounts);
  if (place === null) return [];
  return place.shown
    .filter(({ root }) => containsInAnyCase(root, place.inside))
    .map(({ root, point }) => join(point, restOf(root, place.inside)))
    .filter((name) => name !== path);
}

/** Every path by which the same file, or a part of the same directory, is reached by way of another mount. */
export function aliasesOf(path: AbsolutePath, mounts: readonly Mount[]): AbsolutePath[] {
  const place = placeOf(path, mounts);
  if (place === null) return [];
  return place.shown
    .flatMap(({ root, point }): AbsolutePath[] => {
      if (containsInAnyCase(root, place.inside)) return [join(point, restOf(root, place.inside))];
      return containsInAnyCase(place.inside, root) ? [point] : [];
    })
    .filter((alias) => alias !== path);
}
