// What became of what existed before, in words.
import type { AbsolutePath } from '../plan/host.ts';
import { shorten } from '../plan/path.ts';
import type { Aftermath } from '../store/aftermath.ts';
import type { Difference, State } from '../store/compare.ts';
import type { Change, Summary } from '../store/diff.ts';
import type { BytePath, Journal } from '../store/journal.ts';
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

export type Counts = {
  readonly kept: number;
  readonly moved: number;
  readonly refused: number;
  readonly planted: number;
};

/** How many paths a session kept an original of, moved, was refused, and made where it may not write. */
export function countOriginals({ entries }: Journal): Counts {
  const distinct = (paths: readonly BytePath[]) => new Set(paths).size;
  const kept = entries.filter((entry) => entry.kind === 'kept');
  const planted = kept.filter(({ reason }) => reason === 'planted');
  return {
    kept: distinct(kept.filter((each) => !planted.includes(each)).map(({ path }) => path)),
    planted: planted.length,
    moved: entries.filter(({ kind }) => kind === 'moved' || kind === 'swapped').length,
    refused: distinct(entries.flatMap((entry) => (entry.kind === 'refused' ? [entry.path] : []))),
  };
}

/** The one line at the end of a run; null where nothing is to be said. */
export function renderOriginals(journal: Journal): string | null {
  const { kept, refused } = countOriginals(journal);
  const parts = [
    ...(refused === 0 ? [] : [`refused to remove or cut ${counted(refused, 'file', 'files')} from before`]),
    ...(kept === 0 ? [] : [`kept ${counted(kept, 'original', 'originals')}`]),
  ];
  return parts.length === 0 ? null : `${parts.join('; ')} (nono undo list ${journal.about.id})`;
}

const namedInWarning = 5;

function some(names: readonly string[]): string {
  const shown = names.slice(0, namedInWarning).join(', ');
  return names.length > namedInWarning ? `${shown} and ${names.length - namedInWarning} more` : shown;
}

/** What a session leaves behind that counts outside, a line each. */
export function renderAftermath({ id, planted, settings, later }: Aftermath): string[] {
  const show = (path: BytePath) => showPath(path, null);
  return [
    ...(planted.length === 0
      ? []
      : [
          `took away what was made under a name that is protected or not granted: ${some(planted.map(show))} (nono undo list ${id})`,
        ]),
    ...settings.map(
      ({ path, added }) => `${show(path)} got settings that run commands: ${some(added.map(escapeText))}`,
    ),
    ...(later.length === 0 ? [] : [`changed what runs later, outside: ${some(later.map(show))}`]),
  ];
}

/** A path of the journal for people. */
export function showPath(path: BytePath, home: AbsolutePath | null): string {
  return escapeText(shorten(Buffer.from(path, 'latin1').toString('utf8') as AbsolutePath, home));
}

/** One session in the list of all. */
export function renderSession({ about, entries }: Journal): string {
  const { kept, moved, refused, planted } = countOriginals({ about, entries });
  const counts = [
    counted(kept, 'original', 'originals'),
    ...(moved === 0 ? [] : [`${moved} moved`]),
    ...(refused === 0 ? [] : [`${refused} refused`]),
    ...(planted === 0 ? [] : [`${planted} planted`]),
  ].join(', ');
  const when = about.started.slice(0, 16).replace('T', ' ');
  return `${about.id}  ${when}  ${counts}  ${escapeText(about.command)}`;
}

const stateWords: Record<State, string> = {
  same: 'unchanged',
  changed: 'changed',
  missing: 'gone',
  moved: 'moved',
  planted: 'planted',
  lost: 'lost',
};

/** One original of a session, and what became of it. */
export function renderDifference({ original, state, newer }: Difference, home: AbsolutePath | null): string {
  const { path, kept, movedTo } = original;
  const moved = movedTo === null ? '' : ` → ${showPath(movedTo, home)}`;
  const later = newer && state === 'changed' ? '  (changed again after the session)' : '';
  const why = kept === null ? '' : `  ${kept.reason}`;
  return `${stateWords[state].padEnd(9)}  ${showPath(path, home)}${moved}${why}${later}`;
}

function renderSummary(side: string, summary: Summary | null): string {
  return summary === null
    ? `  ${side}: nothing`
    : `  ${side}: ${summary.size} bytes, sha256 ${summary.sha256}`;
}

function renderPatch(patch: string, style: Style): string {
  return patch
    .split('\n')
    .map((line) => {
      // A tab is what it is: a patch with another sign in its place fits no file.
      const text = line.split('\t').map(escapeText).join('\t');
      if (line.startsWith('+')) return style('added', text);
      return line.startsWith('-') ? style('removed', text) : text;
    })
    .join('\n')
    .trimEnd();
}

export function renderChange(change: Change, name: string, home: AbsolutePath | null, style: Style): string {
  switch (change.kind) {
    case 'text':
      return renderPatch(change.patch, style);
    case 'binary':
      return [
        `binary ${name}`,
        renderSummary('before', change.before),
        renderSummary('now', change.after),
      ].join('\n');
    case 'moved':
      return `moved ${name} → ${showPath(change.to, home)}`;
    case 'status':
      return `mode or time of ${name}: ${change.before.toString(8)} before, ${change.after?.toString(8) ?? 'gone'} now`;
  }
}
