// What the grants allow at a path: each of the path itself, of every directory around it, and of the same file under
// another name, since the kernel grants inodes.
import { allowsReading, allowsWriting, type Grant, isAskedFor } from '../grant.ts';
import type { AbsolutePath, Host } from '../host.ts';
import { contains, parentOf } from '../path.ts';

export type Right = 'read' | 'write';

export type Reach = {
  /** The grant that gives the right to what is at a canonical path; null: none does. */
  readonly grantFor: (path: AbsolutePath, right: Right) => Grant | null;
  /** The grant that lets a directory be changed: entries made, moved and removed. */
  readonly directoryGrantFor: (directory: AbsolutePath, right: Right) => Grant | null;
  /** The grant whose own path lies around this one, or is it: what metadata and sockets are judged by. */
  readonly writeGrantAround: (path: AbsolutePath) => Grant | null;
  /** The grant that comes closest to a path that none allows. */
  readonly nearestTo: (path: AbsolutePath) => Grant | null;
};

const allows: Record<Right, (grant: Grant) => boolean> = { read: allowsReading, write: allowsWriting };

function sharedLength(one: AbsolutePath, other: AbsolutePath): number {
  let common = one;
  while (!contains(common, other)) common = parentOf(common);
  return common.length;
}

/** @param grantsInodes whether a grant of a file is one of its other names */
export function reachOf(grants: readonly Grant[], host: Host, grantsInodes: boolean): Reach {
  const directories = new Map<AbsolutePath, Grant>();
  const files = new Map<AbsolutePath, Grant>();
  const byInode = new Map<string, Grant[]>();
  for (const grant of grants) (grant.kind === 'directory' ? directories : files).set(grant.path, grant);
  const around = new Map<AbsolutePath, readonly Grant[]>();
  const grantsAround = (directory: AbsolutePath): readonly Grant[] => {
    const known = around.get(directory);
    if (known !== undefined) return known;
    const own = directories.get(directory);
    const outer = directory === '/' ? [] : grantsAround(parentOf(directory));
    const found = own === undefined ? outer : [own, ...outer];
    around.set(directory, found);
    return found;
  };
  // A grant that a directory's makes redundant is none of the kernel's, and so none of the file's other names.
  const isRedundant = (grant: Grant) =>
    grantsAround(parentOf(grant.path)).some((outer) =>
      (['read', 'write'] as const).every((right) => allows[right](outer) || !allows[right](grant)),
    );
  for (const grant of grantsInodes ? files.values() : []) {
    const status = host.status(grant.path);
    if (status !== null && status.names > 1 && !isRedundant(grant))
      byInode.set(status.inode, [...(byInode.get(status.inode) ?? []), grant]);
  }

  const ofTheFile = (path: AbsolutePath): readonly Grant[] => {
    const own = files.get(path);
    const status = byInode.size === 0 ? null : host.status(path);
    const others = status !== null && status.names > 1 ? (byInode.get(status.inode) ?? []) : [];
    return own === undefined ? others : [own, ...others];
  };

  return {
    grantFor: (path, right) =>
      [...ofTheFile(path), ...grantsAround(path)].find((grant) => allows[right](grant)) ?? null,
    directoryGrantFor: (directory, right) =>
      grantsAround(directory).find((grant) => allows[right](grant)) ?? null,
    writeGrantAround: (path) => {
      const own = files.get(path);
      if (own !== undefined && allowsWriting(own)) return own;
      return grantsAround(path).find(allowsWriting) ?? null;
    },
    nearestTo: (path) => {
      const [covering] = [...ofTheFile(path), ...grantsAround(path)];
      if (covering !== undefined) return covering;
      const asked = grants.filter(isAskedFor);
      const [nearest] = [...asked].sort(
        (one, other) => sharedLength(other.path, path) - sharedLength(one.path, path),
      );
      return nearest ?? null;
    },
  };
}
