// Globs over paths, component by component, as native/judge.c matches them: `*` `?` `[…]` within a name, `**` for any
// number of names, upper and lower case alike.
import type { AbsolutePath } from './host.ts';
import { namesOf } from './path.ts';

/** True where a text would be a glob rather than a name. */
export function isGlob(text: string): boolean {
  return /[*?[{]/.test(text);
}

const evenRange = /^(?:[a-z]-[a-z]|[A-Z]-[A-Z]|[0-9]-[0-9])$/;

// Where letters of both cases are one, a range from one kind of character to another means another set to each reader.
function isUneven(range: string): boolean {
  return !evenRange.test(range) || range.charCodeAt(0) > range.charCodeAt(2);
}

/** A set of characters that names a class, quotes one of them, or has an uneven range: none is read alike everywhere. */
export function hasOddSet(glob: string): boolean {
  if (/\[[!^]?\]?[^\]]*(\\|\[[:.=])/.test(glob)) return true;
  const sets = [...glob.matchAll(/\[[!^]?(\]?[^\]]*)\]/g)].map(([, inside = '']) => inside);
  return sets.some((inside) => (inside.match(/.-./gs) ?? []).some(isUneven));
}

/** A name as a glob that matches it alone. */
export function escapeGlob(name: string): string {
  return name.replace(/[*?[\]\\]/g, '\\$&');
}

/** A glob for what lies below a directory. */
export function globBelow(directory: AbsolutePath, glob: string): AbsolutePath {
  return `${directory === '/' ? '' : escapeGlob(directory)}/${glob}` as AbsolutePath;
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

/**
 * A text as the broker compares it: bytes, a character each, with the letters of ASCII alone in lower case. One letter of
 * another alphabet is several bytes, and `?` is one of them.
 */
export function foldCase(text: string): string {
  const bytes = /[^\0-\x7f]/.test(text) ? Buffer.from(text).toString('latin1') : text;
  return bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
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
  return new RegExp(`^${source}$`, 's');
}

/** Whether a name, folded, is what one folded component of a glob means. */
export function compileName(glob: string): (name: string) => boolean {
  const literal = literalName(glob);
  if (literal !== null) return (name) => name === literal;
  const expression = nameExpression(glob);
  return (name) => expression.test(name);
}

/** The one name that a component stands for; null where it is a pattern. */
export function literalName(glob: string): string | null {
  return /[*?[\\]/.test(glob) ? null : glob;
}

/** Whether a path, or a directory around it, is what the glob means. */
export function compileGlob(pattern: AbsolutePath): (path: AbsolutePath) => boolean {
  const components = namesOf(foldCase(pattern)).map((each) => (each === '**' ? null : compileName(each)));
  const matches = (names: readonly string[], at: number, component: number): boolean => {
    if (component === components.length) return true;
    const isMeant = components[component];
    if (isMeant === null)
      return matches(names, at, component + 1) || (at < names.length && matches(names, at + 1, component));
    return (
      at < names.length && isMeant?.(names[at] as string) === true && matches(names, at + 1, component + 1)
    );
  };
  return (path) => matches(namesOf(foldCase(path)), 0, 0);
}
