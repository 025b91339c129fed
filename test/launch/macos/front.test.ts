// nono's front on macOS, which is a script that any system's shell runs.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { macFront } from '../../../scripts/mac-front.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'nono-front-'));
const front = join(scratch, 'dist/nono');

beforeAll(() => {
  mkdirSync(join(scratch, 'dist'));
  writeFileSync(front, macFront(process.execPath));
  chmodSync(front, 0o755);
  writeFileSync(
    join(scratch, 'dist/cli.cjs'),
    'console.log(JSON.stringify({ words: process.argv.slice(2), env: process.env }));',
  );
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function start(file: string, words: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(file, words, { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', ...env } });
}

describe('the front on macOS', () => {
  it('starts nono with its words, through any link', () => {
    const link = join(scratch, 'link');
    symlinkSync(front, link);
    const { stdout } = start(link, ['run', '--allow', 'a b', '--', 'x', '$(id)']);
    expect(JSON.parse(stdout).words).toEqual(['run', '--allow', 'a b', '--', 'x', '$(id)']);
  });

  it("keeps the command's NODE_ variables from nono, and gives them to it under another name", () => {
    const odd = '--require=./no-such-file.js "$(touch x)" \'a\nNODE_B=c';
    const { stdout, status } = start(front, ['run'], { NODE_OPTIONS: odd, NODE_A: '', OTHER: 'y' });
    expect(status).toBe(0);
    const { env } = JSON.parse(stdout);
    expect(env.NODE_OPTIONS).toBeUndefined();
    expect(env).toMatchObject({ NONO_CALLER_NODE_OPTIONS: odd, NONO_CALLER_NODE_A: '', OTHER: 'y' });
  });

  it('says so where the Node that built it is gone', () => {
    const gone = join(scratch, 'dist/gone');
    writeFileSync(gone, macFront("/nowhere/it's/node"), { mode: 0o755 });
    const done = start(gone, ['run']);
    expect([done.status, done.stderr]).toEqual([125, expect.stringContaining('npm run build')]);
  });

  it.each(['learn', 'compile', 'exec'])('says that %s is not there yet', (name) => {
    const done = start(front, [name, '--help']);
    expect([done.status, done.stderr]).toEqual([2, expect.stringContaining(`no nono ${name} on macOS`)]);
  });

  it.each(['doctor', 'setup', 'selftest', 'why', 'undo'])('has %s', (name) => {
    expect(JSON.parse(start(front, [name]).stdout).words).toEqual([name]);
  });
});
