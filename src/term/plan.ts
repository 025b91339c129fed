// Renders a plan: the quiet line before a run, and the page that --dry-run prints.
import { allowsReading, allowsWriting, type Grant, isAskedFor } from '../plan/grant.ts';
import type { AbsolutePath } from '../plan/host.ts';
import type { Holder } from '../plan/limits.ts';
import { shorten } from '../plan/path.ts';
import type { Plan } from '../plan/plan.ts';
import { quoteForShell } from '../plan/quote.ts';
import { formatLimit } from '../policy/limits.ts';
import { isByUser, type NetworkMode, nameOrigin, type Origin } from '../policy/policy.ts';
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

function networkText({ network }: Plan): string {
  if (network.mode !== 'ports') return network.mode;
  const { connect, listen } = network;
  return [
    ...(connect.length === 0 ? [] : [`reaches loopback:${connect.join(',')}`]),
    ...(listen.length === 0 ? [] : [`serves loopback:${listen.join(',')}`]),
  ].join(' and ');
}

/**
 * The one line before a run: what may be written, what the user added to be read, the network.
 *
 * @param unshared the profile that would share the caches of the command; null: none, or it does
 */
export function renderLine(plan: Plan, home: AbsolutePath | null, unshared: string | null = null): string {
  const asked = plan.grants.filter(isAskedFor);
  const writes = asked.filter(allowsWriting).map(({ path }) => path);
  const reads = asked.filter((grant) => !allowsWriting(grant)).map(({ path }) => path);
  return [
    writes.length === 0 ? 'writes nothing' : `writes ${names(writes, namedInLine, home)}`,
    ...(reads.length === 0 ? [] : [`also reads ${names(reads, namedInLine, home)}`]),
    `network ${networkText(plan)}`,
    withheldText(plan),
    ...(unshared === null ? [] : [`your caches closed: --extends ${unshared} opens them`]),
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

function originText({ origin }: { readonly origin: Origin }): string {
  return nameOrigin(origin).replace(/^(built-in|environment):/, '');
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
  return plan.guarantees.map(({ id, promise, mechanism, missing, less }) => {
    const held =
      mechanism === null ? `NOT HELD: ${promise} (${missing?.reason})` : `${promise} (${mechanism})`;
    return [id, less === undefined ? held : `${held}; ${less.reason}`];
  });
}

function originalsRows({ originals }: Plan, home: AbsolutePath | null): [string, string][] {
  switch (originals.kind) {
    case 'untouched':
      return [];
    case 'withheld':
      return [['lost', 'what is rewritten; nothing can be removed or cut']];
    case 'around':
      return [['originals', 'kept by the session around this one, as it was told']];
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

const networkDetails: Record<NetworkMode, (plan: Plan) => string> = {
  open: () => 'TCP, UDP and DNS as outside',
  ports: (plan) => `${networkText(plan)}, and nothing else`,
  blocked: () => 'none',
};

/** What is denied inside the grants: the user's own by name, the rest by their groups. */
function denyRows({ denies }: Plan, home: AbsolutePath | null, all: boolean): [string, string][] {
  return grouped(denies.rules, originText).map(([origin, rules]) => [
    origin,
    names(
      rules.map(({ text }) => text),
      all || rules.some((rule) => isByUser(rule.origin)) ? rules.length : namedInLine,
      home,
    ),
  ]);
}

function socketRows({ sockets }: Plan, home: AbsolutePath | null): [string, string][] {
  return sockets.map(({ right, extent, path }) => [
    right === 'connect' ? 'reach' : 'create',
    `${escapeText(shorten(path, home))}${extent === 'socket' ? '' : extent === 'entries' ? '/*' : '/**'}`,
  ]);
}

function blockedRows({ blocked }: Plan, all: boolean): [string, string][] {
  return grouped(blocked, originText).map(([origin, commands]) => {
    const shown = commands.slice(0, all ? commands.length : namedInGroup).map(({ name }) => escapeText(name));
    const more = commands.length - shown.length;
    return [origin, `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
  });
}

const holderTexts: Record<Holder, string> = {
  group: 'a control group',
  process: 'each process by itself',
  broker: 'the broker counts',
  supervisor: 'the supervisor',
};

function limitRows({ limits }: Plan): [string, string][] {
  return limits.list.map((limit) => [
    limit.kind,
    `at most ${formatLimit(limit)} (${escapeText(nameOrigin(limit.origin))}; ${holderTexts[limit.holder]})`,
  ]);
}

/** Everything that would be enforced, grouped; `all` names every path instead of the first of each group. */
/** What profiles name and this machine does not have. */
function skippedRows({ skipped }: Plan, home: AbsolutePath | null): [string, string][] {
  return grouped(skipped, ({ origin }) => nameOrigin(origin)).map(([origin, wishes]) => {
    const paths = wishes.map(({ path }) => path as AbsolutePath);
    return [escapeText(origin), names(paths, paths.length, home)];
  });
}

export function renderPlan(plan: Plan, home: AbsolutePath | null, style: Style, all: boolean): string {
  const writes = plan.grants.filter(allowsWriting);
  const reads = plan.grants.filter((grant) => allowsReading(grant) && !allowsWriting(grant));
  const denied = grouped(plan.protected, ({ group }) => group).map(([group]) => group);
  return [
    `${style('heading', 'Command')}  ${plan.command.argv.map((word) => escapeText(quoteForShell(word))).join(' ')}`,
    ...section('Write', grantRows(writes, home, all), style),
    ...section('Read', grantRows(reads, home, all), style),
    ...section('Not here', all ? skippedRows(plan, home) : [], style),
    ...section('Never', [[`${plan.protected.length} paths`, denied.join(', ')]], style),
    ...section('Denied inside', denyRows(plan, home, all), style),
    ...section('Commands blocked', blockedRows(plan, all), style),
    ...section('Network', [[plan.network.mode, networkDetails[plan.network.mode](plan)]], style),
    ...section('Unix sockets', socketRows(plan, home), style),
    ...section('Limits', limitRows(plan), style),
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
