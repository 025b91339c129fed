// What was asked for, before any machine is looked at: every rule keeps where it came from.

/** What a grant allows. Writing alone lets nothing be read or listed. */
export type Access = 'read' | 'write' | 'readwrite';

/** Where a rule came from, as it is shown to people and in JSON. */
export type Origin =
  | `flag:${string}`
  | `built-in:${string}`
  | `environment:${string}`
  | 'command'
  | 'session';

/** A path as the user wrote it, with what it should allow. */
export type GrantWish = {
  readonly path: string;
  readonly access: Access;
  readonly kind: 'directory' | 'file';
  readonly origin: Origin;
};

export type PathWish = { readonly path: string; readonly origin: Origin };

/** `all`: neither read nor written, executed or listed. `write`: only not changed. */
export type DeniedAccess = 'all' | 'write';

/** A path, which stands for all below it too, or a glob, as the user wrote it. */
export type DenyWish = PathWish & { readonly access: DeniedAccess };

/** Unix sockets that the user opens: one, those just in a directory, or all below it. */
export type SocketWish = PathWish & {
  readonly right: 'connect' | 'bind';
  readonly extent: 'socket' | 'entries' | 'subtree';
};

/**
 * `open`: TCP, UDP and DNS as outside. `ports`: the named ports of loopback and nothing else. `blocked`: no network at
 * all.
 */
export type NetworkMode = 'open' | 'ports' | 'blocked';

export type Network = {
  readonly mode: NetworkMode;
  /** Ports of loopback that may be connected to, and served. */
  readonly connect: readonly number[];
  readonly listen: readonly number[];
  readonly origin: Origin;
};

export type Variable = { readonly name: string; readonly value: string };

export type Policy = {
  readonly grants: readonly GrantWish[];
  /** Built-in denies that the user lifts; each needs a grant as well. */
  readonly bypasses: readonly PathWish[];
  readonly denies: readonly DenyWish[];
  readonly sockets: readonly SocketWish[];
  readonly network: Network;
  /** Names of commands: lifted from the built-in guard, or added to it. */
  readonly commands: { readonly allow: readonly string[]; readonly block: readonly string[] };
  readonly environment: { readonly pass: readonly string[]; readonly set: readonly Variable[] };
  readonly originals: {
    /** What becomes of a file from before that the command deletes. */
    readonly onDelete: 'refuse' | 'keep';
    /** How much may be kept of what it rewrites and deletes, in bytes. */
    readonly mostBytes: number;
  };
  /** Where the command starts; null: where nono was started. */
  readonly workdir: PathWish | null;
  /** The command and its arguments; never empty. */
  readonly command: readonly string[];
  /** Every refusal is to be seen at the end, reads too, whatever it costs. */
  readonly explained: boolean;
  /** Go on where the machine cannot hold a guarantee, and say so. */
  readonly bestEffort: boolean;
};
