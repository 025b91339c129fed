// One disk as two machines: what both platforms are asked about is the same.
import type { Host } from '../../src/plan/host.ts';
import { macosLists } from '../../src/policy/macos-lists.ts';
import { type Disk, machine } from '../plan/fake-host.ts';

/** A home, a project, a few programs; `/etc` and `/tmp` are as macOS has them. */
export const disk: Disk = {
  '/usr/bin/true': 'file',
  '/usr/bin/make': 'file',
  '/usr/bin/git': 'file',
  '/bin/rm': 'file',
  '/bin/ls': 'file',
  '/usr/bin/remove': { link: '/bin/rm' },
  '/usr/bin/box': 'file',
  '/usr/bin/rmdir': { link: 'box' },
  '/usr/lib/x': 'file',
  '/private/etc/hosts': { mode: 0o644 },
  '/private/etc/sudoers': { mode: 0o440 },
  '/private/tmp/shared/x': { mode: 0o644 },
  '/private/var/run/docker.sock': 'other',
  '/private/var/folders/zz/T': 'directory',
  '/etc': { link: '/private/etc' },
  '/tmp': { link: '/private/tmp' },
  '/var': { link: '/private/var' },
  '/dev/null': 'device',
  '/Users/ada/.gitconfig': { mode: 0o644 },
  '/Users/ada/.ssh/id_ed25519': { mode: 0o600 },
  '/Users/ada/.ssh/config': { mode: 0o600 },
  '/Users/ada/.zshrc': { mode: 0o644 },
  '/Users/ada/Library/Keychains/login.keychain-db': { mode: 0o600 },
  '/Users/ada/data/table': { mode: 0o644 },
  '/Users/ada/data/x.sock': 'other',
  '/Users/ada/agent/state.json': { mode: 0o600 },
  '/Users/ada/agent/agent.sock': 'other',
  '/Users/ada/project/notes': { mode: 0o644 },
  '/Users/ada/project/run.sh': { mode: 0o755 },
  '/Users/ada/project/.env': { mode: 0o600 },
  '/Users/ada/project/link': { link: '/Users/ada/data/table' },
  '/Users/ada/project/inner': { link: 'notes' },
  '/Users/ada/project/out/old': { mode: 0o644 },
  '/Users/ada/project/out/hooks': { mode: 0o644 },
  '/Users/ada/project/src/main.c': { mode: 0o644 },
  '/Users/ada/project/src/deep/x': { mode: 0o644 },
  '/Users/ada/project/src/.env.local': { mode: 0o644 },
  '/Users/ada/project/.git/config': { mode: 0o644 },
  '/Users/ada/project/.git/hooks/pre-commit': { mode: 0o755 },
  '/Users/ada/project/.git/hooks/x.sample': { mode: 0o755 },
  '/Users/ada/project/.vscode/tasks.json': { mode: 0o644 },
  '/Users/ada/project/x.sock': 'other',
};

const shared: Partial<Host> = {
  home: '/Users/ada',
  homes: ['/Users/ada'],
  workingDirectory: '/Users/ada/project',
  environment: { PATH: '/usr/bin:/bin', HOME: '/Users/ada' },
  state: '/Users/ada/.local/state',
  installation: '/usr/lib/nono',
  temporary: '/private/var/folders/zz/T/nono-1',
};

export const linux = machine(disk, shared);
export const mac = machine(disk, { ...shared, platform: 'darwin', architecture: 'arm64', lists: macosLists });
