// As Landlock and the broker answer: by inodes and births, and with every move judged at both of its ends.
import { brokersWork } from '../broker.ts';
import type { AbsolutePath } from '../host.ts';
import { hasKeeper, type Machine } from '../machine.ts';
import { contains, parentOf } from '../path.ts';
import { savedFiles } from '../saves.ts';
import type { Prepared } from './askable.ts';
import { keepingObstacles, lossObstacles } from './losses.ts';
import { directoryObstacles, misleadingObstacles, noRule, type Obstacle } from './obstacles.ts';
import type { Right } from './reach.ts';
import type { Ways } from './ways.ts';

/** Landlock names this right "refer". */
const abiWithMoves = 2;

function canMove(machine: Machine): boolean {
  return machine.platform === 'linux' && machine.landlockAbi >= abiWithMoves;
}

function boundaryObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  const { host, denies } = prepared;
  const kind = host.status(from)?.kind;
  if (kind === 'symlink') return [...misleadingObstacles(prepared, to)];
  const changes = kind === 'directory' && denies.movingChanges(from, to);
  return changes ? [noRule('what is denied in it would be so no more under the other name')] : [];
}

function sessionObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  const { plan, isNew } = prepared;
  if (from === plan.temporary || to === plan.temporary)
    return [noRule('nono removes the private directory where it put it', 'protected_from_delete')];
  if (!isNew(from) && contains(plan.temporary, parentOf(to)))
    return [
      noRule('it existed before the run, and the private directory goes with it', 'protected_from_delete'),
    ];
  return [];
}

/** A file may not move to where more is allowed than where it was. */
function gainObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  const [source, target] = [parentOf(from), parentOf(to)];
  const { reach, plan } = prepared;
  if (source === target) return [];
  if (!canMove(plan.machine))
    return [noRule('this kernel lets nothing move between directories inside', 'insufficient_access')];
  // What may not be changed at all yet would be granted for both.
  const will = (right: Right) =>
    reach.directoryGrantFor(target, 'write') === null || reach.directoryGrantFor(target, right) !== null;
  const isMovable = reach.directoryGrantFor(source, 'write') !== null;
  const gains = (['read', 'write'] as const).filter(
    (right) => isMovable && will(right) && reach.grantFor(from, right) === null,
  );
  if (gains.length === 0) return [];
  return [
    noRule(
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

/** Between directories Landlock asks for both; the kernel itself links no directory. */
function linkingObstacles(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): Obstacle[] {
  if (parentOf(from) === parentOf(to)) return [];
  return [...directoryObstacles(prepared, from), ...gainObstacles(prepared, from, to)];
}

function hasBroker(machine: Machine): boolean {
  return machine.platform === 'linux' && machine.notifies;
}

/** What is deleted or cut is kept first, where it may be so at all. */
function losing(prepared: Prepared, name: AbsolutePath): readonly Obstacle[] {
  return [...lossObstacles(prepared, name), ...keepingObstacles(prepared, name)];
}

export const landlockWays: Ways = {
  grantsInodes: true,
  alwaysRead: [],
  isNew: ({ session, temporary }, path, born) => {
    if (path === temporary) return true;
    const time = born();
    return time !== null && time > Date.parse(session.started);
  },
  judgesCreations: ({ machine, ...rest }) =>
    machine.platform === 'linux' && (brokersWork({ ...rest, machine })?.creations ?? false),
  saved: ({ machine, grants }) =>
    machine.platform === 'linux' && hasKeeper(machine) ? savedFiles(grants) : [],
  keeping: keepingObstacles,
  cutting: (prepared, { kind, object }) => {
    const isCut = kind === 'file' && (prepared.host.status(object)?.size ?? 0) > 0;
    return isCut ? losing(prepared, object) : [];
  },
  removing: losing,
  moving: (prepared, from, to) => [
    ...boundaryObstacles(prepared, from, to),
    ...sessionObstacles(prepared, from, to),
    ...gainObstacles(prepared, from, to),
    ...replacingObstacles(prepared, from, to),
  ],
  linking: linkingObstacles,
  making: () => [],
  misleading: misleadingObstacles,
  seesLinks: true,
  joinsSockets: hasBroker,
  hasPorts: (place) => place !== 'outside',
};
