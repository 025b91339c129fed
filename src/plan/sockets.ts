// Unix sockets that the user opens outside the write grants.
import type { Issue } from '../errors.ts';
import type { Origin, SocketWish } from '../policy/policy.ts';
import { type Denies, matchesDeny } from './deny.ts';
import { type AbsolutePath, canonicalOf, type Host, type PathFact } from './host.ts';
import { contains, isFaithful, nameOf, parentOf, toAbsolute } from './path.ts';
import { quoteForShell } from './quote.ts';

export type SocketGrant = {
  readonly path: AbsolutePath;
  readonly right: SocketWish['right'];
  readonly extent: SocketWish['extent'];
  readonly origin: Origin;
  /** A server of datagrams is there, or may be made: then messages are judged one by one. */
  readonly takesDatagrams: boolean;
};

function flagOf(wish: SocketWish): string {
  return wish.origin.replace('flag:', '');
}

function issueOf(wish: SocketWish, code: Issue['code'], why: string, remedy: string): Issue {
  return { code, message: `"${wish.path}" ${why}`, origin: wish.origin, remedy };
}

function missingIssue(wish: SocketWish, fact: Extract<PathFact, { kind: 'missing' }>, why: string): Issue {
  const directory = wish.extent === 'socket' ? parentOf(fact.canonical) : fact.canonical;
  return issueOf(
    wish,
    'plan/path-missing',
    `${why}; the nearest that does is "${fact.nearest}"`,
    `mkdir -p ${quoteForShell(directory)}`,
  );
}

/** A socket may be made later, in a directory that is there. */
function placeOf(wish: SocketWish, fact: PathFact): AbsolutePath | Issue {
  if (wish.extent !== 'socket') {
    if (fact.kind === 'directory') return fact.canonical;
    if (fact.kind === 'missing') return missingIssue(wish, fact, 'does not exist');
    return issueOf(
      wish,
      'plan/not-a-directory',
      'is not a directory',
      `${flagOf(wish).replace(/-(?:dir|subtree)/, '')} ${quoteForShell(wish.path)}`,
    );
  }
  if (fact.kind === 'directory')
    return issueOf(
      wish,
      'plan/not-a-file',
      'is a directory',
      `${flagOf(wish).replace('socket', 'socket-dir')} ${quoteForShell(wish.path)}`,
    );
  if ('mode' in fact) return fact.canonical;
  if (fact.kind === 'missing') {
    if (fact.nearest === parentOf(fact.canonical)) return fact.canonical;
    return missingIssue(wish, fact, 'lies in no directory that exists');
  }
  return issueOf(
    wish,
    'plan/path-missing',
    'is in no directory that exists',
    `ls -ld ${quoteForShell(wish.path)}`,
  );
}

/** A profile names what most machines have: there it may be missing. */
export function isSkippedSocket(wish: SocketWish, host: Host): boolean {
  const path = wish.origin.startsWith('profile:') ? toAbsolute(wish.path, host) : null;
  if (path === null) return false;
  const fact = host.inspect(path);
  const place = fact.kind === 'missing' ? placeOf(wish, fact) : null;
  return fact.kind === 'dangling' || (place !== null && typeof place !== 'string');
}

const datagramType = '0002';

/** The names under which datagrams are received on this machine, as `/proc/net/unix` has them: some are relative. */
function datagramNames(host: Host): string[] {
  return (host.text('/proc/net/unix') ?? '').split('\n').flatMap((line) => {
    const [, , , , type, , , ...name] = line.trim().split(/ +/);
    return type === datagramType && name.length > 0 ? [name.join(' ')] : [];
  });
}

function takesDatagrams({ right, extent }: SocketWish, place: AbsolutePath, host: Host): boolean {
  if (right === 'bind') return true;
  return datagramNames(host).some((name) => {
    if (!name.startsWith('/')) return extent !== 'socket' || nameOf(place) === nameOf(`/${name}`);
    const path = canonicalOf(name as AbsolutePath, host);
    if (extent === 'socket') return path === place;
    return extent === 'entries' ? parentOf(path) === place : contains(place, path);
  });
}

/** The socket that a wish opens, or the issue that refuses it. */
export function socketOf(wish: SocketWish, host: Host, denies: Denies): SocketGrant | Issue {
  const path = isFaithful(wish.path) && wish.path !== '' ? toAbsolute(wish.path, host) : null;
  if (path === null)
    return issueOf(
      wish,
      'usage/flag-value',
      'is not a path that can be looked up',
      'name it by its absolute path',
    );
  const place = placeOf(wish, host.inspect(path));
  if (typeof place !== 'string') return place;
  const denied = denies.rules.find((deny) => matchesDeny(deny, place));
  if (denied !== undefined)
    return issueOf(
      wish,
      'plan/sensitive-path',
      `is denied (${denied.origin})`,
      `--bypass-protection ${quoteForShell(place)}, if it is meant`,
    );
  return {
    path: place,
    right: wish.right,
    extent: wish.extent,
    origin: wish.origin,
    takesDatagrams: takesDatagrams(wish, place, host),
  };
}
