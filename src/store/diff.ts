// What a session changed in one file: text as a unified diff, anything else by size and hash.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createTwoFilesPatch } from 'diff';
import { contentAt, type Difference, isLink, isRegular, objectOf, statusAt } from './compare.ts';
import type { BytePath, Kept } from './journal.ts';
import type { Session } from './sessions.ts';

export type Change =
  | { readonly kind: 'text'; readonly patch: string }
  | { readonly kind: 'binary'; readonly before: Summary | null; readonly after: Summary | null }
  | { readonly kind: 'moved'; readonly to: BytePath }
  | { readonly kind: 'status'; readonly before: number; readonly after: number | null };

/** Bytes, and SHA-256 in hexadecimal. */
export type Summary = { readonly size: number; readonly sha256: string };

const looked = 8000; // how far git looks for a NUL
const largestText = 4 * 2 ** 20;

function isText(content: Buffer): boolean {
  return content.length <= largestText && !content.subarray(0, looked).includes(0);
}

function summary(content: Buffer | null): Summary | null {
  if (content === null) return null;
  return { size: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}

function contentBefore(session: Session, kept: Kept): Buffer | null {
  if (isLink(kept)) return Buffer.from(kept.target, 'latin1');
  return isRegular(kept) ? readFileSync(objectOf(session, kept)) : null;
}

const namedBytes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

function quoteByte(byte: string): string {
  return namedBytes[byte] ?? `\\${byte.charCodeAt(0).toString(8).padStart(3, '0')}`;
}

/** A name as git writes it in patches, so that programs find the file; a tab ends one with spaces. */
function patchName(name: BytePath): string {
  const quoted = name.replace(/[^ -~]|["\\]/g, quoteByte);
  if (quoted !== name) return `"${quoted}"`;
  return name.includes(' ') ? `${name}\t` : name;
}

function patchOf(path: BytePath, before: Buffer | null, after: Buffer | null): string {
  const label = (content: Buffer | null, side: string) =>
    content === null ? '/dev/null' : patchName(`${side}${path}`);
  const patch = createTwoFilesPatch(
    'before',
    'now',
    before?.toString('utf8') ?? '',
    after?.toString('utf8') ?? '',
  );
  const names = `--- ${label(before, 'before')}\n+++ ${label(after, 'now')}`;
  return patch.replace(/^=.*\n--- before\n\+\+\+ now$/m, () => names);
}

export function changeOf(session: Session, { original }: Difference): Change {
  const { path, kept, movedTo } = original;
  if (kept === null) return { kind: 'moved', to: movedTo ?? path };
  const [before, after] = [contentBefore(session, kept), contentAt(path)];
  const same = before !== null && after !== null && before.equals(after);
  if (same || (before === null && after === null))
    return { kind: 'status', before: kept.mode, after: Number(statusAt(path)?.mode ?? 0) || null };
  if ([before, after].every((content) => content === null || isText(content)))
    return { kind: 'text', patch: patchOf(path, before, after) };
  return { kind: 'binary', before: summary(before), after: summary(after) };
}
