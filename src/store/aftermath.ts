// What a session leaves behind that counts outside: planted files, git settings that run commands, and scripts.
import { readFileSync } from 'node:fs';
import { addedCommands } from '../plan/git-config.ts';
import { contentAt, isLink, isRegular, objectOf } from './compare.ts';
import type { BytePath, Kept } from './journal.ts';
import { type Original, originalsOf } from './originals.ts';
import type { Session } from './sessions.ts';

export type Aftermath = {
  readonly id: string;
  /** Made under a name that is protected or not granted, and taken away. */
  readonly planted: readonly BytePath[];
  /** Configuration files of git, and the settings as `key=value`. */
  readonly settings: readonly { readonly path: BytePath; readonly added: readonly string[] }[];
  /** Changed files that somebody will run, and that no list can deny. */
  readonly later: readonly BytePath[];
};

const gitConfigs = /(^|\/)(\.git|[^/]+\.git)\/(.*\/)?config(\.worktree)?$/;

/** What names the repository that git takes hooks and settings from. */
const gitPointers = /(^|\/)\.git$|\.git\/(.*\/)?(commondir|gitdir)$/;

const scripts =
  /(^|\/)(package\.json|(GNU)?[Mm]akefile|justfile|Justfile|Rakefile|Taskfile\.ya?ml|tox\.ini|noxfile\.py|setup\.py|pyproject\.toml|build\.rs|CMakeLists\.txt|build\.gradle(\.kts)?|gradlew|pom\.xml|Dockerfile|(docker-)?compose\.ya?ml|\.pre-commit-config\.yaml|\.gitlab-ci\.yml|Jenkinsfile|\.(github\/workflows|circleci|husky)\/.+)$/;

function addedSettings(session: Session, path: BytePath, kept: Kept): readonly string[] {
  const now = contentAt(path);
  if (now === null || !isRegular(kept)) return [];
  return addedCommands(readFileSync(objectOf(session, kept), 'utf8'), now.toString('utf8'));
}

function contentBefore(session: Session, { kept, movedTo }: Original): string | null {
  if (kept === null) return (movedTo === null ? null : contentAt(movedTo))?.toString('utf8') ?? null;
  if (isLink(kept)) return kept.target;
  return isRegular(kept) ? readFileSync(objectOf(session, kept), 'utf8') : null;
}

/** Where it leads now, if that is elsewhere than before. */
function newPointer(session: Session, original: Original): readonly string[] {
  const now = contentAt(original.path)?.toString('utf8') ?? null;
  const before = contentBefore(session, original);
  return now === null || before === null || now === before ? [] : [now.trim()];
}

export function aftermathOf(session: Session): Aftermath {
  const { entries, about } = session.journal;
  const originals = originalsOf({ entries });
  const kept = originals.flatMap(({ path, kept: each }) => (each === null ? [] : [{ path, kept: each }]));
  const rewritten = kept.filter((each) => each.kept.reason !== 'planted');
  return {
    id: about.id,
    planted: kept.filter((each) => each.kept.reason === 'planted').map(({ path }) => path),
    settings: [
      ...rewritten
        .filter(({ path }) => gitConfigs.test(path))
        .map((each) => ({ path: each.path, added: addedSettings(session, each.path, each.kept) })),
      ...originals
        .filter(({ path, kept: each }) => gitPointers.test(path) && each?.reason !== 'planted')
        .map((each) => ({ path: each.path, added: newPointer(session, each) })),
    ].filter(({ added }) => added.length > 0),
    later: rewritten.filter(({ path }) => scripts.test(path)).map(({ path }) => path),
  };
}
