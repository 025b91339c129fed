// Renders what stopped a run: every issue with its code, its origin and one thing to try.
import type { Issue } from '../errors.ts';
import { nameOrigin } from '../policy/policy.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

const shownIssues = 20;

function renderIssue({ code, message, origin, remedy }: Issue, style: Style): string {
  const from = origin === undefined ? '' : style('faint', ` (from ${escapeText(nameOrigin(origin))})`);
  return [
    `${style('error', 'nono:')} ${escapeText(message)}${from} ${style('faint', `[${code}]`)}`,
    `  Try: ${style('code', escapeText(remedy))}`,
  ].join('\n');
}

export function renderIssues(issues: readonly Issue[], style: Style): string {
  const shown = issues.slice(0, shownIssues).map((issue) => renderIssue(issue, style));
  const more = issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`nono: and ${more} more; --json shows all`] : [])].join('\n');
}
