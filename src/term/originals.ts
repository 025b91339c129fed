// What became of what existed before, in words.
import type { Journal } from '../store/journal.ts';

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The one line at the end of a run; null where nothing is to be said. */
export function renderOriginals({ about, entries }: Journal): string | null {
  const kept = new Set(entries.flatMap((entry) => (entry.kind === 'kept' ? [entry.path] : []))).size;
  const refused = new Set(entries.flatMap((entry) => (entry.kind === 'refused' ? [entry.path] : []))).size;
  const parts = [
    ...(refused === 0 ? [] : [`refused to remove or cut ${counted(refused, 'file', 'files')} from before`]),
    ...(kept === 0 ? [] : [`kept ${counted(kept, 'original', 'originals')}`]),
  ];
  return parts.length === 0 ? null : `${parts.join('; ')} (nono undo list ${about.id})`;
}
