// What selftest finds is so: every way that it knows is tried and held here, and one that is open is called open.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { judgeWays, ways, waysOf } from '../../src/plan/ways-out.ts';
import { asEveryone } from './sandbox.ts';

const native = join(dirname(fileURLToPath(import.meta.url)), '../../native/selftest');

type Answer = {
  readonly status: string;
  readonly ways: { name: string; group: string; status: string; inside: string; outside: string }[];
  readonly trouble?: string;
};

// Where a container or an ordinary user cannot go this way either.
const mayBeClosedOutside = [
  ...[
    'handle',
    'namespace-of',
    'io-uring',
    'namespace',
    'bpf',
    'perf',
    'faults',
    'keyring',
    'trace',
    'memory',
  ],
  ...['vm-read', 'descriptor-of', 'environment', 'attributes', 'proc-root', 'proc-cwd', 'hard-link'],
  ...['icmp', 'raw', 'packet', 'mptcp', 'vsock'],
];
const onlyInside = ['plan', 'outlive', 'mount', 'terminal'];

describe('the ways out', () => {
  it.each([
    'linux',
    'macos',
  ] as const)('are the same to those who try them and to those who judge them: %s', (platform) => {
    const namesIn = (file: string) =>
      [...readFileSync(join(native, file), 'utf8').matchAll(/^ {4}\{"([a-z0-9-]+)", \w+, '[fnc]'\},$/gm)].map(
        ([, name]) => name,
      );
    expect([...namesIn('common.c'), ...namesIn(`${platform}.c`)].sort()).toEqual(waysOf(platform).sort());
  });

  it('are of one platform alone for a reason', () => {
    const common = waysOf('linux').filter((name) => waysOf('macos').includes(name));
    expect(common.length).toBeGreaterThan(30);
    for (const way of Object.values(ways)) if ('only' in way) expect(way.only[1].length).toBeGreaterThan(10);
  });

  it('are open where the kernel says so, and broken where what is granted does not work', () => {
    const outcomes = (inside: number | undefined, outside: number | undefined, name: 'read' | 'may-read') => {
      const said = (answer: number | undefined) => new Map(answer === undefined ? [] : [[name, answer]]);
      return judgeWays(said(inside), said(outside), 'linux').find((each) => each.name === name)?.outcome;
    };
    expect(outcomes(13, 0, 'read')).toBe('held');
    expect(outcomes(13, 13, 'read')).toBe('closed');
    expect(outcomes(13, undefined, 'read')).toBe('closed');
    expect(outcomes(-9, 0, 'read')).toBe('held');
    expect(outcomes(0, 0, 'read')).toBe('open');
    expect(outcomes(undefined, 0, 'read')).toBe('untried');
    expect([outcomes(0, 0, 'may-read'), outcomes(13, 0, 'may-read')]).toEqual(['works', 'broken']);
  });
});

asEveryone('nono selftest', (open) => {
  it('finds every way held, and that each is one', () => {
    const box = open();
    const { code, stdout, stderr } = box.run(['selftest', '--json']);
    const answer = JSON.parse(stdout) as Answer;
    expect([code, stderr, answer.status, answer.trouble]).toEqual([0, '', 'held', undefined]);
    const ends = answer.ways.filter(({ group }) => group !== 'granted');
    expect(answer.ways.length - ends.length).toBe(7);
    expect(ends.filter(({ status }) => status !== 'held' && status !== 'closed')).toEqual([]);
    const closed = ends.filter(({ status }) => status === 'closed').map(({ name }) => name);
    expect(closed.filter((name) => ![...mayBeClosedOutside, ...onlyInside].includes(name))).toEqual([]);
    expect(closed).toEqual(expect.arrayContaining(onlyInside));
    expect(box.outside(['ls', '-A', box.env.TMPDIR as string]).stdout).toBe('');
    expect(box.run(['undo', 'list']).stdout).toBe('');
  });

  it('ends with 1 and the reason where nothing can be tried', () => {
    const box = open();
    const { code, stdout } = box.run(['run', '-s', '--allow', '.', '--', box.nono, 'selftest']);
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/session around this one[\s\S]*Nothing was tried/),
    ]);
    const words = ['run', '-s', '--allow', '.', '--', box.nono, 'selftest', '--json'];
    expect((JSON.parse(box.run(words).stdout) as Answer).status).toBe('failed');
  });

  it('shows a table for people', () => {
    const { code, stdout } = open().run(['selftest']);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^ {2}held {5}read a file +EACCES +outside: possible$/m),
    ]);
  });
});
