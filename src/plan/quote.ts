// One shell word: what a `Try:` line names must survive being pasted.

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const controls = /[\u0000-\u001f\u007f]/g;

function escapeControl(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

export function quoteForShell(word: string): string {
  if (/^[\w@%+=:,./~-]+$/.test(word)) return word;
  if (word.search(controls) < 0) return `'${word.replaceAll("'", `'\\''`)}'`;
  return `$'${word.replace(/[\\']/g, '\\$&').replace(controls, escapeControl)}'`;
}
