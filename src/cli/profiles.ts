// Flags, command and project → the profiles of a run, and the policy that they make together.
import { isNonoError } from '../errors.ts';
import type { ProfileReader } from '../launch/profile-file.ts';
import { profileFinder } from '../launch/profiles.ts';
import { projectProfile } from '../launch/trust.ts';
import type { overviewOf } from '../plan/ask/overview.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { childOf, nameOf, toAbsolute } from '../plan/path.ts';
import { profileOfCommand } from '../policy/bundled.ts';
import { type PolicyFlags, policyFromFlags } from '../policy/from-flags.ts';
import { layerFromProfile } from '../policy/from-profile.ts';
import type { Policy } from '../policy/policy.ts';
import { type FindProfile, resolveProfiles } from '../policy/resolve-profile.ts';
import type { showOnMac } from './elsewhere.ts';

export type ProfileFlags = {
  /** A name or a file; false: none that nobody named. */
  readonly profile?: string | false;
  readonly extends?: readonly string[];
};

/** What few runs need, and none is slowed by: how profiles are read, a plan answers questions, and a Mac would plan. */
export type Reader = () => ProfileReader & {
  readonly overview: typeof overviewOf;
  readonly showOnMac: typeof showOnMac;
};

export type WithProfiles = {
  readonly policy: Policy;
  /** The profile that nobody named: the command's or the project's, and why it is used. */
  readonly unasked: readonly { readonly name: string; readonly because: string }[];
  /** Words that profiles put before the command's own. */
  readonly added: readonly string[];
  /** The project's profile that is not used, because nobody trusted it. */
  readonly untrusted: string | null;
};

// Node calls them otherwise.
const platforms: Readonly<Record<string, 'linux' | 'macos'>> = { linux: 'linux', darwin: 'macos' };

/** The command's own profile: by its bare name or its absolute path; `./claude` is any program. */
function commandProfile([word = '']: readonly string[]): string | null {
  if (word.includes('/') && !word.startsWith('/')) return null;
  return profileOfCommand(nameOf(`/${word}`));
}

function projectFile(flags: PolicyFlags, host: Host): AbsolutePath | null {
  const start = flags.workdir === undefined ? host.workingDirectory : toAbsolute(flags.workdir, host);
  const file = start === null ? null : childOf(start, projectProfile);
  return file !== null && host.inspect(file).kind === 'file' ? file : null;
}

function isUntrusted(error: unknown): boolean {
  return isNonoError(error) && error.issues.every(({ code }) => code === 'profile/untrusted');
}

/** Whether somebody trusted what the project's profile says; a mistake in it stops the run all the same. */
function isTrusted(file: AbsolutePath, find: FindProfile): boolean {
  try {
    find(file, null);
    return true;
  } catch (error) {
    if (isUntrusted(error)) return false;
    throw error;
  }
}

/**
 * The policy of a command line with its profiles.
 *
 * @throws {NonoError} where a profile cannot be found, read or resolved
 */
export function policyWithProfiles(
  flags: PolicyFlags & ProfileFlags,
  command: readonly string[],
  host: Host,
  reader: Reader,
): WithProfiles {
  const find = profileFinder(host, reader);
  const ofCommand = flags.profile === undefined ? commandProfile(command) : null;
  const ofProject = flags.profile === undefined ? projectFile(flags, host) : null;
  const isUsed = ofProject !== null && isTrusted(ofProject, find);
  const named = [flags.profile, ofCommand, isUsed ? ofProject : null, ...(flags.extends ?? [])];
  const resolved = resolveProfiles(
    named.filter((reference) => typeof reference === 'string'),
    find,
  );
  const here = { platform: platforms[host.platform] ?? 'linux', environment: host.environment };
  const layers = resolved.map((each) => layerFromProfile(each, here));
  const policy = policyFromFlags(flags, command, layers);
  return {
    policy,
    added: policy.command.slice(1, 1 + policy.command.length - command.length),
    unasked: [
      ...(ofCommand === null ? [] : [{ name: ofCommand, because: "by the command's name" }]),
      ...(isUsed ? [{ name: projectProfile, because: 'trusted in this project' }] : []),
    ],
    untrusted: ofProject !== null && !isUsed ? projectProfile : null,
  };
}
