// PATH → the installations that its directories belong to: a tool needs more than its executable.
import { toolchainList } from '../policy/lists.ts';
import type { Origin } from '../policy/policy.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, contains, isAbsolute, nameOf, parentOf } from './path.ts';
import { type Protection, placesOf } from './sensitive.ts';

/** How a listed directory, whose text may hold one `*` component, leads to what to read. */
type Toolchain = {
  readonly before: string;
  readonly after: string | null;
  readonly reads: readonly string[];
};

const spelledOut = new WeakMap<Host, readonly Toolchain[]>();

/** The list for this machine, made once: every directory of PATH is held against it. */
function toolchainsOf(host: Host): readonly Toolchain[] {
  const known = spelledOut.get(host);
  if (known !== undefined) return known;
  const toolchains = toolchainList.entries.flatMap(({ path, reads }) =>
    placesOf(path, host).map((place): Toolchain => {
      const [before = '', after = null] = place.split('*');
      return { before, after, reads };
    }),
  );
  spelledOut.set(host, toolchains);
  return toolchains;
}

/** What the `*` stands for in this directory, `''` where the listed path has none, null where it is another. */
function matchToolchain({ before, after }: Toolchain, directory: AbsolutePath): string | null {
  if (after === null) return before === directory ? '' : null;
  if (!directory.startsWith(before) || !directory.endsWith(after)) return null;
  const component = directory.slice(before.length, directory.length - after.length);
  return component === '' || component.includes('/') ? null : component;
}

function listedReads(directory: AbsolutePath, host: Host): AbsolutePath[] {
  return toolchainsOf(host).flatMap((toolchain) => {
    const component = matchToolchain(toolchain, directory);
    if (component === null) return [];
    return toolchain.reads.flatMap((read) => placesOf(read.replaceAll('*', component), host));
  });
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

export function toolchainGrants(host: Host, protection: Protection): Grant[] {
  return searchPath(host).flatMap((directory) => [
    ...readGrant(directory, 'environment:PATH', host, protection),
    ...installationGrants(directory, 'environment:PATH', host, protection),
  ]);
}
