// The evaluator that everything on macOS is held against: what it reads, and what it refuses to read.
import { describe, expect, it } from 'vitest';
import { compileRegex, evaluator, parse } from './sbpl.ts';

const closed = '(version 1)\n(deny default)\n';
const file = (path: string, operation = 'file-read-data') => ({ operation, path });

describe('parse()', () => {
  it('reads words, texts, lists and comments', () => {
    expect(parse('; a comment\n(allow file-read* (literal "/a\\"b\\\\c") #"x\\y")')).toEqual([
      {
        kind: 'list',
        items: [
          { kind: 'symbol', name: 'allow' },
          { kind: 'symbol', name: 'file-read*' },
          {
            kind: 'list',
            items: [
              { kind: 'symbol', name: 'literal' },
              { kind: 'text', text: '/a"b\\c' },
            ],
          },
          { kind: 'text', text: 'x\\y' },
        ],
      },
    ]);
  });

  it.each(['(allow', '"never', ')', "(allow 'x)", '(allow {})', '(allow #t)'])('refuses %s', (source) => {
    expect(() => parse(source)).toThrow();
  });
});

describe('evaluator()', () => {
  it('decides by the last rule that matches, and else by the default', () => {
    const { allows } = evaluator(
      `${closed}(allow file-read* (subpath "/a"))(deny file-read-data (literal "/a/b"))(allow file-read* (subpath "/a/b/c"))`,
      {},
    );
    expect(allows(file('/a/x'))).toBe(true);
    expect(allows(file('/a'))).toBe(true);
    expect(allows(file('/ab'))).toBe(false);
    expect(allows(file('/a/b'))).toBe(false);
    expect(allows(file('/a/b', 'file-read-metadata'))).toBe(true);
    expect(allows(file('/a/b/c/d'))).toBe(true);
    expect(allows(file('/a/x', 'file-write-data'))).toBe(false);
  });

  it('answers only where both readings do: by order, and by the narrower name', () => {
    const both = (rules: string) => () =>
      evaluator(`${closed}${rules}`, {}).allows(file('/a/b', 'file-write-unlink'));
    expect(both('(allow file-write-unlink (subpath "/a"))(deny file-write* (literal "/a/b"))')).toThrow(
      'one reading',
    );
    expect(both('(allow file-write-unlink (subpath "/a"))(deny file-write-unlink)')).toThrow('one reading');
    expect(both('(allow file-write* (subpath "/a"))(deny file-write-unlink (literal "/a/b"))')()).toBe(false);
    expect(
      both('(allow file-write-unlink (subpath "/a"))(deny file-write* file-write-unlink (literal "/a/b"))')(),
    ).toBe(false);
  });

  it('takes several filters as alternatives, and combines them as told', () => {
    const { allows } = evaluator(
      `${closed}(allow file-write* (literal "/x") (require-all (subpath "/a") (require-not (regex #"/no$")) (require-any (literal "/a/p") (literal "/a/no"))))`,
      {},
    );
    const write = (path: string) => allows(file(path, 'file-write-unlink'));
    expect([write('/x'), write('/a/p'), write('/a/no'), write('/a/q')]).toEqual([true, true, false, false]);
  });

  it('puts parameters in as texts, whatever is in them', () => {
    const odd = '/a "(b)\\ \n;';
    const { allows } = evaluator(`${closed}(allow file-read* (subpath (param "P")))`, { P: odd });
    expect(allows(file(`${odd}/c`))).toBe(true);
    expect(allows(file('/a'))).toBe(false);
  });

  it('tells network from Unix sockets', () => {
    const { allows } = evaluator(
      `${closed}(allow network-outbound (remote tcp "localhost:80") (literal "/s"))(allow network-bind (local ip))`,
      {},
    );
    const tcp = (host: string, port: number) =>
      allows({ operation: 'network-outbound', address: { protocol: 'tcp', host, port } });
    expect([tcp('127.0.0.1', 80), tcp('127.0.0.1', 81), tcp('192.0.2.1', 80)]).toEqual([true, false, false]);
    expect(allows({ operation: 'network-outbound', path: '/s' })).toBe(true);
    expect(allows({ operation: 'network-bind', path: '/s' })).toBe(false);
    expect(
      allows({ operation: 'network-bind', address: { protocol: 'udp', host: '0.0.0.0', port: 5 } }),
    ).toBe(true);
  });

  it.each([
    ['(version 1)(allow default)', 'closed'],
    ['(deny default)', 'version'],
    [`${closed}(allow file-raed*)`, 'no operation'],
    [`${closed}(allow file-read* (subpaht "/a"))`, 'no filter'],
    [`${closed}(allow file-read* (subpath (param "P")))`, 'not given'],
    [`${closed}(allow file-read* (subpath "/a/"))`, 'slash'],
    [`${closed}(allow network-outbound (remote tcp "127.0.0.1:80"))`, 'no address'],
    [`${closed}(import "system.sb")`, 'no rule'],
    [`${closed}(allow file-read* (regex #"a{2}"))`, 'may mean'],
    [`${closed}(allow file-read* (regex #"a.b"))`, 'may mean'],
  ])('refuses %s', (text, why) => {
    expect(() => evaluator(text, {})).toThrow(why);
  });
});

describe('compileRegex()', () => {
  it('matches bytes', () => {
    expect(compileRegex('^/[^/]$')('/é')).toBe(false);
    expect(compileRegex('^/[^/][^/]$')('/é')).toBe(true);
    expect(compileRegex('^/é(/|$)')('/é/x')).toBe(true);
  });

  it.each(['\\d', '(?i)a', '[a\\]', 'a+?', '*a', 'a|*'])('refuses %s', (source) => {
    expect(() => compileRegex(source)).toThrow();
  });
});
