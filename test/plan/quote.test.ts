// A word of a `Try:` line, as a shell reads it back.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteForShell } from '../../src/plan/quote.ts';

const readBack = (words: readonly string[]): string[] => {
  const script = `printf '%s\\0' ${words.map(quoteForShell).join(' ')}`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
};

describe('quoteForShell()', () => {
  it.each([
    ['/plain/path-1.txt', '/plain/path-1.txt'],
    ['A=b,c:d@e%f+g', 'A=b,c:d@e%f+g'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$(rm -rf ~)', "'$(rm -rf ~)'"],
    ['`x`;y|z&', "'`x`;y|z&'"],
    ['*?[a]', "'*?[a]'"],
    ['a"b', "'a\"b'"],
    ['#no', "'#no'"],
    ['!!', "'!!'"],
    ['a\nb', "$'a\\x0ab'"],
    ["\u001b[31m'\\", "$'\\x1b[31m\\'\\\\'"],
    ['日本', "'日本'"],
  ])('%j becomes %s', (word, quoted) => {
    expect(quoteForShell(word)).toBe(quoted);
  });

  it('leaves ~ at the start open, so that what the user wrote still means the home', () => {
    expect(quoteForShell('~/data')).toBe('~/data');
  });

  it('gives the same word back from a shell, whatever it holds', () => {
    const word = fc
      .string({
        unit: fc.oneof(
          fc.constantFrom(...'\'"\\$`!*? \n\t\u001b\u007f-ab09'),
          fc.string({ unit: 'grapheme' }),
        ),
      })
      .map((each) => each.replaceAll('\0', ''))
      .filter((each) => !each.includes('~'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(readBack(words)).toEqual(words);
      }),
      { numRuns: 30 },
    );
  });
});
