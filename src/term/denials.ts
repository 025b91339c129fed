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

type Row = { readonly request: Request; readonly count: number; readonly verdict: Verdict };

/** Two lines for each of the first; `unlisted` were counted only. */
export function renderDenials(
  rows: readonly Row[],
  unlisted: number,
  home: AbsolutePath | null,
  style: Style,
): string[] {
  const shown = rows.slice(0, mostShown).flatMap(({ request, count, verdict }) => {
    const times = count === 1 ? '' : ` (${count} times)`;
    const line = `${style('warning', 'nono: denied')} ${actOf(request, home)}${times}: ${cut(verdict.details)}`;
    return verdict.suggestion === null
      ? [line]
      : [line, `  Try: ${style('code', escapeText(flagsText(verdict.suggestion, home)))}`];
  });
  const more = rows.length - Math.min(rows.length, mostShown) + unlisted;
  return more === 0
    ? shown
    : [...shown, style('faint', `nono: and ${more} more denials; --report FILE has all that were seen`)];
}
