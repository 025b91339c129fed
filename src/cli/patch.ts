// Two texts as a unified diff, as other programs read it: without the line of equals signs before it.
import { createTwoFilesPatch } from 'diff';

export function patchOf(from: string, to: string, before: string, after: string): string {
  const patch = createTwoFilesPatch(from, to, before, after);
  return patch.slice(patch.indexOf('--- ')).trimEnd();
}
