// What one source asks for, a profile or a command line, and how several add up to one policy.
import type { LimitWish } from './limits.ts';
import type {
  DenyWish,
  GrantWish,
  NameWish,
  Origin,
  PathWish,
  Policy,
  ProfileSource,
  SocketWish,
  VariableWish,
} from './policy.ts';

/** Every list adds up with those of other layers; of what is one value, the last layer that has it decides. */
export type Layer = {
  readonly grants: readonly GrantWish[];
  readonly bypasses: readonly PathWish[];
  readonly denies: readonly DenyWish[];
  readonly sockets: readonly SocketWish[];
  readonly network: {
    /** Who closes it; naming ports closes everything else too. Nothing opens it again. */
    readonly blocked: readonly Origin[];
    readonly connect: readonly PortWish[];
    readonly listen: readonly PortWish[];
  };
  readonly commands: Policy['commands'];
  readonly environment: Policy['environment'];
  /** A group that one layer includes stays, whoever excludes it. */
  readonly groups: { readonly include: readonly NameWish[]; readonly exclude: readonly NameWish[] };
  /** Words that a command gets before its arguments. */
  readonly arguments: readonly ArgumentsWish[];
  readonly limits: readonly LimitWish[];
  readonly chosen: Chosen;
  readonly profiles: readonly ProfileSource[];
};

export type ArgumentsWish = {
  /** Its name, without a path. */
  readonly command: string;
  readonly words: readonly string[];
  readonly origin: Origin;
};

export type PortWish = { readonly port: number; readonly origin: Origin };

/** What is one value. */
export type Chosen = {
  readonly onDelete?: 'refuse' | 'keep';
  /** Bytes. */
  readonly keepLimit?: number;
  /** What `--allow-cwd` grants. */
  readonly workdirAccess?: WorkdirAccess;
};

export type WorkdirAccess = 'none' | 'read' | 'write' | 'readwrite';

export const emptyLayer: Layer = {
  grants: [],
  bypasses: [],
  denies: [],
  sockets: [],
  network: { blocked: [], connect: [], listen: [] },
  commands: { allow: [], block: [] },
  environment: { pass: [], set: [], withhold: [] },
  groups: { include: [], exclude: [] },
  arguments: [],
  limits: [],
  chosen: {},
  profiles: [],
};

/** The same rule from the same place counts once. */
function joined<T>(one: readonly T[], other: readonly T[]): readonly T[] {
  if (other.length === 0) return one;
  if (one.length === 0) return other;
  const known = new Set(one.map((each) => JSON.stringify(each)));
  return [...one, ...other.filter((each) => !known.has(JSON.stringify(each)))];
}

/** The later value of a variable stands, in the place of the earlier. */
function joinedVariables(one: readonly VariableWish[], other: readonly VariableWish[]): VariableWish[] {
  return [...new Map([...one, ...other].map((each) => [each.name, each])).values()];
}

function joinPair(one: Layer, other: Layer): Layer {
  return {
    grants: joined(one.grants, other.grants),
    bypasses: joined(one.bypasses, other.bypasses),
    denies: joined(one.denies, other.denies),
    sockets: joined(one.sockets, other.sockets),
    network: {
      blocked: joined(one.network.blocked, other.network.blocked),
      connect: joined(one.network.connect, other.network.connect),
      listen: joined(one.network.listen, other.network.listen),
    },
    commands: {
      allow: joined(one.commands.allow, other.commands.allow),
      block: joined(one.commands.block, other.commands.block),
    },
    environment: {
      pass: joined(one.environment.pass, other.environment.pass),
      set: joinedVariables(one.environment.set, other.environment.set),
      withhold: joined(one.environment.withhold, other.environment.withhold),
    },
    groups: {
      include: joined(one.groups.include, other.groups.include),
      exclude: joined(one.groups.exclude, other.groups.exclude),
    },
    arguments: joined(one.arguments, other.arguments),
    limits: joined(one.limits, other.limits),
    chosen: { ...one.chosen, ...other.chosen },
    profiles: joined(one.profiles, other.profiles),
  };
}

/** Adds layers up, bases first: nothing that one denies is lifted by another. */
export function joinLayers(layers: readonly Layer[]): Layer {
  return layers.reduce(joinPair, emptyLayer);
}
