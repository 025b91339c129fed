// Paths that mean the same by way of another mount.
import { describe, expect, it } from 'vitest';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { aliasesOf, parseMounts } from '../../src/plan/mounts.ts';

const mountinfo = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 8:1 /home/ada/.ssh /srv/keys rw - ext4 /dev/sda1 rw
31 22 8:1 /home/ada /mnt/with\\040blank rw - ext4 /dev/sda1 rw
32 22 0:5 / /proc rw - proc proc rw
33 22 8:2 / /data rw - ext4 /dev/sdb1 rw
34 33 8:2 /projects /mirror rw - ext4 /dev/sdb1 rw
35 22 0:4 net:[4026531840] /run/net rw - nsfs nsfs rw
`;
const mounts = parseMounts(mountinfo);

describe('parseMounts()', () => {
  it('reads paths with blanks, and passes over what has no path', () => {
    expect(mounts.map(({ point }) => point)).toEqual([
      '/',
      '/srv/keys',
      '/mnt/with blank',
      '/proc',
      '/data',
      '/mirror',
    ]);
  });
});

describe('aliasesOf()', () => {
  it.each<[AbsolutePath, string[]]>([
    ['/home/ada/.ssh', ['/srv/keys', '/mnt/with blank/.ssh']],
    ['/home/ada/.ssh/id', ['/srv/keys/id', '/mnt/with blank/.ssh/id']],
    ['/home', ['/srv/keys', '/mnt/with blank']],
    ['/srv/keys/id', ['/home/ada/.ssh/id', '/mnt/with blank/.ssh/id']],
    ['/data/projects/x', ['/mirror/x']],
    ['/mirror/x', ['/data/projects/x']],
    ['/data/other', []],
    ['/etc/shadow', []],
  ])('of %s', (path, expected) => {
    expect(aliasesOf(path, mounts)).toEqual(expected);
  });

  it('is nothing where no mount is known', () => {
    expect(aliasesOf('/a', [])).toEqual([]);
  });
});
