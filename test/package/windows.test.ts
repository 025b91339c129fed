// What Windows is told, as far as it shows elsewhere: scripts believe that they run there.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'nono-windows-'));
const copy = join(scratch, 'nono');
const sentence =
  'nono does not run on Windows itself; in WSL2 it does.\n  Try: wsl --install, then nono inside it\n';

afterAll(() => rmSync(scratch, { recursive: true, force: true }));
beforeEach(() => {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  for (const name of ['bin', 'scripts', 'package.json'])
    cpSync(join(root, name), join(copy, name), { recursive: true });
});

function on(platform: string, script: string) {
  const pretence = `data:text/javascript,Object.defineProperty(process, 'platform', { value: '${platform}' })`;
  return spawnSync(process.execPath, ['--import', pretence, join(copy, script)], { encoding: 'utf8' });
}

const own = () => readFileSync(join(copy, 'bin/nono'), 'utf8');

describe('on Windows', () => {
  it('npm finds a script of Node for its command, which says where nono runs', () => {
    expect(on('win32', 'scripts/windows.mjs').status).toBe(0);
    expect(own().split('\n')[0]).toBe('#!/usr/bin/env node'); // what npm reads, and what it starts then
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(copy, 'bin/nono'), 'run', '--', 'x'],
      {
        encoding: 'utf8',
      },
    );
    expect([status, stdout, stderr]).toEqual([125, '', sentence]);
  });

  it('nono is changed nowhere else', () => {
    const before = own();
    expect(on(process.platform, 'scripts/windows.mjs').status).toBe(0);
    expect(own()).toBe(before);
  });

  it('the set-up says so, and lets what depends on nono be installed', () => {
    const { status, stderr } = on('win32', 'scripts/set-up.mjs');
    expect([status, stderr]).toEqual([0, `nono: ${sentence}`]);
  });

  it('the shell of Git says so', () => {
    const bin = join(scratch, 'uname-of-git');
    mkdirSync(bin);
    writeFileSync(join(bin, 'uname'), '#!/bin/sh\necho MINGW64_NT-10.0-26100\n');
    chmodSync(join(bin, 'uname'), 0o755);
    const env = { PATH: `${bin}:${process.env.PATH}` };
    const { status, stderr } = spawnSync('/bin/sh', [join(copy, 'bin/nono')], { encoding: 'utf8', env });
    expect([status, stderr]).toEqual([125, sentence]);
  });
});
