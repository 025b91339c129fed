// What every program may read: /etc in parts, the few files of a home, trust stores, terminals.
import { describe, expect, it } from 'vitest';
import type { Grant } from '../../src/plan/grant.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { protect } from '../../src/plan/sensitive.ts';
import { grantAround, systemGrants } from '../../src/plan/system.ts';
import { type Disk, machine } from './fake-host.ts';

const etc: Disk = {
  '/etc/passwd': { mode: 0o644 },
  '/etc/shadow': { mode: 0o644 }, // readable by a slip, and still left out
  '/etc/service/key': { mode: 0o644 },
  '/etc/service.conf': { mode: 0o640 },
  '/etc/closed': { directory: 0o750 },
  '/etc/closed/inner': { mode: 0o644 },
  '/etc/ssl/certs/ca.pem': { mode: 0o644 },
  '/etc/ssl/openssl.cnf': { mode: 0o644 },
  '/etc/ssl/private/key.pem': { mode: 0o644 },
  '/etc/mtab': { link: '/proc/mounts' },
};

const around = (path: AbsolutePath, host: Host, kind: Grant['kind'] = 'directory') =>
  grantAround(
    { path, kind, access: 'read', origin: 'built-in:system', required: false },
    host,
    protect(host, []),
  );

const system = (host: Host) => systemGrants(host, protect(host, []), () => false);
const paths = (grants: readonly Grant[]) => grants.map(({ path }) => path);

describe('grantAround()', () => {
  it('grants a directory whole where nothing in it is secret', () => {
    expect(paths(around('/etc/service', machine(etc)))).toEqual(['/etc/service']);
  });

  it('grants nothing by a name that became a link after it was listed', () => {
    const host = machine(etc);
    const swapped: Host = {
      ...host,
      list: (path) => [
        ...host.list(path),
        ...(path === '/etc' ? [{ name: 'swapped', kind: 'file' as const }] : []),
      ],
      inspect: (path) => host.inspect(path === '/etc/swapped' ? '/etc/ssl/private/key.pem' : path),
    };
    expect(paths(around('/etc', swapped))).toEqual(paths(around('/etc', host)));
  });

  it('grants beside a secret every entry that anyone may read, and no link', () => {
    expect(paths(around('/etc', machine(etc))).sort()).toEqual([
      '/etc/passwd',
      '/etc/service',
      '/etc/ssl/certs',
      '/etc/ssl/openssl.cnf',
    ]);
  });

  it('gives each part its own kind, and otherwise what the whole would have had', () => {
    expect(around('/etc', machine(etc)).find(({ path }) => path === '/etc/passwd')).toEqual({
      path: '/etc/passwd',
      kind: 'file',
      access: 'read',
      origin: 'built-in:system',
      required: false,
    });
  });

  it('grants nothing of what is secret itself or lies in a secret', () => {
    expect(around('/etc/ssl/private', machine(etc))).toEqual([]);
    expect(around('/etc/shadow', machine(etc), 'file')).toEqual([]);
    expect(around('/etc/ssl/private/key.pem', machine(etc), 'file')).toEqual([]);
  });

  it('grants nothing of a directory with secrets that cannot be listed', () => {
    expect(around('/etc', machine(etc, { list: () => [] }))).toEqual([]);
  });

  it('leaves out where a link of the home leads', () => {
    const host = machine({
      ...etc,
      '/opt/tool/run': 'file',
      '/opt/keys/id': 'file',
      '/home/ada/.ssh': { link: '/opt/keys' },
    });
    expect(paths(around('/opt', host))).toEqual(['/opt/tool']);
  });
});

describe('systemGrants()', () => {
  it('passes over what the machine lacks', () => {
    expect(system(machine({ '/usr/lib': 'directory' }))).toEqual([
      { path: '/usr', kind: 'directory', access: 'read', origin: 'built-in:system', required: false },
    ]);
  });

  it('grants what a listed link leads to', () => {
    const host = machine({ '/data/lib': 'directory', '/lib': { link: 'data/lib' } });
    expect(paths(system(host))).toEqual(['/data/lib']);
  });

  it('grants the devices of its list and no other', () => {
    const host = machine({ '/dev/null': 'device', '/dev/sda': 'device', '/dev/random': 'device' });
    expect(system(host).map(({ path, kind, access }) => [path, kind, access])).toEqual([
      ['/dev/null', 'device', 'readwrite'],
      ['/dev/random', 'device', 'read'],
    ]);
  });

  it('writes nothing but devices', () => {
    const host = machine({ ...etc, '/usr': 'directory', '/dev/null': 'device', '/proc': 'directory' });
    for (const { access, kind } of system(host)) if (access !== 'read') expect(kind).toBe('device');
    expect(paths(system(host))).toContain('/proc');
  });

  it('never grants the shared or the private: /tmp, /run, /home, /root, /var', () => {
    const host = machine({
      '/tmp': 'directory',
      '/run/user': 'directory',
      '/root': 'directory',
      '/var/lib': 'directory',
      '/home/ada': 'directory',
      '/dev/shm': 'directory',
      '/dev/pts/0': 'device',
    });
    expect(system(host)).toEqual([]);
  });

  it('reads the git configuration of the home, and nothing beside it', () => {
    const host = machine({
      '/home/ada/.gitconfig': { mode: 0o600 },
      '/home/ada/.config/git/ignore': 'file',
      '/home/ada/.git-credentials': { mode: 0o600 },
      '/home/ada/.bashrc': 'file',
    });
    expect(paths(system(host))).toEqual(['/home/ada/.gitconfig', '/home/ada/.config/git/ignore']);
  });

  it('reads no git configuration that is a link to a secret', () => {
    const host = machine({
      '/home/ada/.gitconfig': { link: '.ssh/config' },
      '/home/ada/.ssh/config': 'file',
    });
    expect(system(host)).toEqual([]);
  });

  it('reads the trust stores that the environment names, each of a list', () => {
    const host = machine(
      { '/srv/a': 'directory', '/srv/b': 'directory', '/srv/ca.pem': 'file' },
      {
        environment: {
          SSL_CERT_DIR: '/srv/a:/srv/b:relative:/srv/none',
          NODE_EXTRA_CA_CERTS: '/srv/ca.pem',
        },
      },
    );
    expect(system(host).map(({ path, origin }) => [path, origin])).toEqual([
      ['/srv/a', 'environment:SSL_CERT_DIR'],
      ['/srv/b', 'environment:SSL_CERT_DIR'],
      ['/srv/ca.pem', 'environment:NODE_EXTRA_CA_CERTS'],
    ]);
  });

  it('reads no trust store that would expose a secret', () => {
    const nodes: Disk = { ...etc, '/home/ada/.ssh/id': 'file' };
    for (const value of ['/', '/home/ada', '/home', '/home/ada/.ssh/id', '/etc/shadow'])
      expect([value, system(machine(nodes, { environment: { SSL_CERT_FILE: value } })).length]).toEqual([
        value,
        system(machine(nodes, { environment: {} })).length,
      ]);
  });

  it('opens the terminals that were handed over', () => {
    const host = machine({ '/dev/pts/3': 'device', '/dev/pts/4': 'device' }, { terminals: ['/dev/pts/3'] });
    expect(system(host)).toEqual([
      {
        path: '/dev/pts/3',
        kind: 'device',
        access: 'readwrite',
        origin: 'built-in:terminal',
        required: false,
      },
    ]);
  });
});
