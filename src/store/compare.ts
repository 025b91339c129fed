// An original against what stands in its place now.
import {
  type BigIntStats,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import type { BytePath, Kept } from './journal.ts';
import { type Original, originalsOf } from './originals.ts';
import { atPlace, statusOf } from './place.ts';
import type { Session } from './sessions.ts';

/**
 * `same`: nothing to undo. `changed` and `missing`: the original can take its place. `moved`: it is whole under another
 * name. `planted`: the session made it where it may not write. `lost`: the store does not hold it any more.
 */
export type State = 'same' | 'changed' | 'missing' | 'moved' | 'planted' | 'lost';

export type Difference = {
  readonly original: Original;
  readonly state: State;
  /** What stands there was changed after the session ended. */
  readonly newer: boolean;
};

const typeBits = 0o170000;
const regular = 0o100000;
const link = 0o120000;
// Node hands utimes(2) whole microseconds, from a float.
const timeSlack = 2_000n;

export function objectOf(session: Session, kept: Kept): string {
  return join(session.directory, 'objects', String(kept.object));
}

export function isRegular({ mode }: Kept): boolean {
  return (mode & typeBits) === regular;
}

export function isLink({ mode }: Kept): boolean {
  return (mode & typeBits) === link;
}

/** What stands at a path, no link on the way followed; null: nothing. */
export function statusAt(path: BytePath): BigIntStats | null {
  return atPlace(path, statusOf);
}

const { O_NOFOLLOW, O_NONBLOCK } = constants;

function readHeld(file: Buffer): Buffer {
  const descriptor = openSync(file, O_NOFOLLOW | O_NONBLOCK);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** What a file holds, or where a link leads, as bytes; null where there is neither. */
export function contentAt(path: BytePath): Buffer | null {
  return atPlace(path, (place) => {
    const status = statusOf(place);
    if (status?.isSymbolicLink()) return readlinkSync(place.file, 'buffer');
    return status?.isFile() ? readHeld(place.file) : null;
  });
}

function sameTime(one: bigint, other: bigint): boolean {
  return one - other <= timeSlack && other - one <= timeSlack;
}

function sameContent(session: Session, path: BytePath, kept: Kept): boolean {
  if (isLink(kept)) return contentAt(path)?.toString('latin1') === kept.target;
  return !isRegular(kept) || contentAt(path)?.equals(readFileSync(objectOf(session, kept))) === true;
}

function isSame(session: Session, path: BytePath, kept: Kept, status: BigIntStats): boolean {
  if (Number(status.mode) !== kept.mode) return false;
  if (isRegular(kept) && (status.size !== kept.size || !sameTime(status.mtimeNs, kept.modified)))
    return false;
  return sameContent(session, path, kept);
}

function isHeld(session: Session, kept: Kept): boolean {
  if (kept.held === 'record') return true;
  try {
    lstatSync(objectOf(session, kept));
    return true;
  } catch {
    return false; // someone took it out of the store
  }
}

function stateOf(session: Session, { path, kept, movedTo }: Original, status: BigIntStats | null): State {
  if (kept === null) {
    if (movedTo === null || statusAt(movedTo) === null) return status === null ? 'lost' : 'same';
    return 'moved';
  }
  if (status !== null && isHeld(session, kept) && isSame(session, path, kept, status)) return 'same';
  if (!isHeld(session, kept)) return 'lost';
  if (kept.reason === 'planted') return 'planted';
  return status === null ? 'missing' : 'changed';
}

/** Every original of a session, held against the disk. */
export function compareSession(session: Session): Difference[] {
  return originalsOf(session.journal).map((original) => {
    const status = statusAt(original.path);
    const newer = status !== null && status.ctimeNs > session.ended;
    return { original, state: stateOf(session, original, status), newer };
  });
}
