// Requests about one file or directory: what Landlock asks of the grants, and what the broker judges besides.
import { nameOf, parentOf } from '../path.ts';
import type { Prepared } from './askable.ts';
import { blockedObstacles } from './commands.ts';
import {
  denyObstacles,
  directoryObstacles,
  grantedTo,
  noRule,
  type Obstacle,
  objectObstacles,
  verdictOf,
} from './obstacles.ts';
import type { Right } from './reach.ts';
import type { FileOperation, Seen } from './request.ts';
import { isSibling, savedFor } from './saves.ts';
import type { Verdict } from './verdict.ts';

function opening(prepared: Prepared, seen: Seen, rights: readonly Right[]): Obstacle[] {
  const isSave = isSibling(prepared, seen.object) && savedFor(prepared, seen.object, rights) !== null;
  return [
    ...denyObstacles(prepared, seen.object, rights),
    ...(isSave ? [] : objectObstacles(prepared, seen.object, seen.kind, rights)),
    ...(rights.includes('write') ? prepared.ways.keeping(prepared, seen.object) : []),
  ];
}

/** What is made is opened at once: to be read as well, its directory must be granted for that. */
function creating(prepared: Prepared, { object }: Seen, rights: readonly Right[]): Obstacle[] {
  const isSave = savedFor(prepared, object, rights) !== null;
  return [
    ...denyObstacles(prepared, object, ['write']),
    ...prepared.ways.making(prepared, object),
    ...(isSave ? [] : rights.flatMap((right) => directoryObstacles(prepared, object, right))),
  ];
}

/** Opens what is there, and makes what is not. */
function writing(rights: readonly Right[]) {
  return (prepared: Prepared, seen: Seen): Obstacle[] =>
    seen.kind === null ? creating(prepared, seen, rights) : opening(prepared, seen, rights);
}

function reading(prepared: Prepared, seen: Seen): Obstacle[] {
  return opening(prepared, seen, ['read']);
}

function truncating(prepared: Prepared, seen: Seen): Obstacle[] {
  return [...opening(prepared, seen, ['write']), ...prepared.ways.cutting(prepared, seen)];
}

function deleting(prepared: Prepared, seen: Seen): Obstacle[] {
  if (prepared.host.status(seen.name) === null) return [...directoryObstacles(prepared, seen.name)];
  return [
    ...denyObstacles(prepared, seen.name, ['read', 'write']),
    ...(isSibling(prepared, seen.name) ? [] : directoryObstacles(prepared, seen.name)),
    ...prepared.ways.removing(prepared, seen.name),
  ];
}

/** Nothing that is there is followed or replaced: it only stands in the way. */
function makingDirectory(prepared: Prepared, { name }: Seen): Obstacle[] {
  return [
    ...(prepared.judgesCreations ? denyObstacles(prepared, name, ['write']) : []),
    ...prepared.ways.making(prepared, name),
    ...directoryObstacles(prepared, name),
  ];
}

function makingLink(prepared: Prepared, { name }: Seen): Obstacle[] {
  return [
    ...denyObstacles(prepared, name, ['write']),
    ...prepared.ways.misleading(prepared, name),
    ...prepared.ways.making(prepared, name),
    ...directoryObstacles(prepared, name),
  ];
}

function executing(prepared: Prepared, seen: Seen): Obstacle[] {
  const names = [...(prepared.ways.seesLinks ? [nameOf(seen.name)] : []), nameOf(seen.object)];
  const blocked = blockedObstacles(prepared, names);
  return [...blocked, ...reading(prepared, seen)];
}

/** Metadata is judged by the path of its object: a grant of another name of the file does not count. */
function changingMetadata(prepared: Prepared, seen: Seen): Obstacle[] {
  const { reach } = prepared;
  const denies = denyObstacles(prepared, seen.object, ['write']);
  const grant = reach.writeGrantAround(seen.object);
  if (grant?.kind === 'device' && grant.path === seen.object)
    return [
      ...denies,
      noRule("a device that is granted by itself is not the command's to change", 'insufficient_access'),
    ];
  if (grant !== null || isSibling(prepared, seen.object)) return [...denies];
  const found = objectObstacles(prepared, seen.object, seen.kind, ['write']);
  if (found.length > 0) return [...denies, ...found];
  return [...denies, ...directoryObstacles(prepared, seen.object)];
}

const checks: Record<FileOperation, (prepared: Prepared, seen: Seen) => readonly Obstacle[]> = {
  read: reading,
  list: reading,
  write: writing(['write']),
  readwrite: writing(['read', 'write']),
  create: writing(['write']),
  truncate: truncating,
  delete: deleting,
  execute: executing,
  chmod: changingMetadata,
  mkdir: makingDirectory,
  symlink: makingLink,
};

const rightsOf: Record<FileOperation, readonly Right[]> = {
  read: ['read'],
  list: ['read'],
  execute: ['read'],
  write: ['write'],
  readwrite: ['read', 'write'],
  create: ['write'],
  truncate: ['write'],
  delete: ['write'],
  chmod: ['write'],
  mkdir: ['write'],
  symlink: ['write'],
};

/** Where the grant that allows it is to be looked for: what is made or removed is an entry of its directory. */
function decidedAt(op: FileOperation, { name, object, kind }: Seen): Seen['object'] {
  if (op === 'delete' || op === 'mkdir' || op === 'symlink') return parentOf(name);
  return kind === null ? parentOf(object) : object;
}

export function askFile(prepared: Prepared, op: FileOperation, seen: Seen): Verdict {
  return verdictOf(checks[op](prepared, seen), grantedTo(prepared, decidedAt(op, seen), rightsOf[op]));
}
