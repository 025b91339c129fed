// Paths as text: what lies in what, and what a user's spelling means.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbsolutePath } from '../../src/plan/host.ts';
import {
  childOf,
  contains,
  isFaithful,
  lineage,
  nameOf,
  parentOf,
  shorten,
  toAbsolute,
} from '../../src/plan/path.ts';
import { machine } from './fake-host.ts';

const names = fc.stringMatching(/^[a-z.]{1,3}$/);
const anyPath = fc
  .array(names, { maxLength: 5 })
  .map((parts): AbsolutePath => (parts.length === 0 ? '/' : `/${parts.join('/')}`));

describe('contains()', () => {
  it.each<[AbsolutePath, AbsolutePath, boolean]>([
    ['/a', '/a', true],
    ['/a', '/a/b', true],
    ['/a', '/ab', false],
    ['/a/b', '/a', false],
    ['/', '/', true],
    ['/', '/a/b', true],
    ['/a', '/', false],
  ])('%s, %s', (directory, path, expected) => {
    expect(contains(directory, path)).toBe(expected);
  });

  it('holds exactly for the path and its ancestors', () => {
    fc.assert(
      fc.property(anyPath, anyPath, (directory, path) => {
        expect(contains(directory, path)).toBe(lineage(path).includes(directory));
      }),
    );
  });
});

describe('parentOf(), nameOf() and childOf()', () => {
  it('take a path apart and put it together', () => {
    fc.assert(
      fc.property(
        anyPath.filter((path) => path !== '/'),
        (path) => {
          expect(childOf(parentOf(path), nameOf(path))).toBe(path);
        },
      ),
    );
  });
});

describe('lineage()', () => {
  it('goes up to the root, nearest first', () => {
    expect(lineage('/a/b')).toEqual(['/a/b', '/a', '/']);
    expect(lineage('/')).toEqual(['/']);
  });
});

describe('isFaithful()', () => {
  it.each([
    ['grüße 日本', true],
    ['', true],
    ['x\uFFFDy', false],
    ['x\0y', false],
  ])('%j', (text, expected) => {
    expect(isFaithful(text)).toBe(expected);
  });
});

describe('toAbsolute()', () => {
  const host = machine({});

  it.each([
    ['/x', '/x'],
    ['/', '/'],
    ['/x/', '/x'],
    ['/x//', '/x'],
    ['~', '/home/ada'],
    ['~/', '/home/ada'],
    ['~/x', '/home/ada/x'],
    ['~x', '/home/ada/project/~x'],
    ['x', '/home/ada/project/x'],
    ['x/', '/home/ada/project/x'],
    ['.', '/home/ada/project'],
    ['./x', '/home/ada/project/x'],
    ['././/x/./y', '/home/ada/project/x/y'],
    ['./~', '/home/ada/project/~'],
    ['~/./x', '/home/ada/x'],
    ['/x/./y/.', '/x/y/.'],
    ['.x/y', '/home/ada/project/.x/y'],
    ['x./y', '/home/ada/project/x./y'],
    ['../x', '/home/ada/project/../x'],
  ])('%s is %s', (spelling, path) => {
    expect(toAbsolute(spelling, host)).toBe(path);
  });

  it('starts at the root where the home or the working directory is the root', () => {
    expect(toAbsolute('~/x', machine({}, { home: '/' }))).toBe('/x');
    expect(toAbsolute('x', machine({}, { workingDirectory: '/' }))).toBe('/x');
  });

  it('is null without the home or the working directory that it needs', () => {
    const lost = machine({}, { home: null, workingDirectory: null });
    expect(['~', '~/x', 'x', '.'].map((spelling) => toAbsolute(spelling, lost))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(toAbsolute('/x', lost)).toBe('/x');
  });
});

describe('shorten()', () => {
  it.each<[AbsolutePath, AbsolutePath | null, string]>([
    ['/home/ada', '/home/ada', '~'],
    ['/home/ada/x', '/home/ada', '~/x'],
    ['/home/adam/x', '/home/ada', '/home/adam/x'],
    ['/x', '/', '/x'],
    ['/x', null, '/x'],
  ])('%s with the home %s', (path, home, expected) => {
    expect(shorten(path, home)).toBe(expected);
  });
});
