// Profile → Layer: what each key of a profile asks for, every rule with the profile's name as its origin.
import { emptyLayer, type Layer } from './layer.ts';
import type { LimitKind, LimitWish } from './limits.ts';
import type { Access, GrantWish, Origin, PathWish } from './policy.ts';
import type { DirectoryRule, FileRule, FoundProfile, Profile, When } from './profile.ts';
import { parseSeconds, parseSize } from './quantity.ts';

/** What conditions of profiles are held against. */
export type Circumstances = {
  readonly platform: 'linux' | 'macos';
  readonly environment: Readonly<Record<string, string>>;
};

type Rule = string | { readonly path: string; readonly when?: When | undefined };

/** A rule as an object, whichever way it was written. */
type Spelled<T> = Exclude<T, string>;

function applies({ platform, set }: When, here: Circumstances): boolean {
  if (platform !== undefined && platform !== here.platform) return false;
  return set === undefined || (Object.hasOwn(here.environment, set) && here.environment[set] !== '');
}

/** The rules that hold here, each as an object. */
function rulesHere<T extends Rule>(rules: readonly T[] | undefined, here: Circumstances): Spelled<T>[] {
  return (rules ?? [])
    .map((rule) => (typeof rule === 'string' ? { path: rule } : rule) as Spelled<T> & Exclude<Rule, string>)
    .filter(({ when = {} }) => applies(when, here));
}

function directoryWish(rule: Spelled<DirectoryRule>, access: Access, origin: Origin): GrantWish {
  return {
    path: rule.path,
    access,
    kind: 'directory',
    origin,
    ifMissing: rule.create ? { make: '' } : 'skip',
    ...(rule.state && { isState: true }),
  };
}

function fileWish({ path, access, create }: FileRule, origin: Origin): GrantWish {
  return { path, access, kind: 'file', origin, ifMissing: create === undefined ? 'skip' : { make: create } };
}

/** The schema lets nothing through that is no quantity. */
function limitWishes(
  { memory, pids, cpu_time, timeout }: NonNullable<Profile['limits']>,
  origin: Origin,
): LimitWish[] {
  const seconds = (value: string | number | undefined) =>
    typeof value === 'string' ? parseSeconds(value) : value;
  const given: Record<LimitKind, number | null | undefined> = {
    memory: memory === undefined ? undefined : parseSize(memory),
    pids,
    'cpu-time': seconds(cpu_time),
    timeout: seconds(timeout),
  };
  return (Object.entries(given) as [LimitKind, number | null | undefined][]).flatMap(([kind, most]) =>
    typeof most === 'number' ? [{ kind, most, origin }] : [],
  );
}

/** What one profile asks for, apart from those that it extends. */
export function layerFromProfile({ name, file, profile }: FoundProfile, here: Circumstances): Layer {
  const origin: Origin = `profile:${name}`;
  const { filesystem = {}, network = {}, commands = {}, environment = {}, groups = {} } = profile;
  const named = (names: readonly string[] | undefined) =>
    (names ?? []).map((each) => ({ name: each, origin }));
  const ports = (list: readonly number[] | undefined) => (list ?? []).map((port) => ({ port, origin }));
  const paths = (rules: readonly Rule[] | undefined): PathWish[] =>
    rulesHere(rules, here).map(({ path }) => ({ path, origin }));
  const directories = (rules: readonly DirectoryRule[] | undefined, access: Access) =>
    rulesHere(rules, here).map((rule) => directoryWish(rule, access, origin));
  return {
    ...emptyLayer,
    grants: [
      ...directories(filesystem.allow, 'readwrite'),
      ...directories(filesystem.read, 'read'),
      ...directories(filesystem.write, 'write'),
      ...rulesHere(filesystem.files, here).map((rule) => fileWish(rule, origin)),
    ],
    bypasses: paths(filesystem.bypass_protection),
    denies: [
      ...paths(filesystem.deny).map((wish) => ({ ...wish, access: 'all' as const })),
      ...paths(filesystem.deny_write).map((wish) => ({ ...wish, access: 'write' as const })),
    ],
    sockets: rulesHere(filesystem.unix_sockets, here).map(
      ({ path, right = 'connect', extent = 'socket' }) => ({
        path,
        right,
        extent,
        origin,
      }),
    ),
    network: {
      blocked: network.block ? [origin] : [],
      connect: ports(network.ports),
      listen: ports(network.listen),
    },
    commands: { allow: named(commands.allow), block: named(commands.block) },
    environment: {
      pass: named(environment.pass),
      set: Object.entries(environment.set ?? {}).map(([key, value]) => ({ name: key, value, origin })),
      withhold: named(environment.withhold),
    },
    groups: { include: named(groups.include), exclude: named(groups.exclude) },
    arguments: Object.entries(profile.arguments ?? {}).map(([command, words]) => ({
      command,
      words,
      origin,
    })),
    limits: limitWishes(profile.limits ?? {}, origin),
    chosen: {
      ...(profile.on_delete && { onDelete: profile.on_delete }),
      ...(profile.workdir && { workdirAccess: profile.workdir }),
    },
    profiles: [{ name, file }],
  };
}
