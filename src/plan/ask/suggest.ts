// The smallest flags that would allow what is denied: never a whole home, never the root.
import { type Deny, isBuiltIn } from '../deny.ts';
import type { AbsolutePath, FileKind, Host } from '../host.ts';
import { filesToALimit } from '../originals.ts';
import { contains, parentOf } from '../path.ts';
import type { Right } from './reach.ts';

export type FlagName =
  | '--allow'
  | '--read'
  | '--write'
  | '--allow-file'
  | '--read-file'
  | '--write-file'
  | '--bypass-protection'
  | '--on-delete'
  | '--keep-limit'
  | '--allow-unix-socket'
  | '--allow-unix-socket-bind'
  | '--allow-port'
  | '--listen-port'
  | '--allow-command';

/**
 * One flag of a run, with its value as a text that no shell has read.
 *
 * @example
 * ```ts
 * import { buildPlan, type Flag } from 'nono';
 *
 * const flags: readonly Flag[] = buildPlan({}).ask({ op: 'execute', command: 'rm' }).suggestion ?? [];
 * console.log(flags.map(({ name, value }) => `${name} ${value}`).join(' ')); // --allow-command rm
 * ```
 */
export type Flag = { readonly name: FlagName; readonly value: string };

const fileFlags: Record<string, FlagName> = {
  read: '--read-file',
  write: '--write-file',
  'read write': '--allow-file',
};
const directoryFlags: Record<string, FlagName> = {
  read: '--read',
  write: '--write',
  'read write': '--allow',
};

/** Too much for anybody to grant because of one denial: a home, the root, and what lies just below it. */
export function isTooWide(directory: AbsolutePath, host: Pick<Host, 'homes'>): boolean {
  return parentOf(directory) === '/' || host.homes.some((home) => contains(directory, home));
}

export type Wish = {
  readonly path: AbsolutePath;
  readonly kind: FileKind | null;
  readonly rights: readonly Right[];
};

/** A grant of what is there, with these rights. */
export function grantFlag({ path, kind, rights }: Wish, host: Pick<Host, 'homes'>): Flag | null {
  if (kind === null) return null;
  const key = [...new Set(rights)].sort().join(' ');
  if (kind !== 'directory') return { name: fileFlags[key] as FlagName, value: path };
  return isTooWide(path, host) ? null : { name: directoryFlags[key] as FlagName, value: path };
}

/** A grant of the directory in which entries are made, moved or removed. */
export function directoryFlag(directory: AbsolutePath, host: Pick<Host, 'homes'>): Flag | null {
  return isTooWide(directory, host) ? null : { name: '--allow', value: directory };
}

/** The closest directory around a path that is there. */
export function existingAround(path: AbsolutePath, host: Host): AbsolutePath {
  let at = parentOf(path);
  while (at !== '/' && host.inspect(at).kind !== 'directory') at = parentOf(at);
  return at;
}

/** What lifts a deny for one path; null where only the user who asked for it can take it back. */
export function bypassFlag(deny: Deny, path: AbsolutePath): Flag | null {
  return isBuiltIn(deny) ? { name: '--bypass-protection', value: path } : null;
}

const mebibyte = 2 ** 20;

/** A limit under which so many bytes of one file may be kept. */
export function keepLimitFor(bytes: number): Flag {
  const megabytes = Math.ceil((bytes * filesToALimit) / mebibyte);
  return { name: '--keep-limit', value: `${megabytes}M` };
}

/** All of them together; null where one of them cannot be had. */
export function together(...flags: readonly (Flag | null)[]): readonly Flag[] | null {
  const known = new Map<string, Flag>();
  for (const flag of flags) {
    if (flag === null) return null;
    known.set(`${flag.name} ${flag.value}`, flag);
  }
  return [...known.values()];
}
