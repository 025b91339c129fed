// Flags → Policy. Knows what each flag asks for, and nothing of any machine.
import { type Chosen, emptyLayer, joinLayers, type Layer, type PortWish } from './layer.ts';
import { type LimitKind, type LimitWish, strictest } from './limits.ts';
import type { Access, GrantWish, Network, Origin, PathWish, Policy, SocketWish, Variable } from './policy.ts';

/** The policy flags of one command line, as the argument parser hands them over, in their order. */
export type PolicyFlags = {
  readonly allow?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly allowFile?: readonly string[];
  readonly readFile?: readonly string[];
  readonly writeFile?: readonly string[];
  readonly allowCwd?: boolean;
  readonly bypassProtection?: readonly string[];
  readonly deny?: readonly string[];
  readonly denyWrite?: readonly string[];
  readonly netBlock?: boolean;
  readonly allowPort?: readonly number[];
  readonly listenPort?: readonly number[];
  readonly allowUnixSocket?: readonly string[];
  readonly allowUnixSocketBind?: readonly string[];
  readonly allowUnixSocketDir?: readonly string[];
  readonly allowUnixSocketDirBind?: readonly string[];
  readonly allowUnixSocketSubtree?: readonly string[];
  readonly allowUnixSocketSubtreeBind?: readonly string[];
  readonly allowCommand?: readonly string[];
  readonly blockCommand?: readonly string[];
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly onDelete?: 'refuse' | 'keep';
  /** Bytes. */
  readonly keepLimit?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly pids?: number;
  /** Seconds. */
  readonly cpuTime?: number;
  readonly timeout?: number;
  readonly explain?: boolean;
  /** A text for agents is written. */
  readonly guide?: boolean;
  readonly bestEffort?: boolean;
};

type GrantFlag = 'allow' | 'read' | 'write' | 'allowFile' | 'readFile' | 'writeFile';

/** What each grant flag means; the error messages name the flag for the other kind from here too. */
export const grantFlags: Record<GrantFlag, { flag: string; access: Access; kind: 'directory' | 'file' }> = {
  allow: { flag: '--allow', access: 'readwrite', kind: 'directory' },
  read: { flag: '--read', access: 'read', kind: 'directory' },
  write: { flag: '--write', access: 'write', kind: 'directory' },
  allowFile: { flag: '--allow-file', access: 'readwrite', kind: 'file' },
  readFile: { flag: '--read-file', access: 'read', kind: 'file' },
  writeFile: { flag: '--write-file', access: 'write', kind: 'file' },
};

/** The flag that grants `access` to a path of this kind. */
export function grantFlagFor(access: Access, kind: 'directory' | 'file'): string {
  const row = Object.values(grantFlags).find((each) => each.access === access && each.kind === kind);
  return row?.flag ?? '--allow';
}

function grantWishes(flags: PolicyFlags): GrantWish[] {
  return (Object.keys(grantFlags) as GrantFlag[]).flatMap((key) => {
    const { flag, access, kind } = grantFlags[key];
    return (flags[key] ?? []).map((path): GrantWish => ({ path, access, kind, origin: `flag:${flag}` }));
  });
}

function splitVariable(text: string): Variable | string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function pathWish(path: string, flag: string): PathWish {
  return { path, origin: `flag:${flag}` };
}

type SocketFlag = Extract<keyof PolicyFlags, `allowUnixSocket${string}`>;

const socketFlags: Record<SocketFlag, Omit<SocketWish, 'path' | 'origin'> & { flag: string }> = {
  allowUnixSocket: { flag: '--allow-unix-socket', right: 'connect', extent: 'socket' },
  allowUnixSocketBind: { flag: '--allow-unix-socket-bind', right: 'bind', extent: 'socket' },
  allowUnixSocketDir: { flag: '--allow-unix-socket-dir', right: 'connect', extent: 'entries' },
  allowUnixSocketDirBind: { flag: '--allow-unix-socket-dir-bind', right: 'bind', extent: 'entries' },
  allowUnixSocketSubtree: { flag: '--allow-unix-socket-subtree', right: 'connect', extent: 'subtree' },
  allowUnixSocketSubtreeBind: { flag: '--allow-unix-socket-subtree-bind', right: 'bind', extent: 'subtree' },
};

function socketWishes(flags: PolicyFlags): SocketWish[] {
  return (Object.keys(socketFlags) as SocketFlag[]).flatMap((key) => {
    const { flag, right, extent } = socketFlags[key];
    return (flags[key] ?? []).map((path) => ({ ...pathWish(path, flag), right, extent }));
  });
}

function limitWishes({ memory, pids, cpuTime, timeout }: PolicyFlags): LimitWish[] {
  const given: Record<LimitKind, number | undefined> = { memory, pids, 'cpu-time': cpuTime, timeout };
  return (Object.entries(given) as [LimitKind, number | undefined][]).flatMap(([kind, most]) =>
    most === undefined ? [] : [{ kind, most, origin: `flag:--${kind}` }],
  );
}

const byPort: Origin = 'flag:--allow-port';
const byListenPort: Origin = 'flag:--listen-port';

/** What a command line asks for. */
function layerFromFlags(flags: PolicyFlags): Layer {
  const env: Origin = 'flag:--env';
  const variables = (flags.env ?? []).map(splitVariable);
  const ports = (list: readonly number[] | undefined, origin: Origin) =>
    (list ?? []).map((port) => ({ port, origin }));
  return {
    ...emptyLayer,
    grants: grantWishes(flags),
    bypasses: (flags.bypassProtection ?? []).map((path) => pathWish(path, '--bypass-protection')),
    denies: [
      ...(flags.deny ?? []).map((path) => ({ ...pathWish(path, '--deny'), access: 'all' as const })),
      ...(flags.denyWrite ?? []).map((path) => ({
        ...pathWish(path, '--deny-write'),
        access: 'write' as const,
      })),
    ],
    sockets: socketWishes(flags),
    network: {
      blocked: flags.netBlock ? ['flag:--net-block'] : [],
      connect: ports(flags.allowPort, byPort),
      listen: ports(flags.listenPort, byListenPort),
    },
    commands: {
      allow: (flags.allowCommand ?? []).map((name) => ({ name, origin: 'flag:--allow-command' })),
      block: (flags.blockCommand ?? []).map((name) => ({ name, origin: 'flag:--block-command' })),
    },
    environment: {
      pass: variables.filter((each) => typeof each === 'string').map((name) => ({ name, origin: env })),
      set: variables.filter((each) => typeof each !== 'string').map((each) => ({ ...each, origin: env })),
      withhold: [],
    },
    limits: limitWishes(flags),
    chosen: {
      ...(flags.onDelete && { onDelete: flags.onDelete }),
      ...(flags.keepLimit !== undefined && { keepLimit: flags.keepLimit }),
    },
  };
}

/**
 * Naming ports closes everything else: an open network has them already. What one profile closes no other opens; flags
 * open what they name.
 */
function networkOf({ network: { blocked, connect, listen } }: Layer): Network {
  const stands = ({ origin }: PortWish) =>
    origin.startsWith('flag:') || blocked.every((each) => each === origin);
  const numbers = (wishes: readonly PortWish[]) => [
    ...new Set(wishes.filter(stands).map(({ port }) => port)),
  ];
  const ports = { connect: numbers(connect), listen: numbers(listen) };
  const named = [...connect, ...listen].find(stands);
  if (named !== undefined) return { mode: 'ports', ...ports, origin: named.origin };
  const [origin] = blocked;
  if (origin !== undefined) return { mode: 'blocked', ...ports, origin };
  return { mode: 'open', ...ports, origin: 'built-in:network' };
}

/** `--allow-cwd` grants what the profile says of the working directory. */
function workdirGrants({ allowCwd }: PolicyFlags, { workdirAccess = 'readwrite' }: Chosen): GrantWish[] {
  if (!allowCwd || workdirAccess === 'none') return [];
  return [{ path: '.', access: workdirAccess, kind: 'directory', origin: 'flag:--allow-cwd' }];
}

/** The command with the words that profiles give it and that it was not given already. */
function withArguments([program = '', ...given]: readonly string[], wishes: Layer['arguments']): string[] {
  const name = program.slice(program.lastIndexOf('/') + 1);
  const added = wishes.filter(({ command }) => command === name).flatMap(({ words }) => words);
  return [program, ...added.filter((word) => !given.includes(word)), ...given];
}

const defaultKeepLimit = 2 ** 30;

/** The policy of a command line, on top of what profiles ask for, bases first. */
export function policyFromFlags(
  flags: PolicyFlags,
  command: readonly string[],
  profiles: readonly Layer[] = [],
): Policy {
  const layer = joinLayers([...profiles, layerFromFlags(flags)]);
  const { bypasses, denies, sockets, commands, environment, groups, chosen } = layer;
  const included = new Set(groups.include.map(({ name }) => name));
  return {
    grants: [...layer.grants, ...workdirGrants(flags, chosen)],
    bypasses,
    denies,
    sockets,
    network: networkOf(layer),
    commands,
    environment,
    excludedGroups: groups.exclude.filter(({ name }) => !included.has(name)),
    profiles: layer.profiles,
    originals: {
      onDelete: chosen.onDelete ?? 'refuse',
      mostBytes: chosen.keepLimit ?? defaultKeepLimit,
    },
    limits: strictest(layer.limits),
    workdir: flags.workdir === undefined ? null : pathWish(flags.workdir, '--workdir'),
    command: withArguments(command, layer.arguments),
    explained: flags.explain ?? false,
    guided: flags.guide ?? false,
    bestEffort: flags.bestEffort ?? false,
  };
}
