// What is found around nono, and what of it stops runs; every text comes from a file that may be missing.
import { describe, expect, it } from 'vitest';
import type { Host, Support } from '../../src/plan/host.ts';
import { lookAround } from '../../src/plan/surroundings.ts';
import { type Disk, machine } from './fake-host.ts';

const able: Support = {
  landlock: { abi: 7 },
  seccomp: { filter: true, kill: true, notify: true },
  around: null,
};

type Here = {
  readonly texts?: Readonly<Record<string, string>>;
  readonly disk?: Disk;
  readonly changes?: Partial<Host>;
  readonly support?: Support;
};

function found({ texts = {}, disk = {}, changes = {}, support = able }: Here) {
  const host = machine(disk, { text: (file) => texts[file] ?? null, ...changes });
  return Object.fromEntries(lookAround(host, support).map(({ id, ...rest }) => [id, rest]));
}

const release = '/proc/sys/kernel/osrelease';
const scope = '/proc/sys/kernel/yama/ptrace_scope';

describe('lookAround()', () => {
  it('says what it can where nothing can be read', () => {
    expect(found({ changes: { fileSystem: () => null } })).toEqual({
      kernel: { text: 'Linux, x64' },
      Landlock: { text: 'ABI 7' },
      seccomp: { text: 'filters, ending a process, notifications' },
      user: { text: 'user 1000' },
    });
  });

  it.each([
    ['0', undefined],
    ['1', undefined],
    ['2', 'sysctl kernel.yama.ptrace_scope=1'],
    ['3', '3 lasts until the next boot: set 1 in /etc/sysctl.d'],
  ])('takes ptrace_scope %s for what it means to the broker', (value, remedy) => {
    expect(found({ texts: { [scope]: `${value}\n` } }).tracing?.remedy).toBe(remedy);
  });

  it('tells WSL2 from WSL1, and from Linux', () => {
    const wsl = (text: string) => found({ texts: { [release]: text } }).WSL;
    expect(wsl('5.15.153.1-microsoft-standard-WSL2')).toEqual({ text: expect.stringMatching(/^WSL2/) });
    expect(wsl('4.4.0-19041-Microsoft')?.remedy).toContain('--set-version');
    expect(wsl('6.18.4-arch1-1')).toBeUndefined();
  });

  it.each<[string, Here]>([
    ['Docker', { disk: { '/.dockerenv': 'file' } }],
    ['Podman', { disk: { '/run/.containerenv': 'file' } }],
    ['podman', { disk: { '/run/systemd/container': 'file' }, texts: { '/run/systemd/container': 'podman' } }],
    ['Kubernetes', { changes: { environment: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } } }],
    ['lxc', { changes: { environment: { container: 'lxc' } } }],
    ['kubepods', { texts: { '/proc/1/cgroup': '1:name=systemd:/kubepods/besteffort/pod1' } }],
  ])('knows a container of %s', (name, here) => {
    expect(found(here).container?.text).toMatch(new RegExp(`^${name}:`));
  });

  it('names the capabilities that pass Landlock, and no others', () => {
    const user = (capEff: string) =>
      found({ texts: { '/proc/self/status': `Name:\tnode\nCapEff:\t${capEff}\n` }, changes: { uid: 0 } })
        .user;
    expect(user('000001ffffffffff')?.text).toBe(
      'root with CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_PERFMON: dropped inside',
    );
    expect(user('00000000a80425fb')?.text).toBe('root, lesser capabilities');
    expect(user('0000000000000000')?.text).toBe('root, no capabilities');
  });

  it('stops where Landlock is missing from the modules, and not where the kernel offers it', () => {
    const texts = { '/sys/kernel/security/lsm': 'lockdown,capability,yama' };
    const without: Support = { ...able, landlock: { errno: 'EOPNOTSUPP' } };
    expect(found({ texts, support: without })['security modules']?.remedy).toBe(
      'lsm=landlock,lockdown,capability,yama as a boot parameter',
    );
    expect(found({ texts })['security modules']).toEqual({ text: 'lockdown,capability,yama' });
  });

  it('knows that it is inside of nono, or of another sandbox', () => {
    const inside: Support = { ...able, nested: true, landlock: { errno: 'ENOSYS' } };
    const status = { '/proc/self/status': 'Seccomp:\t2\nSeccomp_filters:\t3\n' };
    expect(found({ support: inside, texts: status })).toMatchObject({
      nono: { remedy: expect.stringContaining('confined already') },
    });
    expect(found({ support: inside, texts: status }).sandbox).toBeUndefined();
    expect(found({ texts: status }).sandbox?.text).toBe('a system call filter is in force already (3)');
    expect(
      found({ support: { ...able, around: { reads: false, creations: false } }, texts: status }),
    ).toMatchObject({
      nono: { text: expect.stringContaining('judges for the runs in it') },
    });
    // The variable alone proves nothing.
    expect(found({ support: { ...able, nested: true } }).nono).toBeUndefined();
  });

  it('says what AppArmor, SELinux and sysctls are set to', () => {
    const texts = {
      '/sys/module/apparmor/parameters/enabled': 'Y\n',
      '/proc/self/attr/current': 'docker-default (enforce)\n',
      '/sys/fs/selinux/enforce': '0',
      '/proc/sys/fs/protected_hardlinks': '1\n',
      '/proc/sys/user/max_user_namespaces': '0\n',
    };
    expect(found({ texts })).toMatchObject({
      AppArmor: { text: 'on, this process: docker-default (enforce)' },
      SELinux: { text: 'permissive, docker-default (enforce)' },
      'hard links': { text: expect.stringContaining('copied, not linked') },
      'user namespaces': { text: 'user.max_user_namespaces = 0: nono needs none' },
    });
    expect(found({ texts, changes: { uid: 0 } })['hard links']).toBeUndefined();
  });

  it('says of file systems whether births last there', () => {
    const on = (type: number) => found({ changes: { fileSystem: () => type } })['working directory']?.text;
    expect(on(0xef53)).toBe('ext4: births are recorded');
    expect(on(0x794c7630)).toMatch(/^overlayfs: births do not last/);
    expect(on(0x65735546)).toMatch(/^file system 0x65735546: births are not known/);
  });

  it('stops where there is no place for originals', () => {
    expect(found({ changes: { state: null } }).home?.remedy).toContain('XDG_STATE_HOME');
  });
});
