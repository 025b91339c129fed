import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { childOf, contains, lineage, parentOf } from '../../src/plan/path.ts';
import { protect } from '../../src/plan/sensitive.ts';
import { disk, machine, type Node } from '../golden/machine.ts';

const exposed = (path: AbsolutePath, host: Host = machine(disk), bypasses: AbsolutePath[] = []) =>
  protect(host, bypasses)
    .exposedBy(path)
    .map((each) => each.path);

const withNodes = (nodes: Record<AbsolutePath, Node>, changes: Partial<Host> = {}) =>
  machine({ ...disk, ...nodes }, changes);

describe('protect()', () => {
  it('finds what lies below a grant, and the protected path that a grant lies in', () => {
    expect(exposed('/home/ada')).toContain('/home/ada/.ssh');
    expect(exposed('/home')).toContain('/home/ada/.ssh');
    expect(exposed('/')).toEqual(expect.arrayContaining(['/home/ada/.ssh', '/etc/shadow']));
    expect(exposed('/home/ada/.ssh')).toEqual(['/home/ada/.ssh']);
    expect(exposed('/home/ada/.ssh/keys/one')).toEqual(['/home/ada/.ssh']);
    expect(exposed('/etc')).toContain('/etc/shadow');
    expect(exposed('/etc/ssl')).toContain('/etc/ssl/private');
  });

  it('finds every protected path after its neighbours, and from every directory around it', () => {
    const host = withNodes({ '/home/ada/.ssh/id': { link: '/data/keys/id' }, '/data/keys/id': 'file' });
    const protection = protect(host, []);
    const all = protection.paths().map(({ path }) => path);
    for (const path of all) protection.exposedBy(childOf(parentOf(path), 'neighbour'));
    const asked = new Set(all.flatMap(lineage));
    const found = new Map(
      [...asked].map((each) => [each, new Set(protection.exposedBy(each).map(({ path }) => path))]),
    );
    const missed = all.flatMap((path) => lineage(path).filter((around) => !found.get(around)?.has(path)));
    expect(missed).toEqual([]);
  });

  it('finds nothing beside what is protected', () => {
    for (const path of [
      '/home/ada/project',
      '/home/ada/.sshd',
      '/home/ada/.ss',
      '/usr',
      '/etc/ssl/certs',
      '/srv',
    ] as const)
      expect([path, exposed(path)]).toEqual([path, []]);
  });

  it('protects what does not exist yet', () => {
    expect(exposed('/home/ada/.aws')).toEqual(['/home/ada/.aws']);
    expect(exposed('/home/ada/.config/gcloud')).toContain('/home/ada/.config/gcloud');
    expect(exposed('/home/ada/.config')).toContain('/home/ada/.config/gcloud');
  });

  it('follows a protected path that is a link, and one on the way to it', () => {
    const host = withNodes({
      '/home/ada/.ssh': { link: '/data/keys' },
      '/data/keys/id': 'file',
      '/home/ada/.config': { link: '/data/config' },
      '/data/config/git': 'directory',
    });
    expect(exposed('/data/keys', host)).not.toEqual([]);
    expect(exposed('/data', host)).not.toEqual([]);
    expect(exposed('/data/keys/id', host)).not.toEqual([]);
    expect(exposed('/data/config/gcloud/file', host)).not.toEqual([]);
    expect(exposed('/data/config', host)).not.toEqual([]);
    expect(exposed('/data/config/other', host)).toEqual([]);
  });

  it('follows a home that is a link, under both names', () => {
    const host = machine(
      { '/data/ada/.ssh/id': 'file', '/home/ada': { link: '/data/ada' }, '/data/ada/project': 'directory' },
      {},
    );
    expect(exposed('/data/ada', host)).toContain('/data/ada/.ssh');
    expect(exposed('/data/ada/.ssh/id', host)).not.toEqual([]);
    expect(exposed('/data/ada/project', host)).toEqual([]);
  });

  it('protects every home, relocated directories, and the places that variables name', () => {
    const environment = {
      HOME: '/scratch',
      XDG_CONFIG_HOME: '/config',
      GNUPGHOME: '/keys/gpg',
      KUBECONFIG: '/k/one:/k/two:relative',
    };
    const host = machine(disk, { homes: ['/scratch', '/home/ada'], home: '/scratch', environment });
    for (const path of [
      '/scratch/.ssh',
      '/home/ada/.ssh',
      '/config/gcloud',
      '/keys/gpg/secring',
      '/k/one',
      '/k/two',
    ] as const)
      expect([path, exposed(path, host)]).not.toEqual([path, []]);
    expect(exposed('/keys', host)).not.toEqual([]);
    expect(exposed('/home/ada/.config/gcloud', host)).not.toEqual([]);
  });

  it('lifts what a bypass names, all below it, and a part alone', () => {
    expect(exposed('/home/ada/.ssh', machine(disk), ['/home/ada/.ssh'])).toEqual([]);
    expect(exposed('/home/ada/.ssh/id', machine(disk), ['/home/ada/.ssh'])).toEqual([]);
    expect(exposed('/home/ada/.ssh/id', machine(disk), ['/home/ada/.ssh/id'])).toEqual([]);
    expect(exposed('/home/ada/.ssh', machine(disk), ['/home/ada/.ssh/id'])).toEqual(['/home/ada/.ssh']);
    expect(exposed('/home/ada', machine(disk), ['/home/ada/.ssh'])).not.toContain('/home/ada/.ssh');
    expect(exposed('/home/ada', machine(disk), ['/home/ada/.ssh'])).toContain('/home/ada/.aws');
  });

  it('agrees with its own list: a path is exposed exactly by what contains it or lies in it', () => {
    const host = withNodes({ '/home/ada/.ssh/id': { link: '/data/keys/id' }, '/data/keys/id': 'file' });
    const protection = protect(host, []);
    const all = protection.paths().map(({ path }) => path);
    const near = fc.constantFrom(...all).chain((path) => {
      const parts = path.split('/').slice(1);
      return fc
        .tuple(fc.nat(parts.length), fc.constantFrom('', '/x', 'x', '/.ssh', '/a/b'))
        .map(
          ([keep, tail]) => `/${parts.slice(0, keep).join('/')}${tail}`.replace(/^\/\//, '/') as AbsolutePath,
        );
    });
    fc.assert(
      fc.property(near, (path) => {
        const expected = all.some((each) => contains(path, each) || contains(each, path));
        expect(protection.exposedBy(path).length > 0).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('protect() beyond the lists', () => {
  it('protects the file that a link in a protected directory leads to, where it lies', () => {
    const host = machine({
      '/home/ada/dot/id_ed25519': 'file',
      '/home/ada/.ssh/id_ed25519': { link: '/home/ada/dot/id_ed25519' },
      '/home/ada/.ssh/known': { link: '/usr/share/known' },
      '/usr/share/known': 'file',
    });
    const protection = protect(host, []);
    expect(protection.exposedBy('/home/ada/dot').map(({ path }) => path)).toEqual([
      '/home/ada/dot/id_ed25519',
    ]);
    expect(protection.exposedBy('/usr')).toEqual([]);
    expect(protect(host, ['/home/ada/dot']).exposedBy('/home/ada/dot')).toEqual([]);
  });

  it('protects the homes of other accounts', () => {
    const host = machine({ '/home/eve/.ssh/id': 'file' }, { otherHomes: ['/home/eve'] });
    expect(
      protect(host, [])
        .exposedBy('/home/eve/.ssh')
        .map(({ path }) => path),
    ).toEqual(['/home/eve/.ssh']);
  });
});
