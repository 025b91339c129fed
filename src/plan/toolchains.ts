// PATH → the installations that its directories belong to: a tool needs more than its executable.
import type { Origin } from '../policy/policy.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { placesOf } from './listed-paths.ts';
import { childOf, contains, isAbsolute, nameOf, parentOf } from './path.ts';
import type { Protection } from './sensitive.ts';

/** A listed directory with one `*` component, and what it leads to: the `*` again is the same component. */
type Versioned = { readonly before: string; readonly after: string; readonly reads: readonly string[] };

/** The list for one machine: what a directory of PATH leads to. */
type Toolchains = {
  readonly byDirectory: ReadonlyMap<AbsolutePath, readonly string[]>;
  readonly versioned: readonly Versioned[];
};

const spelledOut = new WeakMap<Host, Toolchains>();

function spellOut(host: Host): Toolchains {
  const byDirectory = new Map<AbsolutePath, readonly string[]>();
  const versioned: Versioned[] = [];
  for (const { path, reads } of host.lists.toolchains.entries)
    for (const place of placesOf(path, host)) {
      const [before = '', after = null] = place.split('*');
      if (after !== null) versioned.push({ before, after, reads });
      else byDirectory.set(place, [...(byDirectory.get(place) ?? []), ...reads]);
    }
  return { byDirectory, versioned };
}

/** Made once: every directory of PATH is held against it. */
function toolchainsOf(host: Host): Toolchains {
  const toolchains = spelledOut.get(host) ?? spellOut(host);
  spelledOut.set(host, toolchains);
  return toolchains;
}

/** What the `*` stands for in this directory; null where the listed path is another. */
function componentOf({ before, after }: Versioned, directory: AbsolutePath): string | null {
  if (!directory.startsWith(before) || !directory.endsWith(after)) return null;
  const component = directory.slice(before.length, directory.length - after.length);
  return component === '' || component.includes('/') ? null : component;
}

function listedReads(directory: AbsolutePath, host: Host): AbsolutePath[] {
  const { byDirectory, versioned } = toolchainsOf(host);
  const named = byDirectory.get(directory) ?? [];
  const ofVersion = versioned.flatMap((each) => {
    const component = componentOf(each, directory);
    return component === null ? [] : each.reads.map((read) => read.replaceAll('*', component));
  });
  return [...named, ...ofVersion].flatMap((read) => placesOf(read, host));
}

function exists(path: AbsolutePath, host: Host): boolean {
  return 'mode' in host.inspect(path);
}

/** `PREFIX/bin` with libraries beside it is an installation; a project that has a `bin` is not. */
function prefixOf(directory: AbsolutePath, host: Host): AbsolutePath | null {
  const prefix = parentOf(directory);
  if (nameOf(directory) !== 'bin' || prefix === '/' || host.homes.some((home) => contains(prefix, home)))
    return null;
  if (exists(childOf(prefix, '.git'), host)) return null;
  const marks = ['lib', 'libexec', 'pyvenv.cfg'].map((mark) => childOf(prefix, mark));
  return marks.some((mark) => exists(mark, host)) ? prefix : null;
}

/** PATH is no list of grants: a directory that holds anything protected, such as the home, is left out. */
function readGrant(path: AbsolutePath, origin: Origin, host: Host, protection: Protection): Grant[] {
  const fact = host.inspect(path);
  if (!('mode' in fact) || protection.exposedBy(fact.canonical).length > 0) return [];
  return [{ path: fact.canonical, kind: fact.kind, access: 'read', origin, required: false }];
}

/** Read grants for the installation around a directory of executables. */
export function installationGrants(
  directory: AbsolutePath,
  origin: Origin,
  host: Host,
  protection: Protection,
): Grant[] {
  const fact = host.inspect(directory);
  const spellings = 'mode' in fact ? [directory, fact.canonical] : [directory];
  const listed = spellings.flatMap((each) => listedReads(each, host));
  const prefixes = listed.length > 0 ? [] : spellings.flatMap((each) => prefixOf(each, host) ?? []);
  return [...listed, ...prefixes].flatMap((path) => readGrant(path, origin, host, protection));
}

/** The absolute directories of PATH, in order; a relative one would mean another place after every `cd`. */
export function searchPath(host: Host): AbsolutePath[] {
  return [...new Set((host.environment.PATH ?? '').split(':').filter(isAbsolute))];
}

/** @param isLedAway whether a run like this one could have put a link in the way: what that leads to stays closed */
export function toolchainGrants(
  host: Host,
  protection: Protection,
  isLedAway: (path: AbsolutePath) => boolean,
): Grant[] {
  return searchPath(host)
    .filter((directory) => !isLedAway(directory))
    .flatMap((directory) => [
      ...readGrant(directory, 'environment:PATH', host, protection),
      ...installationGrants(directory, 'environment:PATH', host, protection),
    ]);
}
