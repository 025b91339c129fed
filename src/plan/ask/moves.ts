// Renaming and linking: both names are judged, and nothing may gain access by where it goes.
import { nameOf, parentOf } from '../path.ts';
import type { Prepared } from './askable.ts';
import { denyObstacles, directoryObstacles, grantedTo, verdictOf } from './obstacles.ts';
import type { Right } from './reach.ts';
import type { Seen } from './request.ts';
import { isSave } from './saves.ts';
import type { Verdict } from './verdict.ts';

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
    ...(isThere ? prepared.ways.moving(prepared, from.name, target) : []),
  ];
  return verdictOf(obstacles, grantedTo(prepared, parentOf(from.name), ['write']));
}

export function askLink(prepared: Prepared, from: Seen, to: Seen): Verdict {
  const kind = prepared.host.status(from.name)?.kind;
  const obstacles = [
    ...(kind === undefined ? [] : denyObstacles(prepared, from.name, ['read', 'write'])),
    ...denyObstacles(prepared, to.name, ['write']),
    ...(kind === 'symlink' ? prepared.ways.misleading(prepared, to.name) : []),
    ...directoryObstacles(prepared, to.name),
    ...(kind === undefined ? [] : prepared.ways.linking(prepared, from.name, to.name)),
  ];
  return verdictOf(obstacles, grantedTo(prepared, parentOf(to.name), ['write']));
}
