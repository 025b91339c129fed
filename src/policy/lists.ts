// The reviewed built-in lists, as typed data: what they say is in profiles/*.jsonc, and why is said there.
import commands from '../../profiles/commands.jsonc';
import environment from '../../profiles/environment.jsonc';
import protectedFiles from '../../profiles/protected.jsonc';
import sensitive from '../../profiles/sensitive.jsonc?lazy';
import sensitivePaths from '../../profiles/sensitive.jsonc?paths';
import system from '../../profiles/system.jsonc';
import toolchains from '../../profiles/toolchains.jsonc';

/** `/x`, `~/x`, `$XDG_CONFIG_HOME/x` or `$NAME/x`; what each means is in the header of sensitive.jsonc. */
export type ListedPath = string;

export type SensitiveEntry = { readonly path: ListedPath; readonly reason: string };

/** Paths of one kind that no grant exposes; `title` is what people are told. */
export type SensitiveGroup = {
  readonly name: string;
  readonly title: string;
  readonly entries: readonly SensitiveEntry[];
  /** A profile may exclude it: work may need what it protects. */
  readonly optional?: true | undefined;
};

export type SensitiveList = { readonly groups: readonly SensitiveGroup[] };

/** What is not written inside a granted directory: globs below it, and those that are lifted again. */
export type ProtectedGroup = SensitiveGroup & { readonly except?: readonly string[] | undefined };

export type ProtectedList = { readonly groups: readonly ProtectedGroup[] };

/** Commands that are blocked by name, and what to do instead. */
export type CommandGroup = {
  readonly name: string;
  readonly title: string;
  readonly names: readonly string[];
  readonly instead: string;
};

export type CommandList = { readonly groups: readonly CommandGroup[] };

export type SystemEntry = {
  readonly path: ListedPath;
  readonly access: 'read' | 'readwrite';
  readonly kind: 'directory' | 'file' | 'device';
  readonly group: string;
  readonly reason: string;
};

export type SystemList = {
  readonly entries: readonly SystemEntry[];
  /** The few files in HOME that are read by default. */
  readonly home: readonly SystemEntry[];
  /** Variables whose value is a certificate bundle, or directories of certificates with colons between. */
  readonly trustStores: readonly string[];
};

/** Where PATH has `path`, `reads` become readable; at most one component of `path` is `*`, and `reads` may repeat it. */
export type ToolchainEntry = {
  readonly path: ListedPath;
  readonly reads: readonly ListedPath[];
  readonly reason: string;
};

export type ToolchainList = { readonly entries: readonly ToolchainEntry[] };

/** Names as patterns: `*` is any run of characters, the whole name matches, in either case. */
export type WithheldNames = {
  readonly group: string;
  readonly names: readonly string[];
  readonly reason: string;
};

/** A JavaScript regular expression, matched anywhere in a value. */
export type WithheldValue = { readonly group: string; readonly pattern: string; readonly reason: string };

/** `variable` becomes `name` in the session's own directory where neither it nor `default` may be written. */
export type PrivatePlace = {
  readonly variable: string;
  readonly default: ListedPath;
  /** Empty: the session's own directory itself. */
  readonly name: string;
  readonly reason: string;
};

export type EnvironmentList = {
  readonly withhold: readonly WithheldNames[];
  readonly values: readonly WithheldValue[];
  readonly private: readonly PrivatePlace[];
};

// The casts hold because test/policy/lists.test.ts checks each file against its schema, which the compiler checks against
// these types. The files are part of the bundle, so nothing can change in between.
/** A thousand entries: parsed only where something is to be said about one. */
export const sensitiveList = sensitive as () => SensitiveList;
/** The paths alone, by their first component: what follows it. */
export const sensitiveRests = sensitivePaths;
export const protectedList = protectedFiles as ProtectedList;
export const commandList = commands as CommandList;
export const systemList = system as SystemList;
export const toolchainList = toolchains as ToolchainList;
export const environmentList = environment as EnvironmentList;

/** What differs from platform to platform; the machine brings its own. */
export type PlatformLists = {
  readonly sensitive: () => SensitiveList;
  /** The paths alone, by their first component: what follows it. */
  readonly sensitiveRests: Readonly<Record<string, readonly string[]>>;
  readonly system: SystemList;
  readonly toolchains: ToolchainList;
};

export const linuxLists: PlatformLists = {
  sensitive: sensitiveList,
  sensitiveRests,
  system: systemList,
  toolchains: toolchainList,
};

/** `#lists`: those of the platform that nono is built for. */
export const platformLists = linuxLists;
