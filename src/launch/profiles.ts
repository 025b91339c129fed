// Where profiles are found: a file, the user's own directory, or among those that come with nono.
import { type AbsolutePath, canonicalOf, type Host } from '../plan/host.ts';
import { childOf, isAbsolute, nameOf, toAbsolute } from '../plan/path.ts';
import { bundledNames, bundledProfile } from '../policy/bundled.ts';
import type { FoundProfile } from '../policy/profile.ts';
import type { FindProfile } from '../policy/resolve-profile.ts';
import { entriesIn } from './disk.ts';
import { notFound, type ProfileReader, profileBytes, textOf } from './profile-file.ts';
import { demandTrust, isOfProject } from './trust.ts';

const endings = ['.jsonc', '.json'] as const;

function configDirectory({ environment, home }: Host): AbsolutePath | null {
  const set = environment.XDG_CONFIG_HOME ?? '';
  if (isAbsolute(set)) return set;
  return home === null ? null : childOf(home, '.config');
}

/** Where the user keeps profiles; null where there is no home. */
export function profilesDirectory(host: Host): AbsolutePath | null {
  const config = configDirectory(host);
  return config === null ? null : childOf(config, 'nono/profiles');
}

/** The names of the user's own profiles, sorted. */
function userProfileNames(host: Host): string[] {
  const directory = profilesDirectory(host);
  if (directory === null) return [];
  const names = entriesIn(directory)
    .map(({ name }) => name)
    .filter((name) => endings.some((ending) => name.endsWith(ending)));
  return [...new Set(names.map((name) => name.replace(/\.jsonc?$/, '')))].sort();
}

function readFile(
  file: AbsolutePath,
  host: Host,
  reader: () => ProfileReader,
  name: string,
): FoundProfile | null {
  const bytes = profileBytes(file);
  if (bytes === null) return null;
  const canonical = canonicalOf(file, host);
  if (isOfProject(file) || isOfProject(canonical)) demandTrust(canonical, bytes, host, reader());
  return { name, file, profile: reader().read(textOf(bytes, file), file) };
}

function isFile(reference: string): boolean {
  return reference.includes('/') || endings.some((ending) => reference.endsWith(ending));
}

/** Finds profiles of this machine: by a file, or by a name that the user's own directory answers first. */
export function profileFinder(host: Host, reader: () => ProfileReader): FindProfile {
  return (reference, asker) => {
    if (isFile(reference)) {
      const file = toAbsolute(reference, host);
      const found =
        file === null ? null : readFile(file, host, reader, nameOf(file).replace(/\.jsonc?$/, ''));
      if (found === null) throw notFound(reference);
      return found;
    }
    const directory = profilesDirectory(host);
    for (const ending of directory === null ? [] : endings) {
      const file = childOf(directory as AbsolutePath, `${reference}${ending}`);
      // A user's profile may add to the bundled one of its own name.
      const found = asker?.file === file ? null : readFile(file, host, reader, reference);
      if (found !== null) return found;
    }
    const profile = bundledProfile(reference);
    if (profile === null) throw notFound(reference);
    return { name: reference, file: null, profile };
  };
}

/** Every profile that can be named. */
export function profileNames(host: Host): string[] {
  return [...new Set([...bundledNames, ...userProfileNames(host)])].sort();
}
