// A proposed profile in words: what it leaves out, for somebody to decide.
import type { AbsolutePath } from '../plan/host.ts';
import type { LeftOut } from '../plan/proposal.ts';
import { actOf } from './denials.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';
import { flagsText, verdictToJson } from './verdict.ts';

const mostLeftShown = 20;

function leftLine({ request, verdict, why }: LeftOut, home: AbsolutePath | null, style: Style): string {
  const flags = verdict.suggestion;
  const way = flags === null ? '' : `  ${style('code', escapeText(flagsText(flags, home)))}`;
  return `  ${actOf(request, home)}: ${why}${way}`;
}

export function renderLeftOut(left: readonly LeftOut[], home: AbsolutePath | null, style: Style): string[] {
  if (left.length === 0) return [];
  const more = left.length - mostLeftShown;
  return [
    'nono: left out, for you to decide:',
    ...left.slice(0, mostLeftShown).map((each) => leftLine(each, home, style)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

export function leftToJson(left: readonly LeftOut[], home: AbsolutePath | null): object[] {
  return left.map(({ request, verdict, why }) => ({ ...verdictToJson(request, verdict, home), why }));
}
