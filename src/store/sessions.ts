// The sessions whose originals are still there: found, measured, removed when they are old.
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { decodeJournal, type Journal } from './journal.ts';

export type Session = {
  readonly id: string;
  readonly directory: string;
  readonly journal: Journal;
  /** Nanoseconds since the epoch. Where death left no last record, the journal's own time. */
  readonly ended: bigint;
};

/** How long sessions stay, and how much they may hold together. */
export const sessionAges = { mostDays: 30, mostBytes: 10 * 2 ** 30 };

const day = 24 * 60 * 60 * 1000;

export function sessionsDirectory(state: string): string {
  return join(state, 'nono', 'sessions');
}

/** The state directory that a session's store is kept in. */
export function stateAround(store: string): string {
  return dirname(dirname(dirname(store)));
}

function journalOf(directory: string): string {
  return join(directory, 'journal');
}

/** @throws {Error} where the journal cannot be read or is not of this version. */
export function readSession(directory: string): Session {
  const file = journalOf(directory);
  const journal = decodeJournal(readFileSync(file));
  const last = journal.entries.at(-1);
  const ended = last?.kind === 'ended' ? last.at : statSync(file, { bigint: true }).mtimeNs;
  return { id: journal.about.id, directory, journal, ended };
}

function directoriesIn(parent: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(parent, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // no session has kept anything yet
    throw error;
  }
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(parent, name));
}

/** Directories of sessions that kept something, the oldest first: their names are in the order of time. */
export function sessionDirectories(state: string): string[] {
  return directoriesIn(sessionsDirectory(state))
    .filter((directory) => existsSync(journalOf(directory)))
    .sort();
}

function bytesOf(directory: string): number {
  const objects = join(directory, 'objects');
  if (!existsSync(objects)) return 0;
  return readdirSync(objects).reduce((sum, name) => sum + lstatSync(join(objects, name)).size, 0);
}

/** Removes the oldest sessions beyond the limits of age and size, and never the newest. */
export function pruneSessions(state: string, now: number, limits = sessionAges): void {
  const newestFirst = sessionDirectories(state).reverse().slice(1);
  let bytes = 0;
  for (const directory of newestFirst) {
    bytes += bytesOf(directory);
    const age = (now - statSync(journalOf(directory)).mtimeMs) / day;
    if (age > limits.mostDays || bytes > limits.mostBytes) rmSync(directory, { recursive: true });
  }
}
