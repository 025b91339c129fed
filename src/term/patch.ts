// A unified difference in colour. What stands in it is the sandboxed side's.
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

export function renderPatch(patch: string, style: Style): string {
  return patch
    .split('\n')
    .map((line) => {
      // A tab is what it is: a patch with another sign in its place fits no file.
      const text = line.split('\t').map(escapeText).join('\t');
      if (line.startsWith('+')) return style('added', text);
      return line.startsWith('-') ? style('removed', text) : text;
    })
    .join('\n');
}
