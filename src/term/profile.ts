// Renders what profiles ask for: every rule with the profile that it comes from.
import type { Layer } from '../policy/layer.ts';
import { formatLimit } from '../policy/limits.ts';
import { nameOrigin, type Origin } from '../policy/policy.ts';
import { directoryKeys } from '../policy/profile.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

/** One rule: the key of a profile that makes it, its value as text, whose it is. */
export type ProfileRule = { readonly key: string; readonly value: string; readonly origin: Origin | null };

function grantRule({ path, access, kind, origin, ifMissing, isState }: Layer['grants'][number]): ProfileRule {
  const notes = [
    ...(kind === 'file' ? [access] : []),
    ...(typeof ifMissing === 'object' ? ['made where it is missing'] : []),
    ...(isState ? ['own state'] : []),
  ];
  const value = notes.length === 0 ? path : `${path} (${notes.join(', ')})`;
  return { key: kind === 'file' ? 'filesystem.files' : directoryKeys[access], value, origin };
}

/** The rules of layers that were added up, in the order of a profile's keys. */
export function rulesOf(layer: Layer): ProfileRule[] {
  const { denies, network, commands, environment, groups, chosen } = layer;
  const named = (key: string, wishes: readonly { name: string; origin: Origin }[]) =>
    wishes.map(({ name, origin }) => ({ key, value: name, origin }));
  const paths = (key: string, wishes: readonly { path: string; origin: Origin }[]) =>
    wishes.map(({ path, origin }) => ({ key, value: path, origin }));
  const ports = (key: string, wishes: Layer['network']['connect']) =>
    wishes.map(({ port, origin }) => ({ key, value: String(port), origin }));
  const one = (key: string, value: string | number | undefined) =>
    value === undefined ? [] : [{ key, value: String(value), origin: null }];
  return [
    ...layer.grants.map(grantRule),
    ...paths(
      'filesystem.deny',
      denies.filter(({ access }) => access === 'all'),
    ),
    ...paths(
      'filesystem.deny_write',
      denies.filter(({ access }) => access === 'write'),
    ),
    ...paths('filesystem.bypass_protection', layer.bypasses),
    ...layer.sockets.map(({ path, right, extent, origin }) => ({
      key: 'filesystem.unix_sockets',
      value: `${path} (${right}, ${extent})`,
      origin,
    })),
    ...network.blocked.map((origin) => ({ key: 'network.block', value: 'true', origin })),
    ...ports('network.ports', network.connect),
    ...ports('network.listen', network.listen),
    ...named('commands.allow', commands.allow),
    ...named('commands.block', commands.block),
    ...named('environment.pass', environment.pass),
    ...environment.set.map(({ name, value, origin }) => ({
      key: 'environment.set',
      value: `${name}=${value}`,
      origin,
    })),
    ...named('environment.withhold', environment.withhold),
    ...layer.arguments.map(({ command, words, origin }) => ({
      key: 'arguments',
      value: `${command} ${words.join(' ')}`,
      origin,
    })),
    ...named('groups.include', groups.include),
    ...named('groups.exclude', groups.exclude),
    ...layer.limits.map((limit) => ({
      key: `limits.${limit.kind.replace('-', '_')}`,
      value: formatLimit(limit),
      origin: limit.origin,
    })),
    ...one('workdir', chosen.workdirAccess),
    ...one('on_delete', chosen.onDelete),
  ];
}

/** The rules under their keys, a line each. */
export function renderRules(rules: readonly ProfileRule[], style: Style): string {
  const keys = [...new Set(rules.map(({ key }) => key))];
  return keys
    .map((key) => {
      const lines = rules
        .filter((rule) => rule.key === key)
        .map(({ value, origin }) => {
          const from = origin === null ? '' : style('faint', `  (${escapeText(nameOrigin(origin))})`);
          return `  ${escapeText(value)}${from}`;
        });
      return [style('heading', key), ...lines].join('\n');
    })
    .join('\n\n');
}
