// One shell word: what a `Try:` line names must survive being pasted.
import type { AbsolutePath } from './host.ts';
import { shorten } from './path.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controls = /[\u0000-\u001f\u007f]/g;

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** A path within the home as `~/…`, which the shell and nono itself both understand. */
export function quotePath(path: AbsolutePath, home: AbsolutePath | null): string {
  const short = shorten(path, home);
  return short.startsWith('~/') ? `~/${quoteForShell(short.slice(2))}` : quoteForShell(path);
}

export function quoteForShell(word: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(word)) return word;
  if (word.search(controls) < 0) return `'${word.replaceAll("'", `'\\''`)}'`;
  return `$'${word.replace(/[\\']/g, '\\$&').replace(controls, escapeControl)}'`;
}
