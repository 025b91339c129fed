// Files that are granted by themselves: programs save one by making a file beside it and renaming that over it.
import { allowsReading, allowsWriting, type Grant } from './grant.ts';
import type { AbsolutePath } from './host.ts';
import { contains, nameOf, parentOf } from './path.ts';

/** The file grants for writing that no grant of a directory covers: their directories stay closed. */
export function savedFiles(grants: readonly Grant[]): Grant[] {
  const writable = grants.filter(allowsWriting);
  const directories = writable.filter(({ kind }) => kind === 'directory');
  return writable.filter(
    (grant) => grant.kind === 'file' && !directories.some(({ path }) => contains(path, grant.path)),
  );
}

const leaders = ['', '.', '#', '~', '_', '.#', '.~'];
const generated = [/^sed[A-Za-z0-9]{6}$/, /^tmp[a-z0-9_]{8}$/, /^\.goutputstream-[A-Za-z0-9]{6}$/];

/**
 * Whether programs call what they are about to put in the place of a file like this: native/siblings.c makes no other.
 * The file's name and more behind it, which after a dot begins with another one; or what libraries make up.
 */
export function isSiblingName(name: string, file: string): boolean {
  if (generated.some((form) => form.test(name))) return true;
  return leaders.some((leader) => {
    if (!name.startsWith(leader + file)) return false;
    const rest = name.slice(leader.length + file.length);
    return leader === '.' ? rest.startsWith('.') : /^[^A-Za-z0-9]/.test(rest);
  });
}

/** The granted file beside which a path lies by such a name, or which it is. */
export function savedBeside(saved: readonly Grant[], path: AbsolutePath): Grant | null {
  const found = saved.find(
    (grant) =>
      grant.path === path ||
      (parentOf(grant.path) === parentOf(path) && isSiblingName(nameOf(path), nameOf(grant.path))),
  );
  return found ?? null;
}

/** Whether opens for reading go to the broker for the sake of a file that may be another by then. */
export function readsSaved(grants: readonly Grant[]): boolean {
  const saved = savedFiles(grants);
  if (saved.length === 0) return false;
  const directories = grants.filter((grant) => grant.kind === 'directory' && allowsReading(grant));
  return saved.some(
    (grant) => allowsReading(grant) && !directories.some(({ path }) => contains(path, grant.path)),
  );
}
