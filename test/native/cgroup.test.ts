// A control group with its controllers, on a kernel that has them to give: User Mode Linux, which is a process of its own.
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { here, openScratch } from './harness.ts';

const scratch = openScratch();
afterAll(scratch.close);

function compile(): string {
  const output = join(scratch.path, 'cgroup');
  const sources = [join(here, 'cgroup.c'), join(here, '../../native/cgroup.c')];
  const done = spawnSync(process.env.CC ?? 'cc', [
    '-std=c11',
    '-D_GNU_SOURCE',
    '-static',
    ...sources,
    '-o',
    output,
  ]);
  expect(done.stderr.toString()).toBe('');
  return output;
}

/** What a script prints as the first process of a kernel that has this machine's files, for reading. */
function boot(script: string): string {
  const init = join(scratch.path, 'init');
  writeFileSync(
    init,
    `#!/bin/sh\nmount -t proc proc /proc\n${script}\necho o > /proc/sysrq-trigger\nsleep 60\n`,
  );
  chmodSync(init, 0o755);
  const words = [
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    'mem=256M',
    'con=null',
    'con0=fd:0,fd:1',
    'quiet',
    `init=${init}`,
  ];
  const done = spawnSync('linux.uml', words, { encoding: 'utf8', timeout: 100_000, input: '' });
  if (done.error) throw done.error;
  return done.stdout;
}

// There is no such kernel for other processors.
it.skipIf(arch() !== 'x64')(
  'a control group holds memory, processes and CPU time, says what it held, and goes',
  () => {
    const printed = boot(`
mount -t tmpfs none /mnt; mkdir /mnt/groups; mount -t cgroup2 none /mnt/groups
echo +memory +pids > /mnt/groups/cgroup.subtree_control
${compile()} /mnt/groups/nono-1`);
    expect(JSON.parse(/^\{.*\}/m.exec(printed)?.[0] ?? JSON.stringify(printed))).toEqual({
      memory_signal: 9,
      memory_kills: 1,
      made: 9,
      refused: 1,
      used_some_time: true,
      removed: true,
    });
  },
);
