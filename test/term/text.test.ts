import { describe, expect, it } from 'vitest';
import { quoteForShell } from '../../src/plan/quote.ts';
import { escapeText } from '../../src/term/escape.ts';
import { renderIssues } from '../../src/term/issues.ts';
import { plain } from '../../src/term/style.ts';

describe('escapeText()', () => {
  it.each([
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u001b[31mred\u0007', '\\x1b[31mred\\x07'],
    ['\u202eevil\u200b', '\\u202eevil\\u200b'],
    ['\u009b2J', '\\x9b2J'],
    ['grüße 日本', 'grüße 日本'],
  ])('%j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });
});

describe('quoteForShell()', () => {
  it.each([
    ['/plain/path-1.txt', '/plain/path-1.txt'],
    ['with space', "'with space'"],
    ["it's", "'it'\\''s'"],
    ['$(rm)', "'$(rm)'"],
    ['a\nb', "$'a\\x0ab'"],
    ['', "''"],
  ])('%j', (word, quoted) => {
    expect(quoteForShell(word)).toBe(quoted);
  });
});

describe('renderIssues()', () => {
  const issue = {
    code: 'plan/path-missing',
    message: '"a\n" is missing',
    origin: 'flag:--allow',
    remedy: 'mkdir a',
  } as const;

  it('shows the message escaped, the origin, the code and what to try', () => {
    expect(renderIssues([issue], plain)).toBe(
      'nono: "a\\n" is missing (from --allow) [plan/path-missing]\n  Try: mkdir a',
    );
  });

  it('counts what it does not show', () => {
    expect(renderIssues(Array(23).fill(issue), plain)).toContain('nono: and 3 more; --json shows all');
  });
});
