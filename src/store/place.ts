// A path held by its directory: opened component by component, without following a link. What is done at a place is done
// there, whatever someone puts in the way meanwhile; a session's program may have put links in the way before.
import { type BigIntStats, closeSync, lstatSync, mkdirSync, openSync } from 'node:fs';
import { directoryFlags, pathOf } from '#held';
import type { BytePath } from './journal.ts';

export type Place = {
  /** What to give to calls that do not follow a last link. */
  readonly file: Buffer;
  /** The same directory with another last name. */
  readonly beside: (name: string) => Buffer;
  readonly close: () => void;
};

/** The path as the file system takes it. */
export function fileAt(path: BytePath): Buffer {
  return Buffer.from(path, 'latin1');
}

function within(directory: number, name: BytePath): Buffer {
  return fileAt(`${pathOf(directory)}/${name}`);
}

function openBelow(directory: number, name: BytePath, makes: boolean): number {
  const path = within(directory, name);
  try {
    return openSync(path, directoryFlags);
  } catch (error) {
    if (!makes || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(path);
    return openSync(path, directoryFlags);
  }
}

function openParent(path: BytePath, makes: boolean): number {
  let directory = openSync('/', directoryFlags);
  for (const name of path.split('/').filter(Boolean).slice(0, -1)) {
    try {
      const next = openBelow(directory, name, makes);
      closeSync(directory);
      directory = next;
    } catch (error) {
      closeSync(directory);
      throw error;
    }
  }
  return directory;
}

/**
 * Holds a path's directory; `makes` the directories that are missing.
 *
 * @throws ENOENT where a directory is missing, ENOTDIR where something else, a link too, is in its place.
 */
export function holdPlace(path: BytePath, makes: boolean): Place {
  const directory = openParent(path, makes);
  return {
    file: within(directory, path.slice(path.lastIndexOf('/') + 1)),
    beside: (name) => within(directory, name),
    close: () => closeSync(directory),
  };
}

/** What stands at a place; null: nothing. */
export function statusOf({ file }: Place): BigIntStats | null {
  return lstatSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** Does something at a place; null where its directory is missing or is none. */
export function atPlace<T>(path: BytePath, act: (place: Place) => T): T | null {
  let place: Place;
  try {
    place = holdPlace(path, false);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return null;
    throw error;
  }
  try {
    return act(place);
  } finally {
    place.close();
  }
}
