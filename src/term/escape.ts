// Untrusted text made safe to print: no control character of a path or a program reaches the terminal.

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  return (
    named[character] ??
    (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`)
  );
}

/** The text with every control, direction and zero-width character spelled out. */
export function escapeText(text: string): string {
  return text.replace(unprintable, escapeCharacter);
}
