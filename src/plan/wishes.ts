// What the user asked for by path → grants, or every reason why not.
import type { Issue } from '../errors.ts';
import { grantFlagFor } from '../policy/from-flags.ts';
import type { GrantWish, PathWish } from '../policy/policy.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host, PathFact } from './host.ts';
import { contains, isFaithful, shorten, toAbsolute } from './path.ts';
import { quoteForShell } from './quote.ts';
import type { Protection, SensitivePath } from './sensitive.ts';

const namedExposures = 3;

type Found = Extract<PathFact, { mode: number }>;

function encodingIssue(wish: PathWish): Issue {
  return {
    code: 'plan/path-encoding',
    message: `"${wish.path}" is not valid UTF-8, so it may not name the file that is meant`,
    origin: wish.origin,
    remedy: 'grant the directory that holds it, by a name in UTF-8',
  };
}

function emptyIssue(wish: PathWish): Issue {
  return {
    code: 'usage/flag-value',
    message: 'the path is empty',
    origin: wish.origin,
    remedy: 'name a path',
  };
}

function unknownBaseIssue(wish: PathWish): Issue {
  const home = wish.path.startsWith('~');
  return {
    code: home ? 'host/no-home' : 'host/no-working-directory',
    message: `"${wish.path}" starts at ${home ? 'the home directory, and there is none' : 'the working directory, which is gone'}`,
    origin: wish.origin,
    remedy: 'name it by its absolute path',
  };
}

function missingIssue(wish: PathWish, fact: Exclude<PathFact, Found>, make: 'mkdir -p' | 'touch'): Issue {
  const base = { origin: wish.origin } as const;
  switch (fact.kind) {
    case 'missing':
      return {
        ...base,
        code: 'plan/path-missing',
        message: `"${wish.path}" does not exist; the nearest that does is "${fact.nearest}"`,
        remedy: `${make} ${quoteForShell(fact.canonical)}`,
      };
    case 'dangling':
      return {
        ...base,
        code: 'plan/path-dangling',
        message: `"${wish.path}" is a link to "${fact.target}", which does not exist`,
        remedy: `${make} ${quoteForShell(fact.canonical)}`,
      };
    case 'loop':
      return {
        ...base,
        code: 'plan/path-loop',
        message: `"${wish.path}" is a symbolic link that leads back to itself`,
        remedy: `ls -l ${quoteForShell(wish.path)}`,
      };
    case 'inaccessible':
      return {
        ...base,
        code: 'plan/path-inaccessible',
        message: `"${wish.path}" cannot be looked up (${fact.errno})`,
        remedy: 'grant a path that you can open yourself',
      };
  }
}

/** The canonical fact behind a path that a flag names, or the issue that says why there is none. */
function find(wish: PathWish, host: Host, make: 'mkdir -p' | 'touch'): Found | Issue {
  if (!isFaithful(wish.path)) return encodingIssue(wish);
  if (wish.path === '') return emptyIssue(wish);
  const path = toAbsolute(wish.path, host);
  if (path === null) return unknownBaseIssue(wish);
  // The working directory has a name that Node cannot spell.
  if (!isFaithful(path)) return encodingIssue({ ...wish, path });
  const fact = host.inspect(path);
  return 'mode' in fact ? fact : missingIssue(wish, fact, make);
}

function kindIssue(wish: GrantWish, fact: Pick<Found, 'kind'>): Issue | null {
  const isDirectory = fact.kind === 'directory';
  if (isDirectory === (wish.kind === 'directory')) return null;
  const flag = grantFlagFor(wish.access, isDirectory ? 'directory' : 'file');
  return {
    code: isDirectory ? 'plan/not-a-file' : 'plan/not-a-directory',
    message: `"${wish.path}" is ${isDirectory ? 'a directory' : 'not a directory'}`,
    origin: wish.origin,
    remedy: `${flag} ${quoteForShell(wish.path)}`,
  };
}

function exposureIssue(wish: PathWish, exposed: readonly SensitivePath[], host: Host): Issue {
  const named = exposed
    .slice(0, namedExposures)
    .map(({ path, title }) => `${shorten(path, host.home)} (${title})`);
  const more = exposed.length > namedExposures ? ` and ${exposed.length - namedExposures} more` : '';
  const [first] = exposed as readonly [SensitivePath];
  return {
    code: 'plan/sensitive-path',
    message: `"${wish.path}" would expose ${named.join(', ')}${more}`,
    origin: wish.origin,
    remedy:
      exposed.length === 1
        ? `a narrower path, or --bypass-protection ${quoteForShell(first.path)} if it is meant`
        : 'a narrower path, such as the project directory',
  };
}

/** What exists already comes first: that is what a reader would lose. */
function existingFirst(exposed: readonly SensitivePath[], host: Host): SensitivePath[] {
  const exists = ({ path }: SensitivePath) => 'mode' in host.inspect(path);
  return [...exposed.filter(exists), ...exposed.filter((each) => !exists(each))];
}

/** What a grant of the path exposes although nothing can deny it inside: with a broker, only what the path itself is. */
function exposures(path: AbsolutePath, protection: Protection, brokered: boolean): readonly SensitivePath[] {
  const exposed = protection.exposedBy(path);
  return brokered ? exposed.filter((each) => contains(each.path, path)) : exposed;
}

/** What is to be made before the run. */
type ToMake = { readonly kind: 'directory' | 'file'; readonly canonical: AbsolutePath };

function findOrMake(wish: GrantWish, host: Host): Found | ToMake | Issue {
  const path = typeof wish.ifMissing === 'object' ? toAbsolute(wish.path, host) : null;
  const fact = path === null ? null : host.inspect(path);
  if (fact?.kind === 'missing') return { kind: wish.kind, canonical: fact.canonical };
  return find(wish, host, wish.kind === 'directory' ? 'mkdir -p' : 'touch');
}

/** A profile names what most machines have: there it may be missing. */
export function isSkipped(wish: GrantWish, host: Host): boolean {
  if (wish.ifMissing !== 'skip') return false;
  const path = toAbsolute(wish.path, host);
  const fact = path === null ? null : host.inspect(path);
  return fact?.kind === 'missing' || fact?.kind === 'dangling';
}

/** The grant that a wish becomes, or the issue that refuses it. */
export function grantOf(
  wish: GrantWish,
  host: Host,
  protection: Protection,
  brokered: boolean,
): Grant | Issue {
  const fact = findOrMake(wish, host);
  if ('code' in fact) return fact;
  const wrongKind = kindIssue(wish, fact);
  if (wrongKind !== null) return wrongKind;
  const exposed = exposures(fact.canonical, protection, brokered);
  if (exposed.length > 0) return exposureIssue(wish, existingFirst(exposed, host), host);
  const { access, origin, ifMissing, isState } = wish;
  const grant: Grant = { path: fact.canonical, kind: fact.kind, access, origin, required: true };
  if (ifMissing === undefined && isState === undefined) return grant;
  const make = !('mode' in fact) && typeof ifMissing === 'object' && { make: ifMissing.make };
  return { ...grant, ...make, ...(isState && { isState }) };
}

/** Where a bypass points, links resolved; it may name what does not exist yet. */
export function bypassOf(wish: PathWish, host: Host): AbsolutePath | Issue {
  if (!isFaithful(wish.path)) return encodingIssue(wish);
  if (wish.path === '') return emptyIssue(wish); // an unset variable must not lift the working directory
  const path = toAbsolute(wish.path, host);
  if (path === null) return unknownBaseIssue(wish);
  const fact = host.inspect(path);
  return 'canonical' in fact ? fact.canonical : missingIssue(wish, fact, 'mkdir -p');
}

/** The directory where the command starts, or the issue that says why it cannot. */
export function workdirOf(wish: PathWish, host: Host): AbsolutePath | Issue {
  const fact = find(wish, host, 'mkdir -p');
  if ('code' in fact) return fact;
  if (fact.kind === 'directory') return fact.canonical;
  return {
    code: 'plan/workdir',
    message: `"${wish.path}" is not a directory`,
    origin: wish.origin,
    remedy: `--workdir ${quoteForShell(fact.canonical.replace(/\/[^/]*$/, '') || '/')}`,
  };
}
