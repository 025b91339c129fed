// `nono undo`: what sessions kept, how it differs from what is there now, and how it is put back.
import { basename } from 'node:path';
import { type Issue, NonoError } from '../errors.ts';
import { thisHost } from '../launch/host.ts';
import type { Host } from '../plan/host.ts';
import { compareSession, type Difference } from '../store/compare.ts';
import { changeOf } from '../store/diff.ts';
import type { BytePath } from '../store/journal.ts';
import { readSession, type Session, sessionDirectories } from '../store/sessions.ts';
import { chooseUndoable, type Failure, liesBelow, textOf, undoSession } from '../store/undo.ts';
import {
  countOriginals,
  renderChange,
  renderDifference,
  renderSession,
  showPath,
} from '../term/originals.ts';
import { confirmed, isTerminal, printJson, printResult, say, styleFor } from './output.ts';

export type UndoFlags = {
  readonly json?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
};

const actions = ['list', 'diff', 'restore'] as const;
type Action = (typeof actions)[number];

function stateOf(host: Host): string {
  if (host.state !== null) return host.state;
  throw new NonoError([
    {
      code: 'host/no-state-directory',
      message: 'there is no directory where originals could be: no home, and no XDG_STATE_HOME',
      remedy: 'XDG_STATE_HOME=/the/directory nono undo list',
    },
  ]);
}

function noSession(): NonoError {
  return new NonoError([
    {
      code: 'undo/no-session',
      message: 'no session has kept anything',
      remedy: 'nono run --allow . -- COMMAND, and then nono undo list',
    },
  ]);
}

// What a restoration replaced is restored by name alone: undo said twice must not do what was undone.
function latestRun(directories: readonly string[]): Session | undefined {
  for (const directory of [...directories].reverse()) {
    const session = readSession(directory);
    if (session.journal.about.undoes === undefined) return session;
  }
  return undefined;
}

/** The first word where it names a session, or the beginning of one name; else the latest session. */
function chooseSession(
  state: string,
  words: readonly string[],
): { session: Session; paths: readonly string[] } {
  const directories = sessionDirectories(state);
  const [first = ''] = words;
  const named = first === '' ? [] : directories.filter((directory) => basename(directory).startsWith(first));
  if (named.length > 1)
    throw new NonoError([
      {
        code: 'undo/session-ambiguous',
        message: `"${first}" is the beginning of ${named.length} sessions`,
        remedy: `nono undo list ${basename(named.at(-1) as string)}`,
      },
    ]);
  const [directory] = named;
  if (directory !== undefined) return { session: readSession(directory), paths: words.slice(1) };
  const session = latestRun(directories);
  if (session === undefined) throw noSession();
  return { session, paths: words };
}

/** The differences at or below the paths that were named; all of them where none was. */
function chosen(session: Session, paths: readonly string[]): Difference[] {
  const all = compareSession(session);
  if (paths.length === 0) return all;
  const found = all.filter(liesBelow(paths));
  if (found.length > 0) return found;
  throw new NonoError([
    {
      code: 'undo/no-original',
      message: `the session ${session.id} kept nothing of ${paths.map((path) => `"${path}"`).join(', ')}`,
      remedy: `nono undo list ${session.id}`,
    },
  ]);
}

function differenceToJson({ original, state, newer }: Difference): object {
  const text = (path: BytePath | null) => (path === null ? null : textOf(path));
  const { path, kept, movedTo } = original;
  return {
    path: text(path),
    state,
    newer,
    movedTo: text(movedTo),
    ...(kept === null ? {} : { reason: kept.reason, mode: kept.mode, size: Number(kept.size) }),
  };
}

function listSessions(state: string, flags: UndoFlags): void {
  const sessions = sessionDirectories(state).map(readSession).reverse();
  if (flags.json) {
    printJson({
      version: 1,
      sessions: sessions.map(({ journal }) => ({ ...journal.about, ...countOriginals(journal) })),
    });
    return;
  }
  if (sessions.length === 0) say('nono: no session has kept anything');
  else printResult(sessions.map(({ journal }) => renderSession(journal)).join('\n'));
}

function listSession(
  session: Session,
  differences: readonly Difference[],
  host: Host,
  flags: UndoFlags,
): void {
  const refused = session.journal.entries.flatMap((entry) => (entry.kind === 'refused' ? [entry.path] : []));
  const distinct = [...new Set(refused)];
  if (flags.json) {
    printJson({
      ...session.journal.about,
      originals: differences.map(differenceToJson),
      refused: distinct.map(textOf),
    });
    return;
  }
  printResult(
    [
      renderSession(session.journal),
      ...differences.map((each) => `  ${renderDifference(each, host.home)}`),
      ...distinct.map((path) => `  ${'refused'.padEnd(9)}  ${showPath(path, host.home)}`),
    ].join('\n'),
  );
}

function showChanges(
  session: Session,
  differences: readonly Difference[],
  host: Host,
  flags: UndoFlags,
): void {
  const changes = differences
    .filter(({ state }) => state !== 'same' && state !== 'lost')
    .map((each) => {
      return { each, name: showPath(each.original.path, null), change: changeOf(session, each) };
    });
  if (flags.json)
    printJson({
      ...session.journal.about,
      changes: changes.map(({ each, change }) => ({ ...differenceToJson(each), change })),
    });
  else if (changes.length > 0)
    printResult(
      changes.map(({ change, name }) => renderChange(change, name, host.home, styleFor(1))).join('\n'),
    );
}

function failureIssues(session: Session, failures: readonly Failure[]): Issue[] {
  return failures.map(({ path, why }) => ({
    code: 'undo/failed',
    message: `"${textOf(path)}" was not restored: ${why}`,
    remedy: `ls -l its directories, make room, and nono undo restore ${session.id} again`,
  }));
}

function restore(
  session: Session,
  differences: readonly Difference[],
  host: Host,
  state: string,
  named: boolean,
  flags: UndoFlags,
): void {
  const { wanted, left } = chooseUndoable(differences, named, flags.force ?? false);
  if (!flags.json) {
    for (const each of wanted) printResult(`restore  ${renderDifference(each, host.home)}`);
    for (const each of left) printResult(`leave    ${renderDifference(each, host.home)}`);
  }
  const asks = isTerminal(0) && !flags.yes && !flags.json;
  const goes = !flags.dryRun && wanted.length > 0 && (!asks || confirmed(`Restore ${wanted.length}?`));
  const { failures, replaced } = undoSession(session, goes ? wanted : [], state, host.session.id);
  if (flags.json)
    printJson({
      ...session.journal.about,
      restored: goes ? wanted.length - failures.length : 0,
      left: left.map(differenceToJson),
      replaced,
    });
  else if (goes)
    say(
      `nono: restored ${wanted.length - failures.length}${replaced === null ? '' : `; nono undo restore ${replaced} takes it back`}`,
    );
  const newer: Issue = {
    code: 'undo/newer',
    message: `${left.length} changed again after the session, and were left as they are`,
    remedy: `nono undo restore --force ${session.id}, which keeps what is there now as well`,
  };
  const nothing: Issue = {
    code: 'undo/nothing',
    message: `of the session ${session.id} there is nothing to put back`,
    remedy: `nono undo list ${session.id}, which says what became of each original`,
  };
  const issues = [
    ...failureIssues(session, failures),
    ...(left.length > 0 ? [newer] : []),
    ...(wanted.length + left.length === 0 ? [nothing] : []),
  ];
  if (issues.length > 0) throw new NonoError(issues);
}

function actionOf(words: readonly string[]): { action: Action; rest: readonly string[] } {
  const [first = 'list', ...rest] = words;
  const action = actions.find((each) => each === first);
  if (action !== undefined) return { action, rest };
  throw new NonoError([
    {
      code: 'usage/unknown-command',
      message: `"${first}" is none of ${actions.join(', ')}`,
      remedy: 'nono undo list',
    },
  ]);
}

/**
 * Runs one `nono undo` command.
 *
 * @throws {NonoError} where there is nothing to undo, or newer work was left as it is.
 */
export function undo(words: readonly string[], flags: UndoFlags): void {
  const host = thisHost();
  const state = stateOf(host);
  const { action, rest } = actionOf(words);
  if (action === 'list' && rest.length === 0) {
    listSessions(state, flags);
    return;
  }
  const { session, paths } = chooseSession(state, rest);
  const differences = chosen(session, paths);
  if (action === 'list') listSession(session, differences, host, flags);
  else if (action === 'diff') showChanges(session, differences, host, flags);
  else restore(session, differences, host, state, paths.length > 0, flags);
}
