// What a profile may say: policy as text, under a name. docs/profiles.md explains every key.
import type { WorkdirAccess } from './layer.ts';
import type { Access, SocketWish } from './policy.ts';

/** Where a rule applies: on this platform, with this variable set; all of what is named must hold. */
export type When = {
  readonly platform?: 'linux' | 'macos' | undefined;
  /** The name of a variable that is set and not empty. */
  readonly set?: string | undefined;
};

/** `/x`, `~/x` or `$NAME/x`; `spelling.ts` reads it. */
export type ProfilePath = string;

type Conditional = { readonly path: ProfilePath; readonly when?: When | undefined };

export type DirectoryRule =
  | ProfilePath
  | (Conditional & {
      /** Made, empty, where it does not exist; without this it is passed over then. */
      readonly create?: boolean | undefined;
      /**
       * The program's own state: what it deletes there is kept for undo, even where deleting is refused elsewhere, and
       * sockets there are not connected to, since one like it may serve them outside.
       */
      readonly state?: boolean | undefined;
    });

/** The key by which a profile grants a directory. */
export const directoryKeys = {
  readwrite: 'filesystem.allow',
  read: 'filesystem.read',
  write: 'filesystem.write',
} as const satisfies Record<Access, string>;

export type FileRule = Conditional & {
  readonly access: Access;
  /** Made with this content where it does not exist. */
  readonly create?: string | undefined;
};

/** A path, or a glob that holds at any depth, which starts with two stars and a slash. */
export type DenyRule = ProfilePath | Conditional;

export type SocketRule =
  | ProfilePath
  | (Conditional & {
      readonly right?: SocketWish['right'] | undefined;
      readonly extent?: SocketWish['extent'] | undefined;
    });

type List<T> = readonly T[] | undefined;

/** One profile as it was read: every key may be left out. */
export type Profile = {
  readonly $schema?: string | undefined;
  readonly meta?: { readonly description?: string | undefined } | undefined;
  /** Names of profiles that this adds to. */
  readonly extends?: List<string>;
  readonly filesystem?:
    | {
        readonly allow?: List<DirectoryRule>;
        readonly read?: List<DirectoryRule>;
        readonly write?: List<DirectoryRule>;
        readonly files?: List<FileRule>;
        readonly deny?: List<DenyRule>;
        readonly deny_write?: List<DenyRule>;
        readonly bypass_protection?: List<DenyRule>;
        readonly unix_sockets?: List<SocketRule>;
      }
    | undefined;
  readonly network?:
    | {
        readonly block?: boolean | undefined;
        /** Ports of loopback to reach, and to serve: naming one closes everything else. */
        readonly ports?: List<number>;
        readonly listen?: List<number>;
      }
    | undefined;
  readonly commands?: { readonly allow?: List<string>; readonly block?: List<string> } | undefined;
  readonly environment?:
    | {
        readonly pass?: List<string>;
        readonly set?: Readonly<Record<string, string>> | undefined;
        readonly withhold?: List<string>;
      }
    | undefined;
  /** By a command's name: words that come before the arguments that it was given. */
  readonly arguments?: Readonly<Record<string, readonly string[]>> | undefined;
  /** What `--allow-cwd` grants. */
  readonly workdir?: WorkdirAccess | undefined;
  readonly limits?:
    | {
        /** Such as `4G`. */
        readonly memory?: string | undefined;
        readonly pids?: number | undefined;
        /** Seconds, or a text such as `10m`. */
        readonly cpu_time?: string | number | undefined;
        readonly timeout?: string | number | undefined;
      }
    | undefined;
  readonly on_delete?: 'refuse' | 'keep' | undefined;
  /** Built-in groups of protected paths. */
  readonly groups?: { readonly include?: List<string>; readonly exclude?: List<string> } | undefined;
};

/** A profile and where it was read. */
export type FoundProfile = {
  readonly name: string;
  /** null: it comes with nono. */
  readonly file: string | null;
  readonly profile: Profile;
};
