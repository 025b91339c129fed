// How profiles spell paths: `~`, `$NAME` and `${NAME}` stand for what the machine has there, `$$` for a dollar sign.

/** What the variables of the XDG directories mean where they are not set, in the home. */
export const xdgDefaults: Readonly<Record<string, string>> = {
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
};

export type SpelledPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };

const isNameStart = /[A-Za-z_]/;
const isNamePart = /[A-Za-z0-9_]/;

/** The end of the name that starts at `from`. */
function nameEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isNamePart.test(text.charAt(end))) end += 1;
  return end;
}

type Read = { readonly part: SpelledPart; readonly end: number };

/** What a dollar sign at `at` begins. */
function readVariable(text: string, at: number): Read {
  const braced = text.charAt(at + 1) === '{';
  const start = at + (braced ? 2 : 1);
  const end = isNameStart.test(text.charAt(start)) ? nameEnd(text, start) : start;
  const isWhole = end > start && (!braced || text.charAt(end) === '}');
  if (!isWhole) return { part: { kind: 'text', text: '$' }, end: at + (text.charAt(at + 1) === '$' ? 2 : 1) };
  return { part: { kind: 'variable', name: text.slice(start, end) }, end: braced ? end + 1 : end };
}

/** A path of a profile as its parts, in order; `~` at its start is the variable HOME. */
export function spelledParts(path: string): readonly SpelledPart[] {
  const parts: SpelledPart[] = [];
  let rest = path;
  if (path === '~' || path.startsWith('~/')) {
    parts.push({ kind: 'variable', name: 'HOME' });
    rest = path.slice(1);
  }
  for (let at = 0; at < rest.length; ) {
    const dollar = rest.indexOf('$', at);
    if (dollar < 0) {
      parts.push({ kind: 'text', text: rest.slice(at) });
      break;
    }
    if (dollar > at) parts.push({ kind: 'text', text: rest.slice(at, dollar) });
    const { part, end } = readVariable(rest, dollar);
    parts.push(part);
    at = end;
  }
  return parts;
}

/** Whether a path starts where every machine has it: at the root, in the home or at a variable. */
export function isAnchored(path: string): boolean {
  const [first] = spelledParts(path);
  return first?.kind === 'variable' || path.startsWith('/');
}
