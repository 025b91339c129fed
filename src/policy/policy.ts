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

/** `open`: TCP, UDP and DNS as outside. `blocked`: no network at all. */
export type NetworkMode = 'open' | 'blocked';

export type Variable = { readonly name: string; readonly value: string };

export type Policy = {
  readonly grants: readonly GrantWish[];
  /** Built-in denies that the user lifts; each needs a grant as well. */
  readonly bypasses: readonly PathWish[];
  readonly network: { readonly mode: NetworkMode; readonly origin: Origin };
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
  /** Go on where the machine cannot hold a guarantee, and say so. */
  readonly bestEffort: boolean;
};
