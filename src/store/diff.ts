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

function patchOf(name: string, before: Buffer | null, after: Buffer | null): string {
  const label = (content: Buffer | null, text: string) => (content === null ? '/dev/null' : text);
  return createTwoFilesPatch(
    label(before, `before${name}`),
    label(after, `now${name}`),
    before?.toString('utf8') ?? '',
    after?.toString('utf8') ?? '',
  );
}

/** `name` is the path as it is shown. */
export function changeOf(session: Session, { original }: Difference, name: string): Change {
  const { path, kept, movedTo } = original;
  if (kept === null) return { kind: 'moved', to: movedTo ?? path };
  const [before, after] = [contentBefore(session, kept), contentAt(path)];
  const same = before !== null && after !== null && before.equals(after);
  if (same || (before === null && after === null))
    return { kind: 'status', before: kept.mode, after: Number(statusAt(path)?.mode ?? 0) || null };
  if ([before, after].every((content) => content === null || isText(content)))
    return { kind: 'text', patch: patchOf(name, before, after) };
  return { kind: 'binary', before: summary(before), after: summary(after) };
}
