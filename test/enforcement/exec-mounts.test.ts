// `nono exec` refuses a plan when something else is mounted in what it grants: in a mount namespace that only root can make.
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { provideLibrary } from '../library/script.ts';
import { asEveryone, type Result, type Sandbox } from './sandbox.ts';

/** Directories to mount and to mount on, a file in what is mounted, and a plan that grants the project. */
function prepare(box: Sandbox): string {
  for (const path of ['project/inner', 'project2', 'beside']) {
    mkdirSync(join(box.base, path));
    chownSync(join(box.base, path), box.identity.uid, box.identity.gid);
  }
  box.file(join(box.base, 'other/file'), 'mounted\n');
  const plan = join(box.home, 'plan.nono');
  expect(box.run(['compile', '--allow', '.', '-o', plan]).code).toBe(0);
  return plan;
}

/** A script of root's in its own namespace; what follows `as` in it is run by the sandbox's user. */
function inNamespace(box: Sandbox, script: string): Result {
  const { uid, gid } = box.identity;
  const as = `as() { setpriv --reuid ${uid} --regid ${gid} --clear-groups "$@"; }`;
  const words = ['-m', '--propagation', 'private', 'sh', '-ec', `${as}\n${script}`, box.nono, box.base];
  const done = spawnSync('unshare', words, { cwd: box.project, env: box.env, encoding: 'utf8' });
  return { code: done.status, signal: done.signal, stdout: done.stdout, stderr: done.stderr };
}

const reason = 'something else is mounted in what it grants';
const ran = 'as "$0" exec ../home/plan.nono -- sh -c "echo ran; cat inner/file"';

asEveryone.skipIf(process.getuid?.() !== 0)('nono exec and mounts', (open) => {
  it('refuses a plan when something was mounted in a granted directory since', () => {
    const box = open();
    prepare(box);
    const { code, stdout, stderr } = inNamespace(box, `mount --bind "$1/other" inner\n${ran}`);
    expect([code, stdout, stderr]).toEqual([125, '', expect.stringContaining(reason)]);
  });

  it('goes on where something was mounted beside a granted directory, under a name that begins alike or not', () => {
    const box = open();
    prepare(box);
    const mounts = 'mount --bind "$1/other" "$1/project2"\nmount --bind "$1/other" "$1/beside"';
    expect(inNamespace(box, `${mounts}\n${ran} || true`).stdout).toBe('ran\n');
  });

  it('goes on with the mounts that were there when it was compiled, and refuses it without one or with another in its place', () => {
    const box = open();
    prepare(box);
    const compile = 'mount --bind "$1/other" inner\nas "$0" compile --allow . -o "$1/home/plan.nono" 2>&-';
    expect(inNamespace(box, `${compile}\n${ran}`).stdout).toBe('ran\nmounted\n');
    const without = inNamespace(box, `${compile}\numount inner\n${ran}`);
    expect([without.code, without.stderr]).toEqual([125, expect.stringContaining(reason)]);
    const another = inNamespace(box, `${compile}\numount inner\nmount --bind "$1/beside" inner\n${ran}`);
    expect([another.code, another.stderr]).toEqual([125, expect.stringContaining(reason)]);
  });

  it('the library starts nothing either', () => {
    const box = open();
    prepare(box);
    provideLibrary(box);
    const script = box.file(
      join(box.project, 'script.mjs'),
      `import { existsSync, writeFileSync } from 'node:fs';
       import { setTimeout as sleep } from 'node:timers/promises';
       import { buildPlan } from 'nono';
       const sandbox = buildPlan({ allow: ['.'] }).compile();
       console.log((await sandbox.exec('echo ran')).stdout.trim());
       writeFileSync('ready', '');
       while (!existsSync('inner/file')) await sleep(50);
       await sleep(1100);
       console.log(await sandbox.exec('echo ran').then(() => 'ran again', ({ issues }) => issues[0].code));`,
    );
    const { stdout } = inNamespace(
      box,
      `as ${process.execPath} ${script} &
       until [ -e ready ]; do sleep 0.1; done
       mount --bind "$1/other" inner
       wait $!`,
    );
    expect(stdout).toBe('ran\nlaunch/changed\n');
  });
});
