// Renaming and linking: both names are judged, and nothing may gain access by where it goes.
import type { AbsolutePath } from '../host.ts';
import { contains, nameOf, parentOf } from '../path.ts';
import type { Prepared } from './askable.ts';
import { keepingObstacles } from './files.ts';
import {
  denyObstacles,
  directoryObstacles,
  grantedTo,
  misleadingObstacles,
  type Obstacle,
  verdictOf,
} from './obstacles.ts';
import type { Right } from './reach.ts';
import type { Seen } from './request.ts';
import { isSave } from './saves.ts';
import type { Verdict } from './verdict.ts';

/** Landlock names this right "refer". */
const abiWithMoves = 2;

function named(details: string, reason: Obstacle['reason'] = 'denied_path'): Obstacle {
  return { reason, rule: null, details, flags: null };
}

function boundaryObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  const { host, denies } = prepared;
  const kind = host.status(from)?.kind;
  if (kind === 'symlink') return [...misleadingObstacles(prepared, to)];
  const changes = kind === 'directory' && denies.movingChanges(from, to);
  return changes ? [named('what is denied in it would be so no more under the other name')] : [];
}

function sessionObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  const { plan, isNew } = prepared;
  if (from === plan.temporary || to === plan.temporary)
    return [named('nono removes the private directory where it put it', 'protected_from_delete')];
  if (!isNew(from) && contains(plan.temporary, parentOf(to)))
    return [
      named('it existed before the run, and the private directory goes with it', 'protected_from_delete'),
    ];
  return [];
}

/** A file may not move to where more is allowed than where it was. */
function gainObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  const [source, target] = [parentOf(from), parentOf(to)];
  const { reach, plan } = prepared;
  if (source === target) return [];
  if (plan.machine.landlockAbi < abiWithMoves)
    return [named('this kernel lets nothing move between directories inside', 'insufficient_access')];
  // What may not be changed at all yet would be granted for both.
  const will = (right: Right) =>
    reach.directoryGrantFor(target, 'write') === null || reach.directoryGrantFor(target, right) !== null;
  const isMovable = reach.directoryGrantFor(source, 'write') !== null;
  const gains = (['read', 'write'] as const).filter(
    (right) => isMovable && will(right) && reach.grantFor(from, right) === null,
  );
  if (gains.length === 0) return [];
  return [
    named(
      `${to} may be ${gains.includes('read') ? 'read' : 'written'}, and ${from} may not`,
      'insufficient_access',
    ),
  ];
}

/** What it takes the place of is kept first. */
function replacingObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): readonly Obstacle[] {
  const [moved, replaced] = [prepared.host.status(from), prepared.host.status(to)];
  return moved?.inode === replaced?.inode ? [] : keepingObstacles(prepared, to);
}

export function askRename(prepared: Prepared, from: Seen, to: Seen): Verdict {
  const isThere = prepared.host.status(from.name) !== null;
  const target = nameOf(to.name) === '' ? to.object : to.name;
  const rights: readonly Right[] = ['read', 'write'];
  const obstacles = [
    ...(isThere ? denyObstacles(prepared, from.name, rights) : []),
    ...(isThere ? denyObstacles(prepared, target, rights) : []),
    ...(isSave(prepared, from.name, target)
      ? []
      : [...directoryObstacles(prepared, from.name), ...directoryObstacles(prepared, target)]),
    ...(isThere ? boundaryObstacles(prepared, from.name, target) : []),
    ...(isThere ? sessionObstacles(prepared, from.name, target) : []),
    ...(isThere ? gainObstacles(prepared, from.name, target) : []),
    ...(isThere ? replacingObstacles(prepared, from.name, target) : []),
  ];
  return verdictOf(obstacles, grantedTo(prepared, parentOf(from.name), ['write']));
}

/** Between directories Landlock asks for both; the kernel itself links no directory. */
function linkingObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  if (parentOf(from) === parentOf(to)) return [];
  return [...directoryObstacles(prepared, from), ...gainObstacles(prepared, from, to)];
}

export function askLink(prepared: Prepared, from: Seen, to: Seen): Verdict {
  const kind = prepared.host.status(from.name)?.kind;
  const obstacles = [
    ...(kind === undefined ? [] : denyObstacles(prepared, from.name, ['read', 'write'])),
    ...denyObstacles(prepared, to.name, ['write']),
    ...(kind === 'symlink' ? misleadingObstacles(prepared, to.name) : []),
    ...directoryObstacles(prepared, to.name),
    ...(kind === undefined ? [] : linkingObstacles(prepared, from.name, to.name)),
  ];
  return verdictOf(obstacles, grantedTo(prepared, parentOf(to.name), ['write']));
}
