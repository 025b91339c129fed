// What one session rewrote, moved or removed goes back to how it was.
import { basename } from 'node:path';
import { NonoError } from '../errors.ts';
import { newSession, thisHost } from '../launch/host.ts';
import { compareSession } from '../store/compare.ts';
import { readSession, sessionDirectories } from '../store/sessions.ts';
import { chooseUndoable, liesBelow, undoSession } from '../store/undo.ts';

/**
 * What `undo` is to put back.
 *
 * @example
 * ```ts
 * import type { UndoOptions } from 'nono';
 *
 * const options: UndoOptions = { paths: ['src'], force: true };
 * ```
 */
export type UndoOptions = {
  /** These, with all that is below them; without it everything. */
  readonly paths?: readonly string[];
  /** Also what was changed again after the session; that is kept as well. */
  readonly force?: boolean;
};

/**
 * What was put back.
 *
 * @example
 * ```ts
 * import type { Undone } from 'nono';
 *
 * const show = ({ restored, left, failed }: Undone) => [...restored, ...left, ...failed.map(({ path }) => path)];
 * console.log(show({ restored: ['/a'], left: [], failed: [], session: null })); // [ '/a' ]
 * ```
 */
export type Undone = {
  readonly restored: readonly string[];
  /** Changed again after the session, and left as it is: `force` puts it back. */
  readonly left: readonly string[];
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
  /** The session that undoes this; null where nothing was replaced. */
  readonly session: string | null;
};

function text(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function stateDirectory(): string {
  const { state } = thisHost();
  if (state !== null) return state;
  throw new NonoError([
    {
      code: 'host/no-state-directory',
      message: 'there is no directory where originals could be: no home, and no XDG_STATE_HOME',
      remedy: 'XDG_STATE_HOME=/the/directory',
    },
  ]);
}

/**
 * Puts back what a session changed of what existed before. What it replaces is kept, as a session of its own.
 *
 * @param session a report's `session`
 * @throws {NonoError} `undo/no-session`: it kept nothing, or is gone
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { buildPlan, undo } from 'nono';
 *
 * writeFileSync('notes.txt', 'before\n');
 * const { report } = await buildPlan({ allow: ['.'] }).compile().exec('echo after > notes.txt');
 * console.log(undo(report.session).restored.length); // 1
 * ```
 */
export function undo(session: string, { paths, force = false }: UndoOptions = {}): Undone {
  const state = stateDirectory();
  const directory = sessionDirectories(state).find((each) => basename(each) === session);
  if (directory === undefined)
    throw new NonoError([
      {
        code: 'undo/no-session',
        message: `no session "${session}" has kept anything`,
        remedy: 'nono undo list',
      },
    ]);
  const found = readSession(directory);
  const differences = compareSession(found).filter(paths === undefined ? () => true : liesBelow(paths));
  const { wanted, left } = chooseUndoable(differences, paths !== undefined, force);
  const { failures, replaced } = undoSession(found, wanted, state, newSession().id);
  const failed = new Set(failures.map(({ path }) => path));
  return {
    restored: wanted.flatMap(({ original: { path } }) => (failed.has(path) ? [] : [text(path)])),
    left: left.map(({ original: { path } }) => text(path)),
    failed: failures.map(({ path, why }) => ({ path: text(path), reason: why })),
    session: replaced,
  };
}
