// Globs over paths, component by component, as native/judge.c matches them: `*` `?` `[…]` within a name, `**` for any
// number of names, upper and lower case alike.
import type { AbsolutePath } from './host.ts';

/** True where a text would be a glob rather than a name. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

/** A set of characters that names a class or quotes one of them: neither is read alike everywhere. */
export function hasOddSet(glob: string): boolean {
  return /\[[!^]?\]?[^\]]*(\\|\[[:.=])/.test(glob);
}

/** A name as a glob that matches it alone. */
export function escapeGlob(name: string): string {
  return name.replace(/[*?[\]\\]/g, '\\$&');
}

/** `a{b,c}d` → `abd`, `acd`; braces may nest. Text without a pair of them stays as it is. */
export function expandBraces(pattern: string): string[] {
  let depth = 0;
  let start = -1;
  const commas: number[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === '\\') at++;
    else if (character === '{' && depth++ === 0) start = at;
    else if (character === ',' && depth === 1) commas.push(at);
    else if (character === '}' && depth > 0 && --depth === 0) {
      const edges = [start, ...commas, at];
      const [before, after] = [pattern.slice(0, start), pattern.slice(at + 1)];
      if (commas.length === 0) return [pattern];
      return edges
        .slice(1)
        .flatMap((edge, index) =>
          expandBraces(`${before}${pattern.slice((edges[index] as number) + 1, edge)}${after}`),
        );
    }
  }
  return [pattern];
}

/** One component, as fnmatch(3) reads it without flags. */
function nameExpression(glob: string): RegExp {
  let source = '';
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] as string;
    const end = character === '[' ? glob.indexOf(']', at + (/[!^]/.test(glob[at + 1] ?? '') ? 3 : 2)) : -1;
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (end > 0) {
      const inside = glob
        .slice(at + 1, end)
        .replace(/^[!^]/, '^')
        .replace(/[\\\]]/g, '\\$&');
      source += `[${inside}]`;
      at = end;
    } else
      source += (character === '\\' ? (glob[++at] ?? '\\') : character).replace(
        /[.*+?^${}()|[\]\\/]/g,
        '\\$&',
      );
  }
  return new RegExp(`^${source}$`, 'is');
}

/** Whether a path, or a directory around it, is what the glob means. */
export function compileGlob(pattern: AbsolutePath): (path: AbsolutePath) => boolean {
  const components = pattern
    .split('/')
    .filter((each) => each !== '')
    .map((each) => (each === '**' ? null : nameExpression(each)));
  const matches = (names: readonly string[], at: number, component: number): boolean => {
    if (component === components.length) return true;
    const expression = components[component];
    if (expression === null)
      return matches(names, at, component + 1) || (at < names.length && matches(names, at + 1, component));
    return (
      at < names.length &&
      (expression as RegExp).test(names[at] as string) &&
      matches(names, at + 1, component + 1)
    );
  };
  return (path) =>
    matches(
      path.split('/').filter((each) => each !== ''),
      0,
      0,
    );
}
