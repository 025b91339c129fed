// A path as a profile spells it, so that it means the same in another project and for another user.
import type { AbsolutePath } from './host.ts';
import { contains } from './path.ts';

function below(directory: AbsolutePath, path: AbsolutePath): string {
  return path.slice(directory === '/' ? 0 : directory.length);
}

/** null: profiles have no spelling for it. */
export function spellForProfile(
  path: AbsolutePath,
  home: AbsolutePath | null,
  workdir: AbsolutePath | null,
): string | null {
  if (/[*?\0\uFFFD]/.test(path) || path.length > 4000) return null;
  const literal = (text: string) => text.replaceAll('$', '$$$$');
  if (workdir !== null && workdir !== '/' && workdir !== home && contains(workdir, path))
    return `$WORKDIR${literal(below(workdir, path))}`;
  if (home !== null && home !== '/' && contains(home, path)) return `~${literal(below(home, path))}`;
  return literal(path);
}
