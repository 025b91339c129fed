// PATH → the installations that its directories belong to: a tool needs more than its executable.
import { toolchainList } from '../policy/lists.ts';
import type { Origin } from '../policy/policy.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, contains, isAbsolute, nameOf, parentOf } from './path.ts';
import { type Protection, placesOf } from './sensitive.ts';
import { grantAround } from './system.ts';

/** Matches a listed path with at most one `*` component; returns what the `*` stood for, `''` without one. */
function matchListed(listed: AbsolutePath, path: AbsolutePath): string | null {
  const star = listed.indexOf('*');
  if (star < 0) return listed === path ? '' : null;
  const [before, after] = [listed.slice(0, star), listed.slice(star + 1)];
  if (!path.startsWith(before) || !path.endsWith(after)) return null;
  const component = path.slice(before.length, path.length - after.length);
  return component === '' || component.includes('/') ? null : component;
}

function listedReads(directory: AbsolutePath, host: Host): AbsolutePath[] {
  return toolchainList.entries.flatMap(({ path, reads }) =>
    placesOf(path, host).flatMap((place) => {
      const component = matchListed(place, directory);
      if (component === null) return [];
      return reads.flatMap((read) => placesOf(read.replaceAll('*', component), host));
    }),
  );
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

function readGrant(path: AbsolutePath, origin: Origin, host: Host, protection: Protection): Grant[] {
  const fact = host.inspect(path);
  if (!('mode' in fact) || host.homes.some((home) => contains(fact.canonical, home))) return [];
  const grant: Grant = { path: fact.canonical, kind: fact.kind, access: 'read', origin, required: false };
  return grantAround(grant, host, protection);
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

export function toolchainGrants(host: Host, protection: Protection): Grant[] {
  return searchPath(host).flatMap((directory) => [
    ...readGrant(directory, 'environment:PATH', host, protection),
    ...installationGrants(directory, 'environment:PATH', host, protection),
  ]);
}
