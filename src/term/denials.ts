// What was refused during a run, in words: each with its rule and what would allow it.
import type { Request } from '../plan/ask/request.ts';
import type { Verdict } from '../plan/ask/verdict.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { shorten } from '../plan/path.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';
import { flagsText } from './verdict.ts';

const mostShown = 8;
const mostCharacters = 300;

function cut(text: string): string {
  const escaped = escapeText(text);
  return escaped.length > mostCharacters ? `${escaped.slice(0, mostCharacters)}…` : escaped;
}

/** What was tried, in words. */
export function actOf(request: Request, home: AbsolutePath | null): string {
  const show = (path: AbsolutePath) => cut(shorten(path, home));
  switch (request.kind) {
    case 'file':
      return `${request.op} ${show(request.path)}`;
    case 'rename':
    case 'link':
      return `${request.kind} ${show(request.path)} to ${show(request.to)}`;
    case 'socket':
      return `${request.op} ${show(request.path)}`;
    case 'network':
      return `${request.op} ${cut(request.host)}${request.port === null ? '' : `:${request.port}`}`;
    case 'command':
      return `execute ${cut(request.name)}`;
  }
}

type Row = {
  readonly request: Request;
  readonly count: number;
  readonly verdict: Verdict;
  /** One that would allow it, and what else its kind of program wants; null: there is none. */
  readonly profile: string | null;
};

/** One denial, and how many others differ from it by their path alone. */
type Group = { readonly first: Row; readonly alike: number };

function suggestionOf({ verdict }: Row, home: AbsolutePath | null): string | null {
  return verdict.suggestion === null ? null : escapeText(flagsText(verdict.suggestion, home));
}

// A garbage collection is refused a thousand objects: one line says so, where one flag allows all of them.
function groupsOf(rows: readonly Row[], home: AbsolutePath | null): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const op = 'op' in row.request ? row.request.op : row.request.kind;
    const { reason, details } = row.verdict;
    const key = JSON.stringify([row.request.kind, op, reason, suggestionOf(row, home) ?? ['none', details]]);
    const { first, alike } = groups.get(key) ?? { first: row, alike: -1 };
    groups.set(key, { first, alike: alike + 1 });
  }
  return [...groups.values()];
}

function timesOf(count: number, alike: number): string {
  const parts = [
    ...(count === 1 ? [] : [`${count} times`]),
    ...(alike === 0 ? [] : [`${alike} more of this kind`]),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/** Paths within the home as they are typed. */
export function abbreviate(text: string, home: AbsolutePath | null): string {
  return home === null || home === '/' ? text : ` ${text}`.replaceAll(` ${home}/`, ' ~/').slice(1);
}

/** Up to three lines for each kind of the first; `unlisted` were counted only. */
export function renderDenials(
  rows: readonly Row[],
  unlisted: number,
  home: AbsolutePath | null,
  style: Style,
): string[] {
  const groups = groupsOf(rows, home);
  const shown = groups.slice(0, mostShown).flatMap(({ first, alike }) => {
    const act = `${actOf(first.request, home)}${timesOf(first.count, alike)}`;
    const line = `${style('warning', 'nono: denied')} ${act}: ${cut(abbreviate(first.verdict.details, home))}`;
    const profile = first.profile === null ? [] : [`--extends ${first.profile}`];
    const flags = suggestionOf(first, home);
    const tries = [...(flags === null ? [] : [flags]), ...profile];
    return [line, ...tries.map((each, at) => `  ${at === 0 ? 'Try' : 'Or'}: ${style('code', each)}`)];
  });
  const hidden = groups.slice(mostShown).reduce((sum, { alike }) => sum + 1 + alike, 0);
  const more = hidden + unlisted;
  if (more > 0)
    return [
      ...shown,
      style(
        'faint',
        `nono: and ${more} more ${more === 1 ? 'denial' : 'denials'}; --report FILE has all that were seen`,
      ),
    ];
  return shown;
}
