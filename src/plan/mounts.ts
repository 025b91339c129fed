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

/** Every path by which the same file, or a part of the same directory, is reached by way of another mount. */
export function aliasesOf(path: AbsolutePath, mounts: readonly Mount[]): AbsolutePath[] {
  const around = mounts.filter(({ point }) => contains(point, path));
  const own = around.reduce<Mount | undefined>(
    (best, each) => (best === undefined || each.point.length >= best.point.length ? each : best),
    undefined,
  );
  if (own === undefined) return [];
  const inside = join(own.root, restOf(own.point, path));
  return mounts
    .filter(({ device }) => device === own.device)
    .flatMap(({ root, point }): AbsolutePath[] => {
      if (contains(root, inside)) return [join(point, restOf(root, inside))];
      return contains(inside, root) ? [point] : [];
    })
    .filter((alias) => alias !== path);
}
