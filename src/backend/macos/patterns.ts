// Denied paths and globs as regular expressions: letters of either case, since most volumes of macOS fold it and Seatbelt
// does not. They use what every dialect reads alike: classes, groups, alternatives, `*` and `?`.
import type { Pattern } from '../../plan/deny.ts';
import { isGlob } from '../../plan/glob.ts';
import type { AbsolutePath } from '../../plan/host.ts';
import { contains, namesOf } from '../../plan/path.ts';
import { spelledStart } from './spellings.ts';

/** One name as an expression; null stands for any number of names. */
type Component = string | null;

/** A pattern from the closest of the given directories on: what comes before exists, and is spelled as it is stored. */
export type Anchored = { readonly anchor: AbsolutePath; readonly components: readonly Component[] };

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

// A character with the accents that follow it, or the parts of one syllable of Hangul.
const letter =
  /(?:[\u1100-\u115f][\u1160-\u11a7][\u11a8-\u11ff]?|[\uac00-\ud7a3][\u11a8-\u11ff]|[\s\S])\p{M}*/uy;

function letterAt(text: string, at: number): string {
  letter.lastIndex = at;
  return letter.exec(text)?.[0] ?? '';
}

/** A letter in either case, where its other case is one letter as well: of some it is two, or none. */
function casesOf(text: string): string[] {
  const composed = text.normalize('NFC');
  const cases = [composed.toLowerCase(), composed.toUpperCase()];
  return [text, composed, ...cases.filter((each) => [...each].length === [...composed].length)];
}

/** A letter with its accents apart, together, and every step between: volumes take them all for one. */
function compositionsOf(text: string): string[] {
  const parts = [...text.normalize('NFD')];
  return parts.map(
    (_, at) =>
      parts
        .slice(0, at + 1)
        .join('')
        .normalize('NFC') + parts.slice(at + 1).join(''),
  );
}

function foldAscii(character: string): string {
  if (!/[a-z]/i.test(character)) return escapeExpression(character);
  return `[${character.toLowerCase()}${character.toUpperCase()}]`;
}

function foldLetter(text: string): string {
  if (/^[\0-\x7f]$/.test(text)) return foldAscii(text);
  const spellings = casesOf(text).flatMap((each) => [each, ...compositionsOf(each)]);
  const all = [...new Set(spellings.map((each) => [...each].map(foldAscii).join('')))];
  return all.length === 1 ? (all[0] as string) : `(${all.join('|')})`;
}

/** A name in either case, and in every way of composing its letters. */
function foldedName(name: string): string {
  let source = '';
  for (let at = 0; at < name.length; at += letterAt(name, at).length)
    source += foldLetter(letterAt(name, at));
  return source;
}

/** The characters of a set such as `a-c_`, in either case; null where it has some beyond ASCII. */
function setMembers(inside: string): string[] | null {
  const members = new Set<string>();
  for (let at = 0; at < inside.length; at++) {
    const isRange = inside[at + 1] === '-' && at + 2 < inside.length;
    const [from, to] = [inside.charCodeAt(at), inside.charCodeAt(isRange ? at + 2 : at)];
    if (from > 0x7f || to > 0x7f) return null;
    const lower = (code: number) => String.fromCharCode(code).toLowerCase().charCodeAt(0);
    for (let code = lower(from); code <= lower(to); code++) members.add(String.fromCharCode(code));
    if (isRange) at += 2;
  }
  return [...members].flatMap((each) => [...new Set([each, each.toUpperCase()])]);
}

/** A class of characters: `]` comes first in it, `-` last, and `^` not first. */
function characterClass(members: readonly string[], negated: boolean): string {
  const rank = (each: string) => (each === ']' ? 0 : each === '^' ? 2 : each === '-' ? 3 : 1);
  const ordered = [...new Set(members)].sort((one, other) => rank(one) - rank(other));
  if (ordered.length === 1 && !negated) return escapeExpression(ordered[0] as string);
  return `[${negated ? '^' : ''}${ordered.join('')}]`;
}

/** What a set matches; a set that cannot be said exactly matches every character, which denies more. */
function setExpression(inside: string): string {
  const negated = /^[!^]/.test(inside);
  const members = setMembers(negated ? inside.slice(1) : inside);
  if (members === null) return '[^/]';
  return characterClass(negated ? [...members, '/'] : members, negated);
}

/** One component of a glob, as `src/plan/glob.ts` reads it. */
function globName(glob: string): string {
  let source = '';
  for (let at = 0; at < glob.length; ) {
    const character = String.fromCodePoint(glob.codePointAt(at) as number);
    const end = character === '[' ? glob.indexOf(']', at + (/[!^]/.test(glob[at + 1] ?? '') ? 3 : 2)) : -1;
    if (end > 0) {
      source += setExpression(glob.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    if (character === '*' || character === '?') {
      source += character === '*' ? '[^/]*' : '[^/]';
      at += 1;
      continue;
    }
    const start = character === '\\' && at + 1 < glob.length ? at + 1 : at;
    const meant = letterAt(glob, start);
    source += foldLetter(meant);
    at = start + meant.length;
  }
  return source;
}

function unescapeGlob(name: string): string {
  return name.replace(/\\(.)/gs, '$1');
}

/** How many names at the start of a pattern are no patterns themselves. */
function literalCount({ kind }: Pattern, names: readonly string[]): number {
  if (kind === 'path') return names.length;
  const first = names.findIndex((name) => isGlob(name.replace(/\\./gs, '')));
  return first < 0 ? names.length : first;
}

function componentOf(name: string): Component {
  if (name === '**') return null;
  return isGlob(name.replace(/\\./gs, '')) ? globName(name) : foldedName(unescapeGlob(name));
}

export function anchor(pattern: Pattern, directories: readonly AbsolutePath[]): Anchored {
  const names = namesOf(pattern.text);
  const literal = names
    .slice(0, literalCount(pattern, names))
    .map((name) => (pattern.kind === 'glob' ? unescapeGlob(name) : name));
  const start: AbsolutePath = `/${literal.join('/')}`;
  const around = directories
    .filter((directory) => contains(directory, start))
    .reduce<AbsolutePath>((best, each) => (each.length > best.length ? each : best), '/');
  const rest = names.slice(namesOf(around).length);
  return { anchor: around, components: rest.map(pattern.kind === 'glob' ? componentOf : foldedName) };
}

/** `**` at the end means all below, and what it is below. */
function withoutOpenEnd(components: readonly Component[]): readonly Component[] {
  const last = components.findLastIndex((each) => each !== null);
  return components.slice(0, last + 1);
}

const anyNames = '([^/]+/)*';

function bodyOf(components: readonly Component[]): string {
  return components
    .map((each, at) => (each === null ? anyNames : at < components.length - 1 ? `${each}/` : each))
    .join('');
}

const mostAlternatives = 24;

function inChunks(bodies: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(bodies.length / mostAlternatives) }, (_, at) =>
    bodies.slice(at * mostAlternatives, (at + 1) * mostAlternatives),
  );
}

/** As few expressions as are still easy to read: those of one directory, and of one depth, as alternatives. */
function expressions(bodies: ReadonlyMap<AbsolutePath, readonly string[]>, end: string): string[] {
  return [...bodies].flatMap(([directory, all]) => {
    const start = spelledStart(directory, escapeExpression);
    const distinct = [...new Set(all)];
    const [deep, flat] = [true, false].map((isDeep) =>
      distinct.filter((body) => body.startsWith(anyNames) === isDeep),
    ) as [string[], string[]];
    const alternatives = (depth: string, chunk: readonly string[]) =>
      `${start}/${depth}${chunk.length === 1 ? chunk[0] : `(${chunk.join('|')})`}${end}`;
    return [
      ...inChunks(flat).map((chunk) => alternatives('', chunk)),
      ...inChunks(deep.map((body) => body.slice(anyNames.length))).map((chunk) =>
        alternatives(anyNames, chunk),
      ),
    ];
  });
}

function groupByAnchor(
  patterns: readonly Anchored[],
  bodies: (components: readonly Component[]) => readonly string[],
): Map<AbsolutePath, string[]> {
  const groups = new Map<AbsolutePath, string[]>();
  for (const { anchor: directory, components } of patterns)
    groups.set(directory, [...(groups.get(directory) ?? []), ...bodies(components)]);
  return groups;
}

/** The directories that are meant whole. */
export function wholeDirectories(patterns: readonly Anchored[]): AbsolutePath[] {
  return patterns
    .filter(({ components }) => withoutOpenEnd(components).length === 0)
    .map((pattern) => pattern.anchor);
}

/** Expressions for what patterns mean, with everything below it. */
export function expressionsFor(patterns: readonly Anchored[]): string[] {
  const bodies = groupByAnchor(patterns, (components) => {
    const meant = withoutOpenEnd(components);
    return meant.length === 0 ? [] : [bodyOf(meant)];
  });
  return expressions(bodies, '(/|$)');
}

/** Expressions for the directories on the way to what patterns mean, below their anchors. */
export function expressionsToward(patterns: readonly Anchored[]): string[] {
  const bodies = groupByAnchor(patterns, (components) =>
    components.flatMap((each, at) =>
      each === null || at === components.length - 1 ? [] : [bodyOf(components.slice(0, at + 1))],
    ),
  );
  return expressions(bodies, '$');
}

/** An expression for what lies in a directory, and not for what lies below that. */
export function entriesOf(directory: AbsolutePath): string {
  return `${spelledStart(directory, escapeExpression)}/[^/]+$`;
}

/** An expression for files of these names, wherever they are. */
export function namedAnywhere(names: readonly string[]): string[] {
  return expressions(new Map([['/', names.map(escapeExpression)]]), '$').map((each) =>
    each.replace(/^\^/, ''),
  );
}
