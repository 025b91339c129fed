// A unified difference in colour. What stands in it is the sandboxed side's.
import { escapeText } from './escape.ts';
import type { Style } from './style.ts';

export function renderPatch(patch: string, style: Style): string {
  return patch
    .split('\n')
    .map((line) => {
      const text = escapeText(line);
      if (line.startsWith('+')) return style('added', text);
      return line.startsWith('-') ? style('removed', text) : text;
    })
    .join('\n');
}
