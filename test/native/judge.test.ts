// The broker's judge says the same as the plan, and knows which moves would change its mind.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileGlob } from '../../src/plan/glob.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { compileHarness, openScratch } from './harness.ts';

const scratch = openScratch();
let harness = '';
beforeAll(() => {
  harness = compileHarness(
    join(scratch.path, 'judge'),
    ['judge.c'],
    [
      'judge.c',
      'exact.c',
      'glob.c',
      'spelling.c',
      'resolve.c',
      'marks.c',
      'caller.c',
      'held.c',
      'handle.c',
      'channel.c',
      'support.c',
      'program.c',
      'originals.c',
      'births.c',
      'keep.c',
      'passing.c',
    ],
  );
});
afterAll(scratch.close);

const flag = { read: 1, write: 2, exception: 4, builtIn: 8, glob: 16 };

/** Answers by the judge, a number each; `denies` are flags and patterns. */
function ask(denies: readonly (readonly [number, string])[], questions: readonly string[]): number[] {
  const input = [...denies.map(([flags, pattern]) => `${flags} ${pattern}`), '', ...questions, ''].join('\n');
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' }; // its tables live as long as the session
  const done = spawnSync(harness, { input, encoding: 'utf8', env });
  if (done.status !== 0) throw new Error(done.stderr);
  return done.stdout.trim().split('\n').map(Number);
}

const name = fc.constantFrom('a', 'b', 'ab', 'A', '.x', 'a.b', '[', 'c*');
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join('/')}`);
const globName = fc.constantFrom(
  'a',
  'b',
  '*',
  '**',
  '**',
  'a*',
  '?',
  '[ab]',
  '[!a]',
  '.*',
  '\\[',
  '*.b',
  'A?',
);
const glob = fc.array(globName, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);

describe('denied_at()', () => {
  it('matches globs as the plan does', () => {
    fc.assert(
      fc.property(glob, fc.array(path, { minLength: 30, maxLength: 30 }), (pattern, paths) => {
        const matches = compileGlob(pattern as AbsolutePath);
        const answers = ask(
          [[flag.read | flag.glob, pattern]],
          paths.map((each) => `d ${each}`),
        );
        expect(paths.map((each, index) => [each, answers[index] === 1])).toEqual(
          paths.map((each) => [each, matches(each as AbsolutePath)]),
        );
      }),
      { numRuns: 200 },
    );
  });

  it.each<[string, [number, string][], [string, number][]]>([
    [
      'a path and all below it, in any letters',
      [[3, '/a/b']],
      [
        ['/a/b', 3],
        ['/a/B/c', 3],
        ['/a/bc', 0],
        ['/a', 0],
        ['/', 0],
      ],
    ],
    [
      'what adds up',
      [
        [1, '/a'],
        [2, '/a/b'],
      ],
      [
        ['/a', 1],
        ['/a/b', 3],
      ],
    ],
    [
      'an exception of what is built in, and what is denied again below it',
      [
        [11, '/a'],
        [4, '/a/b'],
        [11, '/a/b/c'],
      ],
      [
        ['/a/x', 3],
        ['/a/b/x', 0],
        ['/a/b/c/x', 3],
      ],
    ],
    [
      'no exception of what the user denies, at the very path of a bypass either',
      [
        [3, '/a'],
        [4, '/a'],
        [11, '/a'],
      ],
      [['/a/x', 3]],
    ],
    [
      'no exception of what the user denies',
      [
        [3, '/a'],
        [4, '/a/b'],
        [16 | 2, '/**/x'],
      ],
      [
        ['/a/b/y', 3],
        ['/c/x', 2],
      ],
    ],
    [
      'an exception of built-in globs, as path and as glob',
      [
        [2 | 8 | 16, '/**/h/*'],
        [4 | 16, '/**/h/*.s'],
        [4, '/w/h/own'],
      ],
      [
        ['/w/h/x', 2],
        ['/w/h/x.s', 0],
        ['/w/h/own', 0],
        ['/w/h', 0],
      ],
    ],
    ['the root', [[3, '/']], [['/x', 3]]],
  ])('knows %s', (_, denies, questions) => {
    const answers = ask(
      denies,
      questions.map(([each]) => `d ${each}`),
    );
    expect(questions.map(([each], index) => [each, answers[index]])).toEqual(questions);
  });
});

describe('moving_changes_denies()', () => {
  it('is false exactly where nothing below a directory is denied otherwise after it was moved', () => {
    const rests = ['a', 'b', 'a/b', 'b/a', 'ab', '.x/a', 'a/a/a', 'a.b', 'A', 'b/.x'];
    const deny = fc.oneof(
      path.map((text): [number, string] => [3, text]),
      glob.map((text): [number, string] => [19, text]),
    );
    fc.assert(
      fc.property(fc.array(deny, { minLength: 1, maxLength: 3 }), path, path, (denies, from, to) => {
        const below = rests.flatMap((rest) => [`d ${from}/${rest}`, `d ${to}/${rest}`]);
        const [here = 0, there = 0, moves, ...rights] = ask(denies, [
          `d ${from}`,
          `d ${to}`,
          `m ${from}\t${to}`,
          ...below,
        ]);
        const differs = rests.some((_, index) => rights[2 * index] !== rights[2 * index + 1]);
        // What is denied itself is not moved at all.
        if (here === 0 && there === 0 && differs) expect(moves).toBe(1);
      }),
      { numRuns: 400 },
    );
  });

  it('lets a directory go that has nothing to do with any deny', () => {
    const denies: [number, string][] = [
      [3, '/w/secret'],
      [18, '/w/**/.git/hooks/*'],
      [19, '/w/**/.env*'],
    ];
    expect(
      ask(denies, ['m /w/a\t/w/b', 'm /w/a\t/w/x/y', 'm /w/.git\t/w/g', 'm /w/g\t/w/.git', 'm /w\t/v']),
    ).toEqual([0, 0, 1, 1, 1]);
  });
});

describe('leads_to_denied()', () => {
  it('is true for a name on the way to a denied path, not for any name', () => {
    const denies: [number, string][] = [
      [3, '/w/a/secret'],
      [18, '/w/**/.vscode/tasks.json'],
      [19, '/w/**/.env*'],
    ];
    const names = ['/w/a', '/w/A', '/w/b', '/w/x/.vscode', '/w/.vscode/other', '/w/vs', '/w/a/secret/x'];
    expect(
      ask(
        denies,
        names.map((each) => `l ${each}`),
      ),
    ).toEqual([1, 1, 0, 1, 0, 0, 0]);
  });
});
