// Renders a plan: the quiet line before a run, and the page that --dry-run prints.
import { allowsReading, allowsWriting, type Grant, isAskedFor } from '../plan/grant.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { shorten } from '../plan/path.ts';
import type { Plan } from '../plan/plan.ts';
import { quoteForShell } from '../plan/quote.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

const namedInLine = 3;
const namedInGroup = 6;

function names(paths: readonly AbsolutePath[], limit: number, home: AbsolutePath | null): string {
  const shown = paths.slice(0, limit).map((path) => escapeText(shorten(path, home)));
  const more = paths.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

function withheldText(plan: Plan): string {
  const count = plan.environment.withheld.length;
  return `${count} ${count === 1 ? 'variable' : 'variables'} withheld`;
}

/** The one line before a run: what may be written, what the user added to be read, the network. */
export function renderLine(plan: Plan, home: AbsolutePath | null): string {
  const asked = plan.grants.filter(isAskedFor);
  const writes = asked.filter(allowsWriting).map(({ path }) => path);
  const reads = asked.filter((grant) => !allowsWriting(grant)).map(({ path }) => path);
  return [
    writes.length === 0 ? 'writes nothing' : `writes ${names(writes, namedInLine, home)}`,
    ...(reads.length === 0 ? [] : [`also reads ${names(reads, namedInLine, home)}`]),
    `network ${plan.network.mode}`,
    withheldText(plan),
  ].join('; ');
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return [...groups];
}

/** Rows of a name and its text, the names one column wide. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`.trimEnd());
}

function originText(grant: Grant): string {
  return grant.origin.replace(/^(flag|built-in|environment):/, '');
}

function grantRows(grants: readonly Grant[], home: AbsolutePath | null, all: boolean): [string, string][] {
  return grouped(grants, originText).map(([origin, members]) => [
    origin,
    names(
      members.map(({ path }) => path),
      all || isAskedFor(members[0] as Grant) ? members.length : namedInGroup,
      home,
    ),
  ]);
}

function section(title: string, rows: readonly (readonly [string, string])[], style: Style): string[] {
  return rows.length === 0 ? [] : ['', style('heading', title), ...columns(rows)];
}

function guaranteeRows(plan: Plan): [string, string][] {
  return plan.guarantees.map(({ id, promise, mechanism, missing }) => [
    id,
    mechanism === null ? `NOT HELD: ${promise} (${missing?.reason})` : `${promise} (${mechanism})`,
  ]);
}

function originalsRows({ originals }: Plan, home: AbsolutePath | null): [string, string][] {
  switch (originals.kind) {
    case 'untouched':
      return [];
    case 'withheld':
      return [['lost', 'what is rewritten; nothing can be removed or cut']];
    case 'kept':
      return [
        [
          'deleting',
          originals.onDelete === 'refuse' ? 'refused for what existed before' : 'moves it to the store',
        ],
        ['rewriting', `keeps the original first, in ${escapeText(shorten(originals.store, home))}`],
      ];
  }
}

/** Everything that would be enforced, grouped; `all` names every path instead of the first of each group. */
export function renderPlan(plan: Plan, home: AbsolutePath | null, style: Style, all: boolean): string {
  const writes = plan.grants.filter(allowsWriting);
  const reads = plan.grants.filter((grant) => allowsReading(grant) && !allowsWriting(grant));
  const denied = grouped(plan.protected, ({ group }) => group).map(([group]) => group);
  return [
    `${style('heading', 'Command')}  ${plan.command.argv.map((word) => escapeText(quoteForShell(word))).join(' ')}`,
    ...section('Write', grantRows(writes, home, all), style),
    ...section('Read', grantRows(reads, home, all), style),
    ...section('Never', [[`${plan.protected.length} paths`, denied.join(', ')]], style),
    ...section(
      'Network',
      [[plan.network.mode, plan.network.mode === 'open' ? 'TCP, UDP and DNS as outside' : 'none']],
      style,
    ),
    ...section('Originals', originalsRows(plan, home), style),
    ...section(
      'Environment',
      [
        ['set', plan.environment.set.join(', ')],
        ['withheld', plan.environment.withheld.map(({ name }) => escapeText(name)).join(', ') || 'nothing'],
      ],
      style,
    ),
    ...section('Guarantees', guaranteeRows(plan), style),
  ].join('\n');
}
