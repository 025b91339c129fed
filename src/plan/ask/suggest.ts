// The smallest flags that would allow what is denied: never a whole home, never the root.
import { type Deny, isBuiltIn } from '../denies.ts';
import type { AbsolutePath, FileKind, Host } from '../host.ts';
import { contains, parentOf } from '../path.ts';
import { quoteForShell } from '../quote.ts';
import type { Right } from './reach.ts';

const fileFlags: Record<string, string> = {
  read: '--read-file',
  write: '--write-file',
  'read write': '--allow-file',
};
const directoryFlags: Record<string, string> = { read: '--read', write: '--write', 'read write': '--allow' };

/** Too much for anybody to grant because of one denial: a home, the root, and what lies just below it. */
function isTooWide(directory: AbsolutePath, host: Pick<Host, 'homes'>): boolean {
  return parentOf(directory) === '/' || host.homes.some((home) => contains(directory, home));
}

export type Wish = {
  readonly path: AbsolutePath;
  readonly kind: FileKind | null;
  readonly rights: readonly Right[];
};

/** A grant of what is there, with these rights. */
export function grantFlag({ path, kind, rights }: Wish, host: Pick<Host, 'homes'>): string | null {
  if (kind === null) return null;
  const key = [...new Set(rights)].sort().join(' ');
  if (kind === 'directory')
    return isTooWide(path, host) ? null : `${directoryFlags[key]} ${quoteForShell(path)}`;
  return `${fileFlags[key]} ${quoteForShell(path)}`;
}

/** A grant of the directory in which entries are made, moved or removed. */
export function directoryFlag(directory: AbsolutePath, host: Pick<Host, 'homes'>): string | null {
  return isTooWide(directory, host) ? null : `--allow ${quoteForShell(directory)}`;
}

/** The closest directory around a path that is there. */
export function existingAround(path: AbsolutePath, host: Host): AbsolutePath {
  let at = parentOf(path);
  while (at !== '/' && host.inspect(at).kind !== 'directory') at = parentOf(at);
  return at;
}

/** What lifts a deny for one path; null where only the user who asked for it can take it back. */
export function bypassFlag(deny: Deny, path: AbsolutePath): string | null {
  return isBuiltIn(deny) ? `--bypass-protection ${quoteForShell(path)}` : null;
}

/** All of them together; null where one of them cannot be had. */
export function together(...flags: readonly (string | null)[]): string | null {
  return flags.includes(null) ? null : [...new Set(flags)].filter((flag) => flag !== '').join(' ');
}
