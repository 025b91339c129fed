// No character of a path or a program may steer the terminal.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText } from '../../src/term/escape.ts';

const code = (number: number) => String.fromCodePoint(number);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('escapeText()', () => {
  it.each([
    ['newline, return and tab by their names', 'a\nb\rc\td', 'a\\nb\\rc\\td'],
    ['an ANSI colour', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a window title', '\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['the one-byte CSI', '\u009b2J', '\\x9b2J'],
    ['NUL and DEL', '\0\u007f', '\\x00\\x7f'],
    ['an override of direction', 'a\u202egpj.exe', 'a\\u202egpj.exe'],
    ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
    ['zero-width characters and marks', 'a\u200b\u200d\u200f\ufeff', 'a\\u200b\\u200d\\u200f\\ufeff'],
    ['line and paragraph separators', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ])('spells out %s', (_, text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  it.each([
    '',
    'plain',
    '/a b/c',
    'grüße',
    '日本語',
    '😀',
    'e\u0301',
    'quote \' " \\',
  ])('leaves %j alone', (text) => {
    expect(escapeText(text)).toBe(text);
  });

  it('leaves none of C0, DEL, C1 and the direction controls', () => {
    const controls = [
      ...range(0, 0x1f),
      ...range(0x7f, 0x9f),
      ...range(0x200b, 0x200f),
      ...range(0x2028, 0x202e),
      ...range(0x2060, 0x206f),
      0xfeff,
    ];
    for (const number of controls) expect(escapeText(`a${code(number)}b`)).toMatch(/^a\\[\w]+b$/);
  });

  it('gives one line of text whatever it was given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
