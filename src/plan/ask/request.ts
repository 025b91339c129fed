// What may be asked of a plan, and what a path in a question means on the machine.
import { type AbsolutePath, canonicalOf, type FileKind, type Host } from '../host.ts';
import { childOf, nameOf, parentOf } from '../path.ts';

export const fileOperations = [
  'read',
  'write',
  'readwrite',
  'create',
  'delete',
  'truncate',
  'list',
  'execute',
  'chmod',
  'mkdir',
  'symlink',
] as const;

/** Between two names. */
export const nameOperations = ['rename', 'link'] as const;
export type NameOperation = (typeof nameOperations)[number];

export type FileOperation = (typeof fileOperations)[number];
export type Joining = 'connect' | 'bind';

/**
 * One operation, as the command would try it: `create` opens for writing, and makes what is not there;
 * `mkdir` and `symlink` make what `path` names; `link` gives `path` the further name `to`.
 *
 * @example
 * ```ts
 * import type { Request } from 'nono';
 *
 * const about = (request: Request) => ('path' in request ? request.path : request.kind);
 * console.log(about({ kind: 'file', op: 'read', path: '/etc/hosts' })); // /etc/hosts
 * ```
 */
export type Request =
  | { readonly kind: 'file'; readonly op: FileOperation; readonly path: AbsolutePath }
  | { readonly kind: NameOperation; readonly path: AbsolutePath; readonly to: AbsolutePath }
  | { readonly kind: 'socket'; readonly op: Joining; readonly path: AbsolutePath }
  /** A port of null stands for any. */
  | { readonly kind: 'network'; readonly op: Joining; readonly host: string; readonly port: number | null }
  | { readonly kind: 'command'; readonly name: string };

/** What a path means. */
export type Seen = {
  /** Where it leads, links followed, whether or not anything is there. */
  readonly object: AbsolutePath;
  /** What is there; null: nothing. */
  readonly kind: FileKind | null;
  /** The entry by its own name in the directory that holds it: a last link is not followed. */
  readonly name: AbsolutePath;
  /** The closest directory around the object that is there. */
  readonly nearest: AbsolutePath;
};

/** Follows a path through the machine's links. */
export function see(path: AbsolutePath, host: Host): Seen {
  const fact = host.inspect(path);
  const object = 'canonical' in fact ? fact.canonical : path;
  const last = nameOf(path);
  const isEntry = path !== '/' && last !== '' && last !== '.' && last !== '..';
  return {
    object,
    kind: 'mode' in fact ? fact.kind : null,
    name: isEntry ? childOf(canonicalOf(parentOf(path), host), last) : object,
    nearest: fact.kind === 'missing' ? fact.nearest : parentOf(object),
  };
}
