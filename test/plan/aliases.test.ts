// A directory that is mounted in two places is denied in both.
import { describe, expect, it } from 'vitest';
import { withAliases } from '../../src/plan/aliases.ts';
import type { Pattern } from '../../src/plan/deny.ts';
import type { Grant } from '../../src/plan/grant.ts';
import { machine } from './fake-host.ts';

const mountinfo = `22 1 8:1 / / rw - ext4 /dev/sda1 rw
31 22 8:1 /data/sec /data/bound rw - ext4 /dev/sda1 rw
32 22 8:1 /data/a[b /srv/away rw - ext4 /dev/sda1 rw
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
    withAliases(host, [grant('/data')], [deny])
      .slice(1)
      .map(({ kind, text }) => `${kind} ${text}`);

  it.each<[string, Pattern, string[]]>([
    ['a path', { kind: 'path', text: '/data/sec/key' }, ['path /data/bound/key']],
    ['a path in other letters', { kind: 'path', text: '/data/SEC' }, ['path /data/bound']],
    ['a path by the other mount', { kind: 'path', text: '/data/bound/key' }, ['path /data/sec/key']],
    ['a path that is mounted once', { kind: 'path', text: '/data/other' }, []],
    [
      'a glob with the directory in it',
      { kind: 'glob', text: '/data/s?c/*.pem' },
      ['glob /data/bound/*.pem'],
    ],
    ['a glob that means the directory', { kind: 'glob', text: '/data/s*' }, ['path /data/bound']],
    [
      'a glob of any depth',
      { kind: 'glob', text: '/data/**/sec/*.pem' },
      [
        'glob /data/bound/**/sec/*.pem',
        'glob /data/bound/sec/*.pem',
        'glob /data/bound/*.pem',
        'glob /data/sec/**/sec/*.pem',
        'glob /data/sec/sec/*.pem',
      ],
    ],
  ])('of %s', (_, deny, expected) => {
    expect(inWork(deny).sort()).toEqual([...expected].sort());
  });

  it('spells a directory literally in a glob', () => {
    const deny: Pattern = { kind: 'glob', text: '/srv/away/*.pem' };
    expect(withAliases(host, [grant('/data')], [deny])[1]?.text).toBe('/data/a\\[b/*.pem');
  });
});
