// Paths as filters of rules, in all their spellings.
import type { AbsolutePath } from '../../plan/host.ts';
import { form, type Parameters, type Sbpl } from './sbpl.ts';
import { spellingsOf } from './spellings.ts';

/** The directory, and all below it. */
export function tree(path: AbsolutePath, { of }: Parameters): Sbpl[] {
  return spellingsOf(path).map((each) => form('subpath', of(each)));
}

export function exactly(path: AbsolutePath, { of }: Parameters): Sbpl[] {
  return spellingsOf(path).map((each) => form('literal', of(each)));
}

export function matching(expressions: readonly string[], { of }: Parameters): Sbpl[] {
  return expressions.map((each) => form('regex', of(each)));
}

export function anyOf(filters: readonly Sbpl[]): Sbpl {
  const [first] = filters;
  return filters.length === 1 && first !== undefined ? first : form('require-any', ...filters);
}

export function allOf(...filters: readonly Sbpl[]): Sbpl {
  return form('require-all', ...filters);
}

export function noneOf(filters: readonly Sbpl[]): Sbpl[] {
  return filters.map((each) => form('require-not', each));
}
