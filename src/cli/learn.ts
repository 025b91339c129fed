// `nono learn`: a run whose denials are to become a profile; the reporter proposes it when the run is over.
import { type Issue, NonoError } from '../errors.ts';
import { thisHost } from '../launch/host.ts';
import { profileFinder, profilesDirectory } from '../launch/profiles.ts';
import type { LearnWish } from '../launch/report-wish.ts';
import { type AbsolutePath, canonicalOf, type Host } from '../plan/host.ts';
import { childOf, nameOf, toAbsolute } from '../plan/path.ts';
import type { Plan } from '../plan/plan.ts';
import { leadsElsewhere } from '../plan/report-file.ts';
import { profileName } from '../policy/profile-schema.ts';
import type { Reader, WithProfiles } from './profiles.ts';
import { type RunFlags, run } from './run.ts';

export type LearnFlags = RunFlags & {
  /** A profile's name, or a file. */
  readonly output?: string;
  readonly yes?: boolean;
};

const anotherPlace = 'nono learn --output NAME, or --output with a file that ends in .jsonc';

function usage(message: string): NonoError {
  return new NonoError([
    { code: 'usage/flag-value', message, origin: 'flag:--output', remedy: anotherPlace },
  ]);
}

function isFile(text: string): boolean {
  return text.includes('/') || /\.jsonc?$/.test(text);
}

/** A name that profiles can have, made of a command's. */
function nameFor(command: readonly string[]): string {
  const name = nameOf(`/${command[0] ?? ''}`)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-');
  return name.replace(/^[^a-z0-9]+/, '') || 'learned';
}

/** The user's own profile that `-p` names; what comes with nono is not written to. */
function ownProfile(flags: LearnFlags, host: Host, reader: Reader): string | null {
  if (typeof flags.profile !== 'string') return null;
  return profileFinder(host, reader)(flags.profile, null).file;
}

function targetOf(flags: LearnFlags, command: readonly string[], host: Host, reader: Reader): AbsolutePath {
  const reference = flags.output ?? ownProfile(flags, host, reader) ?? nameFor(command);
  if (isFile(reference)) {
    const file = toAbsolute(reference, host);
    if (file !== null) return file;
    throw usage(`"${reference}" is not a path that can be looked up`);
  }
  if (!profileName.test(reference))
    throw usage(`"${reference}" cannot name a profile: a-z, 0-9, ".", "_" and "-" can`);
  const directory = profilesDirectory(host);
  if (directory === null) throw usage('there is no home, and so no place for profiles');
  return childOf(directory, `${reference}.jsonc`);
}

/** Where the file really is: nothing inside may lead it elsewhere before nono writes it. */
function placeOf(file: AbsolutePath, plan: Plan, host: Host): AbsolutePath {
  const place = canonicalOf(file, host);
  const grant = leadsElsewhere(place, plan.grants);
  if (grant === null) return place;
  const issue: Issue = {
    code: 'profile/exposed',
    message: `the profile "${place}" lies in "${grant.path}", which the command may write: it could lead it anywhere`,
    origin: grant.origin,
    remedy: anotherPlace,
  };
  throw new NonoError([issue]);
}

function basesOf(flags: LearnFlags, { unasked }: WithProfiles): string[] {
  const named = [flags.profile, ...unasked.map(({ name }) => name), ...(flags.extends ?? [])];
  return named.filter((name): name is string => typeof name === 'string' && profileName.test(name));
}

/**
 * Runs a command so that everything that is denied is seen; a profile that is there already is in force.
 *
 * @throws {NonoError} with everything that stops the run, or keeps the profile from being written
 */
export function learn(flags: LearnFlags, command: readonly string[], reader: Reader): void {
  const host = thisHost();
  const target = targetOf(flags, command, host, reader);
  const isThere = host.inspect(target).kind === 'file';
  const wished = { ...flags, explain: true, ...(isThere && { extends: [...(flags.extends ?? []), target] }) };
  run(
    wished,
    command,
    reader,
    (plan, profiles): LearnWish => ({
      file: placeOf(target, plan, host),
      bases: basesOf(flags, profiles),
      workdir: plan.workdir ?? host.workingDirectory,
      command: nameOf(`/${command[0] ?? ''}`),
      isAccepted: flags.yes ?? false,
    }),
  );
}
