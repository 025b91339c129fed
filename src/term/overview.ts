// Answered questions about a plan, a line each.
import type { Answered } from '../plan/ask/overview.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

export function renderOverview(answered: readonly Answered[], style: Style): string {
  const width = Math.max(0, ...answered.map(({ about }) => about.length));
  const lines = answered.map(({ about, verdict: { status, details } }) => {
    const word = status === 'allowed' ? 'yes' : style('error', 'no ');
    return `  ${about.padEnd(width)}  ${word}  ${status === 'allowed' ? '' : escapeText(details)}`.trimEnd();
  });
  return [
    '',
    style('heading', 'Could it'),
    ...lines,
    style('faint', '  nono why answers any other question'),
  ].join('\n');
}
