// Which originals of a session go back, and what became of each.
import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Difference } from './compare.ts';
import type { BytePath } from './journal.ts';
import { Replaced, restoreOriginal, type Whereabouts } from './restore.ts';
import { type Session, sessionsDirectory } from './sessions.ts';

/** What may be meant by a path: as it is spelled, and where a link on the way leads. */
function namesOf(path: string): string[] {
  const absolute = resolve(path);
  try {
    return [absolute, join(realpathSync(dirname(absolute)), basename(absolute))];
  } catch {
    return [absolute]; // its directory is gone
  }
}

/** As Node decodes arguments: what is not UTF-8 becomes the same sign here and there. */
export function textOf(path: BytePath): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}

/** Whether an original lies at or below one of these paths, which may be relative. */
export function liesBelow(paths: readonly string[]): (difference: Difference) => boolean {
  const roots = paths.flatMap(namesOf);
  return ({ original }) => {
    const path = textOf(original.path);
    return roots.some((root) => path === root || path.startsWith(`${root}/`));
  };
}

export type Choice = {
  /** What can go back. */
  readonly wanted: readonly Difference[];
  /** What was changed again after the session, and stays. */
  readonly left: readonly Difference[];
};

/**
 * @param named somebody asked for these paths by name: what was planted comes back for them alone
 * @param force also what was changed again after the session
 */
export function chooseUndoable(differences: readonly Difference[], named: boolean, force: boolean): Choice {
  const states = ['changed', 'missing', 'moved', ...(named ? ['planted'] : [])];
  const undoable = differences.filter((each) => states.includes(each.state));
  const left = undoable.filter(({ newer }) => newer && !force);
  return { wanted: undoable.filter((each) => !left.includes(each)), left };
}

/** An original that was not put back, and why. */
export type Failure = { readonly path: BytePath; readonly why: string };

export type Undone = {
  readonly failures: readonly Failure[];
  /** The session that takes it back; null where nothing was replaced. */
  readonly replaced: string | null;
};

/**
 * Puts originals back, each by itself: what stands in the way of one keeps nobody from the others.
 *
 * @param state the directory where programs keep their state
 * @param id a name for the session that keeps what is replaced
 */
export function undoSession(
  session: Session,
  wanted: readonly Difference[],
  state: string,
  id: string,
): Undone {
  const replaced = new Replaced(join(sessionsDirectory(state), id), id, session.id, () => new Date());
  const whereabouts: Whereabouts = new Map();
  const failures = wanted.flatMap((each): Failure[] => {
    try {
      restoreOriginal(session, each, replaced, whereabouts);
      return [];
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const why =
        code === 'ENOTDIR' ? 'a link or a file is in place of one of its directories' : (code ?? message);
      return [{ path: each.original.path, why }];
    }
  });
  replaced.end();
  return { failures, replaced: replaced.id };
}
