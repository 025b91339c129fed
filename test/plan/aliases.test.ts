// A directory that is mounted in two places is denied in both.
import { describe, expect, it } from 'vitest';
import { withAliases } from '../../src/plan/aliases.ts';
import type { Pattern } from '../../src/plan/denies.ts';
import type { Grant } from '../../src/plan/grant.ts';
import { machine } from './fake-host.ts';

const mountinfo = `22 1 8:1 / / rw - ext4 /dev/sda1 rw
31 22 8:1 /work/sec /work/bound rw - ext4 /dev/sda1 rw
32 22 8:1 /work/a[b /srv/away rw - ext4 /dev/sda1 rw
`;
const host = machine({}, { text: (file) => (file === '/proc/self/mountinfo' ? mountinfo : null) });
const grant = (path: Grant['path']): Grant => ({
  path,
  kind: 'directory',
  access: 'readwrite',
  origin: 'flag:--allow',
  required: true,
});

describe('withAliases()', () => {
  const inWork = (deny: Pattern) =>
    withAliases(host, [grant('/work')], [deny])
      .slice(1)
      .map(({ kind, text }) => `${kind} ${text}`);

  it.each<[string, Pattern, string[]]>([
    ['a path', { kind: 'path', text: '/work/sec/key' }, ['path /work/bound/key']],
    ['a path in other letters', { kind: 'path', text: '/work/SEC' }, ['path /work/bound']],
    ['a path by the other mount', { kind: 'path', text: '/work/bound/key' }, ['path /work/sec/key']],
    ['a path that is mounted once', { kind: 'path', text: '/work/other' }, []],
    [
      'a glob with the directory in it',
      { kind: 'glob', text: '/work/s?c/*.pem' },
      ['glob /work/bound/*.pem'],
    ],
    ['a glob that means the directory', { kind: 'glob', text: '/work/s*' }, ['path /work/bound']],
    [
      'a glob of any depth',
      { kind: 'glob', text: '/work/**/sec/*.pem' },
      [
        'glob /work/bound/**/sec/*.pem',
        'glob /work/bound/sec/*.pem',
        'glob /work/bound/*.pem',
        'glob /work/sec/**/sec/*.pem',
        'glob /work/sec/sec/*.pem',
      ],
    ],
  ])('of %s', (_, deny, expected) => {
    expect(inWork(deny).sort()).toEqual([...expected].sort());
  });

  it('spells a directory literally in a glob', () => {
    const deny: Pattern = { kind: 'glob', text: '/srv/away/*.pem' };
    expect(withAliases(host, [grant('/work')], [deny])[1]?.text).toBe('/work/a\\[b/*.pem');
  });
});
