// The bundle of the commands that are no runs: what they need is loaded for them alone.
import { main as mainWith } from './main.ts';
import { undo } from './undo.ts';
import { why } from './why.ts';

export function main(words: readonly string[]): number {
  return mainWith(words, { undo, why });
}
