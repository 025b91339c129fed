// PATH and the installations behind it.
import { describe, expect, it } from 'vitest';
import { protect } from '../../src/plan/sensitive.ts';
import { searchPath, toolchainGrants } from '../../src/plan/toolchains.ts';
import { type Disk, machine } from './fake-host.ts';

const grants = (PATH: string, disk: Disk, environment: Record<string, string> = {}) => {
  const host = machine(disk, { environment: { PATH, ...environment } });
  return toolchainGrants(host, protect(host, []), () => false);
};
const granted = (PATH: string, disk: Disk, environment?: Record<string, string>) => [
  ...new Set(grants(PATH, disk, environment).map(({ path }) => path)),
];

describe('searchPath()', () => {
  it.each([
    ['/a:/b', ['/a', '/b']],
    ['/a::b:./c:.:/d', ['/a', '/d']],
    ['/a:/b:/a', ['/a', '/b']],
    ['', []],
    ['~/bin', []],
  ])('of %j is %j', (PATH, directories) => {
    expect(searchPath(machine({}, { environment: { PATH } }))).toEqual(directories);
  });

  it('is empty without PATH', () => {
    expect(searchPath(machine({}, { environment: {} }))).toEqual([]);
  });
});

describe('toolchainGrants()', () => {
  it('reads each directory that exists, and requires none', () => {
    expect(grants('/srv/tools:/none', { '/srv/tools/x': 'file' })).toEqual([
      {
        path: '/srv/tools',
        kind: 'directory',
        access: 'read',
        origin: 'environment:PATH',
        required: false,
      },
    ]);
  });

  it.each([
    '/',
    '/home',
    '/home/ada',
    '/home/ada/',
    '/home/ada/.ssh',
    '/home/ada/.',
    '/etc',
    '/home/ada/link',
  ])('reads nothing of %s', (PATH) => {
    const disk: Disk = {
      '/home/ada/.ssh/id': 'file',
      '/home/ada/link': { link: '.ssh' },
      '/etc/shadow': { mode: 0o640 },
    };
    expect(granted(PATH, disk)).toEqual([]);
  });

  it.each<[string, Disk]>([
    ['lib', { '/srv/tool/lib': 'directory' }],
    ['libexec', { '/srv/tool/libexec': 'directory' }],
    ['pyvenv.cfg', { '/srv/tool/pyvenv.cfg': 'file' }],
  ])('reads the installation around bin by its %s', (_, mark) => {
    expect(granted('/srv/tool/bin', { '/srv/tool/bin/x': 'file', ...mark })).toEqual([
      '/srv/tool/bin',
      '/srv/tool',
    ]);
  });

  it.each<[string, Disk]>([
    ['no library beside it', { '/srv/tool/src': 'directory' }],
    ['a project, by its .git directory', { '/srv/tool/lib': 'directory', '/srv/tool/.git': 'directory' }],
    ['a worktree, by its .git file', { '/srv/tool/lib': 'directory', '/srv/tool/.git': 'file' }],
  ])('reads bin alone: %s', (_, beside) => {
    expect(granted('/srv/tool/bin', { '/srv/tool/bin/x': 'file', ...beside })).toEqual(['/srv/tool/bin']);
  });

  it('takes no directory of another name for the bin of an installation', () => {
    const disk: Disk = { '/srv/tool/scripts/x': 'file', '/srv/tool/lib': 'directory' };
    expect(granted('/srv/tool/scripts', disk)).toEqual(['/srv/tool/scripts']);
  });

  it('never takes the home, what holds it, or the root for an installation', () => {
    const disk: Disk = {
      '/home/ada/bin/x': 'file',
      '/home/ada/lib': 'directory',
      '/home/bin/x': 'file',
      '/home/lib': 'directory',
      '/bin/x': 'file',
      '/lib': 'directory',
    };
    expect(granted('/home/ada/bin:/home/bin:/bin', disk)).toEqual(['/home/ada/bin', '/home/bin', '/bin']);
  });

  it('reads no installation that holds something protected', () => {
    const disk: Disk = {
      '/srv/tool/bin/x': 'file',
      '/srv/tool/lib': 'directory',
      '/srv/tool/keys': 'directory',
      '/home/ada/.ssh': { link: '/srv/tool/keys' },
    };
    expect(granted('/srv/tool/bin', disk)).toEqual(['/srv/tool/bin']);
  });

  it('follows a link on PATH to the installation that it leads to', () => {
    const disk: Disk = {
      '/srv/current': { link: 'v2/bin' },
      '/srv/v2/bin/x': 'file',
      '/srv/v2/lib': 'directory',
    };
    expect(granted('/srv/current', disk)).toEqual(['/srv/v2/bin', '/srv/v2']);
  });

  it('reads what the list names: cargo without the tokens beside it', () => {
    const disk: Disk = {
      '/home/ada/.cargo/bin/cargo': 'file',
      '/home/ada/.cargo/credentials.toml': { mode: 0o600 },
      '/home/ada/.cargo/registry': 'directory',
      '/home/ada/.cargo/lib': 'directory',
      '/home/ada/.rustup/toolchains': 'directory',
    };
    expect(granted('/home/ada/.cargo/bin', disk)).toEqual([
      '/home/ada/.cargo/bin',
      '/home/ada/.cargo/registry',
      '/home/ada/.rustup',
    ]);
  });

  it('reads for a * in the list the version that PATH names, and no other', () => {
    const versions = '/home/ada/.nvm/versions/node';
    const disk: Disk = {
      [`${versions}/v20.1.0/bin/node` as const]: 'file',
      [`${versions}/v18.0.0/bin/node` as const]: 'file',
    };
    expect(granted(`${versions}/v20.1.0/bin`, disk)).toEqual([
      `${versions}/v20.1.0/bin`,
      `${versions}/v20.1.0`,
    ]);
  });

  it('takes * for one component that is not empty', () => {
    const versions = '/home/ada/.nvm/versions/node';
    const disk: Disk = {
      [`${versions}/a/b/bin/x` as const]: 'file',
      [`${versions}/bin/x` as const]: 'file',
    };
    expect(granted(`${versions}/a/b/bin`, disk)).toEqual([`${versions}/a/b/bin`]);
    expect(granted(`${versions}//bin`, disk)).toEqual([`${versions}/bin`]);
  });

  it('finds a relocated toolchain by its variable', () => {
    const disk: Disk = { '/srv/rust/bin/cargo': 'file', '/srv/rust/registry': 'directory' };
    const paths = granted('/srv/rust/bin', disk, { CARGO_HOME: '/srv/rust' });
    expect(paths).toEqual(['/srv/rust/bin', '/srv/rust/registry']);
  });
});
