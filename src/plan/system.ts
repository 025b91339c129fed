// What every program may read: the built-in list, less what is secret within it.
import type { SystemEntry } from '../policy/lists.ts';
import type { Access, Origin } from '../policy/policy.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Entry, Host } from './host.ts';
import { placesOf } from './listed-paths.ts';
import { childOf, contains, isAbsolute } from './path.ts';
import type { Protection } from './sensitive.ts';

const othersMayRead = 0o004;

/** The entries of a directory that lie around one of these paths below it, or are it. */
function namesOnTheWay(directory: AbsolutePath, paths: readonly AbsolutePath[]): ReadonlySet<string> {
  const start = childOf(directory, '').length;
  return new Set(paths.map((path) => path.slice(start).split('/', 1)[0] ?? ''));
}

/** What stands in a directory; where it cannot be listed, as in a session that has it in parts, what that one has of it. */
function entriesOf(directory: AbsolutePath, host: Host): readonly Entry[] {
  const entries = host.list(directory);
  if (entries.length > 0) return entries;
  const below = host.readableAround().filter((path) => isBelow(directory, path));
  return [...namesOnTheWay(directory, below)].map((name) => ({
    name,
    kind: host.status(childOf(directory, name))?.kind ?? 'other',
  }));
}

/** A grant of the path itself where nothing secret lies in it, else of every entry beside what is secret. */
export function grantAround(grant: Grant, host: Host, protection: Protection): Grant[] {
  const exposed = protection.exposedBy(grant.path);
  if (exposed.length === 0) return [grant];
  if (grant.kind !== 'directory' || !exposed.every(({ path }) => isBelow(grant.path, path))) return [];
  const names = namesOnTheWay(
    grant.path,
    exposed.map(({ path }) => path),
  );
  return entriesOf(grant.path, host).flatMap(({ name, kind }) => {
    const path = childOf(grant.path, name);
    if (kind === 'symlink' || !isPublic(path, host)) return [];
    const entry = { ...grant, path, kind };
    return names.has(name) ? grantAround(entry, host, protection) : [entry];
  });
}

function isBelow(directory: AbsolutePath, path: AbsolutePath): boolean {
  return path !== directory && contains(directory, path);
}

// Root reads what other users may not: beside known secrets, only what anyone may read is granted. A link needs no
// grant of its own: the kernel asks for the file that it leads to.
function isPublic(path: AbsolutePath, host: Host): boolean {
  const fact = host.inspect(path);
  return 'mode' in fact && fact.canonical === path && (fact.mode & othersMayRead) !== 0;
}

type Listed = { readonly path: string; readonly access: Access; readonly origin: Origin };

function lookUp(
  { path, access, origin }: Listed,
  host: Host,
  isLedAway: (path: AbsolutePath) => boolean = () => false,
): Grant[] {
  return placesOf(path, host).flatMap((place) => {
    const fact = host.inspect(place);
    if (!('mode' in fact) || isLedAway(place)) return [];
    return [{ path: fact.canonical, kind: fact.kind, access, origin, required: false }];
  });
}

/** A bundle is a file; only what is called a directory may be one. */
function isStore(variable: string, path: AbsolutePath, host: Host): boolean {
  return host.inspect(path).kind === 'file' || /(DIR|PATH)$/.test(variable);
}

/** Trust stores that the environment names: without them TLS fails behind a company's proxy. */
function trustStores(host: Host): Listed[] {
  return host.lists.system.trustStores.flatMap((variable): Listed[] => {
    const paths = (host.environment[variable] ?? '').split(':').filter(isAbsolute);
    return paths
      .filter((path) => isStore(variable, path, host))
      .map((path) => ({ path, access: 'read', origin: `environment:${variable}` }));
  });
}

/** The terminals that the caller handed over, so that opening them by name works as well. */
function terminals(host: Host): Listed[] {
  return host.terminals.map((path: AbsolutePath) => ({
    path,
    access: 'readwrite',
    origin: 'built-in:terminal',
  }));
}

function listedOf(entries: readonly SystemEntry[]): Listed[] {
  return entries.map(({ path, access, group }) => ({ path, access, origin: `built-in:${group}` }));
}

/** @param isLedAway whether a run like this one could have put a link in the way: what that leads to stays closed */
export function systemGrants(
  host: Host,
  protection: Protection,
  isLedAway: (path: AbsolutePath) => boolean,
): Grant[] {
  const system = listedOf(host.lists.system.entries).flatMap((each) => lookUp(each, host));
  // What the home and the environment name is granted whole or not at all: only the system's own directories are
  // known well enough to be granted in parts.
  const named = [...listedOf(host.lists.system.home), ...trustStores(host), ...terminals(host)];
  return [
    ...system.flatMap((grant) => grantAround(grant, host, protection)),
    ...named
      .flatMap((each) => lookUp(each, host, isLedAway))
      .filter(({ path }) => protection.exposedBy(path).length === 0),
  ];
}
