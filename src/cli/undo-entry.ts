// The bundle of `nono undo`: what it needs for diffs is loaded for it alone.
import { main as mainWith } from './main.ts';
import { undo } from './undo.ts';

export function main(words: readonly string[]): number {
  return mainWith(words, undo);
}
