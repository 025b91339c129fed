// As Seatbelt answers: by paths alone, with the last rule that matches. It knows no births, so removing is one answer
// for old and new, and moving is removing here and making there.
import type { AbsolutePath } from '../host.ts';
import { contains } from '../path.ts';
import type { Prepared } from './askable.ts';
import { lossObstacles } from './losses.ts';
import { noRule, type Obstacle } from './obstacles.ts';
import type { Ways } from './ways.ts';

/** A directory that leads to what is denied stays where it is, and what may not be read is not moved to where it may. */
function placeObstacles({ denies, depths, host, reach }: Prepared, name: AbsolutePath): Obstacle[] {
  const mayHoldDenied = host.status(name)?.kind === 'directory' && depths().at(name).read !== null;
  if (denies.leadsToDenied(name) || mayHoldDenied)
    return [noRule('what is denied lies in it, or may come to')];
  if (reach.directoryGrantFor(name, 'read') !== null) return [];
  return [noRule('what may only be written is not removed here', 'insufficient_access')];
}

/** Whatever had the name of a directory on the way to a denied path could have been moved there with what is denied in it. */
function making({ denies }: Prepared, name: AbsolutePath): Obstacle[] {
  return denies.leadsToDeniedPath(name) ? [noRule('what is denied would lie in it')] : [];
}

function removing(prepared: Prepared, name: AbsolutePath): readonly Obstacle[] {
  return [...placeObstacles(prepared, name), ...lossObstacles(prepared, name)];
}

const loopbackAddresses: ReadonlySet<string> = new Set(['127.0.0.1', '::1', 'localhost']);

export const seatbeltWays: Ways = {
  grantsInodes: false,
  alwaysRead: ['/'], // no program starts otherwise
  isNew: ({ temporary }, path) => contains(temporary, path),
  judgesCreations: () => true,
  saved: () => [],
  keeping: () => [],
  cutting: () => [],
  making,
  removing,
  moving: (prepared, from, to) => [
    ...removing(prepared, from),
    ...making(prepared, to),
    ...(prepared.host.status(to) === null ? [] : removing(prepared, to)),
  ],
  linking: () => [noRule('no file gets a further name here: it would not be denied by that')],
  misleading: () => [],
  seesLinks: false,
  joinsSockets: () => true,
  hasPorts: (place, address) => place === 'loopback' && loopbackAddresses.has(address.toLowerCase()),
};
