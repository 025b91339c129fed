// What was asked for, before any machine is looked at: every rule keeps where it came from.
import type { LimitWish } from './limits.ts';

/** What a grant allows. Writing alone lets nothing be read or listed. */
export type Access = 'read' | 'write' | 'readwrite';

/** Where a rule came from, as it is shown to people and in JSON. */
export type Origin =
  | `flag:${string}`
  | `profile:${string}`
  | `built-in:${string}`
  | `environment:${string}`
  | 'command'
  | 'session';

/** Asked for on the command line or in a profile; all else is nono's own choice. */
export function isByUser(origin: Origin): boolean {
  return origin.startsWith('flag:') || origin.startsWith('profile:');
}

/** An origin in words: `--allow`, `profile claude`, `built-in:ssh`. */
export function nameOrigin(origin: string): string {
  return origin.replace(/^flag:/, '').replace(/^profile:/, 'profile ');
}

export type PathWish = { readonly path: string; readonly origin: Origin };

/** A path as the user wrote it, with what it should allow. */
export type GrantWish = PathWish & {
  readonly access: Access;
  readonly kind: 'directory' | 'file';
  /** What becomes of a path that does not exist: without this the run stops; with `make` a file has this content. */
  readonly ifMissing?: 'skip' | { readonly make: string };
  /** A program's own state, which is no one's work: deleting keeps what is deleted, and no socket is connected to. */
  readonly isState?: true;
};

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

/** A name and where it was named: of a command, of a variable, of a built-in group. */
export type NameWish = { readonly name: string; readonly origin: Origin };

export type VariableWish = Variable & { readonly origin: Origin };

/** Where a profile was read: null for one that comes with nono. */
export type ProfileSource = { readonly name: string; readonly file: string | null };

/** A plan is of some command; this one, where it does not matter which. */
export const anyCommand: readonly string[] = ['/bin/sh'];

export type Policy = {
  readonly grants: readonly GrantWish[];
  /** Built-in denies that the user lifts; each needs a grant as well. */
  readonly bypasses: readonly PathWish[];
  readonly denies: readonly DenyWish[];
  readonly sockets: readonly SocketWish[];
  readonly network: Network;
  /** Names of commands: lifted from the built-in guard, or added to it. */
  readonly commands: { readonly allow: readonly NameWish[]; readonly block: readonly NameWish[] };
  readonly environment: {
    readonly pass: readonly NameWish[];
    readonly set: readonly VariableWish[];
    /** Names as patterns, as the built-in list has them. */
    readonly withhold: readonly NameWish[];
  };
  /** Built-in groups of paths that are not protected in this run. */
  readonly excludedGroups: readonly NameWish[];
  /** The profiles that this was made from, bases first. */
  readonly profiles: readonly ProfileSource[];
  readonly originals: {
    /** What becomes of a file from before that the command deletes. */
    readonly onDelete: 'refuse' | 'keep';
    /** How much may be kept of what it rewrites and deletes, in bytes. */
    readonly mostBytes: number;
  };
  /** One of a kind at most. */
  readonly limits: readonly LimitWish[];
  /** Where the command starts; null: where nono was started. */
  readonly workdir: PathWish | null;
  /** The command and its arguments; never empty. */
  readonly command: readonly string[];
  /** Every refusal is to be seen at the end, reads too, whatever it costs. */
  readonly explained: boolean;
  /** The command finds a text that says where it is. */
  readonly guided: boolean;
  /** Go on where the machine cannot hold a guarantee, and say so. */
  readonly bestEffort: boolean;
};
