// The machine of the stories: the same on every computer that runs the tests.
import type { Support } from '../../src/plan/host.ts';
import type { Disk } from '../plan/fake-host.ts';

export { machine, type Node } from '../plan/fake-host.ts';

/** A small Linux: what the default reads name, a home with secrets, a project. */
export const disk: Disk = {
  '/usr/bin/true': 'file',
  '/usr/bin/make': 'file',
  '/usr/lib': 'directory',
  '/bin': { link: '/usr/bin' },
  '/etc/passwd': { mode: 0o644 },
  '/etc/shadow': { mode: 0o640 },
  '/etc/secret-of-a-service': { mode: 0o600 },
  '/etc/ssl/certs/ca.pem': { mode: 0o644 },
  '/etc/ssl/private/key.pem': { mode: 0o600 },
  '/proc': 'directory',
  '/dev/null': 'device',
  '/tmp': 'directory',
  '/home/ada/.gitconfig': { mode: 0o644 },
  '/home/ada/.ssh/id_ed25519': { mode: 0o600 },
  '/home/ada/data/table': { mode: 0o644 },
  '/home/ada/project/notes': { mode: 0o644 },
  '/home/ada/project/out': 'directory',
};

export const support: Support = { landlock: { abi: 7 }, seccomp: { filter: true, kill: true, notify: true }, around: null };
