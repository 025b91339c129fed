// Adds rules to the text of a profile, with its comments left as they are.
import { applyEdits, findNodeAtLocation, getNodeValue, modify, parseTree } from 'jsonc-parser';

/** A list that gets one more value, or a key that has one; `key` names its way in, with dots. */
export type ProfileEdit = { readonly key: string; readonly value: unknown };

// Of what is one value, the new one stands in the place of the old.
const singles: readonly string[] = ['on_delete'];

const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };

function isThere(text: string, path: readonly string[], value: unknown): boolean {
  const root = parseTree(text, [], { allowTrailingComma: true });
  const node = root && findNodeAtLocation(root, [...path]);
  if (node === undefined) return false;
  const found: unknown = getNodeValue(node);
  const wanted = JSON.stringify(value);
  return (Array.isArray(found) ? found : [found]).some((each) => JSON.stringify(each) === wanted);
}

function added(text: string, { key, value }: ProfileEdit): string {
  const path = key.split('.');
  if (isThere(text, path, value)) return text;
  const edits = singles.includes(key)
    ? modify(text, path, value, { formattingOptions })
    : modify(text, [...path, -1], value, { formattingOptions, isArrayInsertion: true });
  return applyEdits(text, edits);
}

/** The text with every rule in it; those that it has stay where they are. */
export function editProfile(text: string, edits: readonly ProfileEdit[]): string {
  return edits.reduce(added, text);
}

/** A new profile's text. */
export function newProfile(comment: string, bases: readonly string[], edits: readonly ProfileEdit[]): string {
  const lines = ['{', ...(bases.length === 0 ? [] : [`  "extends": ${JSON.stringify(bases)}`]), '}'];
  return `// ${comment}\n${editProfile(lines.join('\n'), edits)}\n`;
}
