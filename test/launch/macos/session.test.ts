// A session on a Mac, but for Seatbelt itself: a script stands in for sandbox-exec, notes what it is given, and runs the
// command unconfined.
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jsoncPlugin } from '../../../scripts/jsonc-plugin.mjs';
import { textPlugin } from '../../../scripts/text-plugin.mjs';
import { decodeFrames } from '../../../src/launch/frames.ts';
import { logArguments } from '../../../src/launch/macos/log.ts';
import type { PolicyFlags } from '../../../src/policy/from-flags.ts';
import { compareSession } from '../../../src/store/compare.ts';
import { Replaced, restoreOriginal } from '../../../src/store/restore.ts';
import { readSession, sessionDirectories } from '../../../src/store/sessions.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nono-mac-')));
const [home, bin, notes] = ['home', 'bin', 'notes'].map((name) => join(scratch, name)) as [
  string,
  string,
  string,
];
const project = join(home, 'project');
const driver = join(scratch, 'drive.cjs');

function script(name: string, text: string): string {
  const file = join(bin, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

let tools: { sandboxExec: string; log: string; reporter: string };

beforeAll(async () => {
  for (const directory of [home, bin, notes]) mkdirSync(directory);
  await build({
    entryPoints: [join(here, 'drive.ts')],
    outfile: driver,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    plugins: [jsoncPlugin.esbuild(), textPlugin.esbuild],
  });
  const reporter = join(bin, 'report.cjs');
  writeFileSync(
    reporter,
    `const fs = require('node:fs'); fs.writeFileSync(${JSON.stringify(join(notes, 'report'))}, fs.readFileSync(3));`,
  );
  tools = {
    sandboxExec: script(
      'sandbox-exec',
      `for word in "$@"; do printf '%s\\0' "$word"; done >> ${notes}/arguments
printf '\\n' >> ${notes}/arguments
while [ "$1" != -- ]; do shift; done; shift
case "$1" in /usr/bin/true) exit \${REFUSES:-0};; esac
exec "$@"`,
    ),
    log: script('log', `cat ${notes}/log 2>/dev/null || exit 1`),
    reporter,
  };
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeEach(() => {
  for (const directory of [project, join(home, '.local'), notes])
    rmSync(directory, { recursive: true, force: true });
  for (const directory of [project, notes]) mkdirSync(directory, { recursive: true });
  writeFileSync(join(project, 'notes'), 'before\n');
  writeFileSync(join(project, 'other'), 'untouched\n');
});

const environment = { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: scratch, MY_API_KEY: 'x', NAME: 'value' };

function prepare(flags: PolicyFlags, command: readonly string[], changed = {}): string[] {
  const file = join(scratch, 'drive.json');
  writeFileSync(file, JSON.stringify({ flags, command, tools: { ...tools, ...changed } }));
  return [driver, file];
}

function run(flags: PolicyFlags, command: readonly string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, prepare(flags, command), {
    cwd: project,
    env: { ...environment, ...env },
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ignore'],
  });
}

const given = () =>
  readFileSync(join(notes, 'arguments'), 'utf8')
    .split('\n\0')
    .join('\0')
    .split('\0')
    .filter((word) => word !== '\n');
const sessions = () => sessionDirectories(join(home, '.local/state'));
const allow: PolicyFlags = { allow: ['.'], onDelete: 'keep' };

describe('runSession()', () => {
  it('runs the command with its arguments, in the environment of the plan alone', () => {
    const done = run({ allow: ['.'] }, ['sh', '-c', 'echo "$1"; env', 'sh', 'a b\n"c"']);
    expect(done.status).toBe(0);
    expect(done.stdout.startsWith('a b\n"c"\n')).toBe(true);
    expect(done.stdout).toContain('NAME=value');
    expect(done.stdout).toContain('NONO=1');
    expect(done.stdout).not.toContain('MY_API_KEY');
  });

  it('has what --env says of the loader, which the system would take away', () => {
    const done = run({ env: ['DYLD_LIBRARY_PATH=/a b'] }, ['sh', '-c', 'echo "$DYLD_LIBRARY_PATH"']);
    expect([done.status, done.stdout]).toEqual([0, '/a b\n']);
    const words = given();
    const at = words.indexOf('/usr/bin/env');
    expect(words.slice(at, at + 3)).toEqual([
      '/usr/bin/env',
      'DYLD_LIBRARY_PATH=/a b',
      expect.stringMatching(/\/sh$/),
    ]);
    run({}, ['sh', '-c', ':']);
    expect(given().slice(words.length)).not.toContain('/usr/bin/env');
  });

  it('hands the profile over with its parameters, each as one word', () => {
    run({ allow: ['.'] }, ['sh', '-c', ':']);
    const words = given();
    expect(words.slice(0, 1)).toEqual(['-p']);
    expect(words[1]).toContain('(deny default');
    expect(words).toContain(
      `P${words.filter((word) => /^P\d+=/.test(word)).findIndex((word) => word.endsWith(`=${project}`))}=${project}`,
    );
    expect(words.filter((word) => word === '-D').length).toBeGreaterThan(5);
  });

  it.each([
    ['exit 0', 0],
    ['exit 7', 7],
    ['exit 65', 65],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('ends as the command does: %s', (command, code) => {
    expect(run({}, ['sh', '-c', command]).status).toBe(code);
  });

  it('ends by the interrupt that ended the command', () => {
    expect(run({}, ['sh', '-c', 'kill -INT $$']).signal).toBe('SIGINT');
  });

  it('closes every descriptor but the first three', () => {
    const done = spawnSync(process.execPath, prepare({}, ['sh', '-c', 'ls /dev/fd/ 2>/dev/null; : >&5']), {
      cwd: project,
      env: environment,
      encoding: 'utf8',
      timeout: 60_000,
      stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'ignore', 'pipe'],
    });
    expect(done.status).not.toBe(0);
    expect(done.stderr).toMatch(/5/);
  });

  it('passes signals on', async () => {
    const words = prepare({}, [
      'sh',
      '-c',
      'trap "echo got; exit 5" TERM; echo ready; while :; do sleep 0.05; done',
    ]);
    const child = spawn(process.execPath, words, {
      cwd: project,
      env: environment,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output === 'ready\n') child.kill('SIGTERM');
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect([output, code]).toEqual(['ready\ngot\n', 5]);
  });

  it('ends a run after its time', () => {
    const done = run({ timeout: 1 }, ['sleep', '30']);
    expect(done.status).toBe(124);
  });

  it('empties and removes the private directory, and removes the plan', () => {
    const done = run({}, [
      'sh',
      '-c',
      'mkdir -p "$TMPDIR/a/b"; echo x > "$TMPDIR/a/b/c"; ls -d "$TMPDIR" "$NONO_PLAN"',
    ]);
    const [temporary = '', plan = ''] = done.stdout.split('\n');
    expect(temporary).toContain(join(scratch, 'nono-'));
    expect(existsSync(temporary)).toBe(false);
    expect(existsSync(plan)).toBe(false);
    const words = given();
    expect(words.slice(words.indexOf('/bin/rm'))).toEqual(['/bin/rm', '-rf', '--', temporary]);
  });

  it('stops where the profile is refused, and leaves nothing', () => {
    const done = run(allow, ['sh', '-c', 'echo ran'], { REFUSES: '65' });
    expect(done.status).toBe(125);
    expect(done.stdout).toBe('');
    expect(done.stderr).toContain('launch/failed: sandbox-exec refuses the profile');
    expect(readdirSync(scratch).filter((name) => name.startsWith('nono-'))).toEqual([]);
    expect(existsSync(join(home, '.local'))).toBe(false);
  });
});

function restoreAll(directory: string): void {
  const session = readSession(directory);
  const replaced = new Replaced(`${directory}-undo`, 'undo', session.id, () => new Date());
  for (const difference of compareSession(session))
    if (difference.state !== 'same') restoreOriginal(session, difference, replaced, new Map());
  replaced.end();
}

describe('originals on a Mac', () => {
  it('are kept of what changed, and of nothing else', () => {
    run(allow, ['sh', '-c', 'echo after > notes; echo new > made']);
    const [directory = ''] = sessions();
    const { journal } = readSession(directory);
    const kept = journal.entries.flatMap((entry) =>
      entry.kind === 'kept' ? [[entry.path, entry.reason]] : [],
    );
    expect(kept).toEqual([[join(project, 'notes'), 'written']]);
    expect(readdirSync(join(directory, 'objects'))).toHaveLength(1);
  });

  it('are kept of what was changed to look the same, and not of what only was touched', () => {
    writeFileSync(join(project, 'large'), Buffer.alloc(2_500_000));
    const text =
      'touch -r large "$TMPDIR/l"; printf x | dd of=large bs=1 seek=2499999 conv=notrunc; touch -r "$TMPDIR/l" large; touch -r notes "$TMPDIR/t"; echo BEFORE > notes; touch -r "$TMPDIR/t" notes; touch other; chmod 640 other; mv other x; mv x other';
    run({ ...allow, allowCommand: ['chmod'] }, ['sh', '-c', text]);
    const [directory = ''] = sessions();
    const kept = readSession(directory).journal.entries.flatMap((entry) =>
      entry.kind === 'kept' ? [[entry.path, entry.reason]] : [],
    );
    expect(kept.sort()).toEqual([
      [join(project, 'large'), 'written'],
      [join(project, 'notes'), 'written'],
    ]);
    restoreAll(directory);
    expect(readFileSync(join(project, 'notes'), 'utf8')).toBe('before\n');
  });

  it('are put back by undo: what was rewritten, replaced, cut, moved and deleted', () => {
    mkdirSync(join(project, 'deep/er'), { recursive: true });
    writeFileSync(join(project, 'deep/er/file'), 'deep\n');
    writeFileSync(join(project, 'cut'), 'cut\n');
    writeFileSync(join(project, 'saved'), 'saved\n');
    run(
      allow,
      ['sh', '-c', 'echo x > notes; : > cut; echo y > t; mv t saved; mv other gone; rm -r deep'],
      {},
    );
    run({ ...allow, allowCommand: ['rm'] }, ['sh', '-c', ':']);
    const [directory = ''] = sessions();
    restoreAll(directory);
    const read = (name: string) => readFileSync(join(project, name), 'utf8');
    expect(['notes', 'cut', 'saved', 'other', 'deep/er/file'].map(read)).toEqual([
      'before\n',
      'cut\n',
      'saved\n',
      'untouched\n',
      'deep\n',
    ]);
  });

  it('leave no store behind where nothing changed', () => {
    run(allow, ['sh', '-c', 'cat notes']);
    expect(sessions()).toEqual([]);
    expect(readdirSync(join(home, '.local/state/nono/sessions'))).toEqual([]);
  });

  it('stop the run where they cannot be kept', () => {
    const done = run({ allow: ['.'] }, ['sh', '-c', 'echo ran'], { XDG_STATE_HOME: join(project, 'notes') });
    expect(done.status).toBe(125);
    expect(done.stdout).toBe('');
  });

  it('are all in the store while the command runs', () => {
    const store = join(home, '.local/state/nono/sessions');
    run(allow, [
      'sh',
      '-c',
      `ls "${store}"/*/journal "${store}"/*/objects > "$TMPDIR/seen"; cp "$TMPDIR/seen" seen`,
    ]);
    expect(readFileSync(join(project, 'seen'), 'utf8')).toMatch(/journal\n.*objects:\n1\n|objects:\n[12]\n/s);
  });
});

describe('what the log says', () => {
  it('goes to the reporter as denials, where the command failed', () => {
    const line = (message: string) => JSON.stringify({ eventMessage: message });
    const tag = 'nono-';
    writeFileSync(
      join(notes, 'log'),
      [
        'Filtering the log data',
        line(`Sandbox: cat(7) deny(1) file-read-data ${home}/.ssh/id\n${tag}SESSION`),
      ].join('\n'),
    );
    const log = script(
      'log-here',
      `sed "s/SESSION/$(printf '%s' "$*" | sed 's/.*CONTAINS "nono-//; s/".*//')/" ${notes}/log`,
    );
    const words = prepare({}, ['sh', '-c', 'exit 1'], { log });
    const done = spawnSync(process.execPath, words, { cwd: project, env: environment, encoding: 'utf8' });
    expect(done.status).toBe(1);
    const input = readFileSync(join(notes, 'report'));
    const texts = input.toString('latin1').split('\0');
    const start = texts.slice(0, 3).reduce((length, text) => length + text.length + 1, 0);
    expect(decodeFrames(input.subarray(start))).toEqual([
      { kind: 'denied', operation: 'read', count: 1, first: `${home}/.ssh/id`, second: '' },
    ]);
  });

  it('is asked for in words of the kernel, from when the run began', () => {
    const words = logArguments('nono-7', new Date('2026-02-03T04:05:06.789Z'));
    expect(words.slice(words.indexOf('--start'))).toEqual([
      '--start',
      '2026-02-03 04:05:06+0000',
      '--predicate',
      'processID == 0 AND senderImagePath ENDSWITH "/Sandbox" AND eventMessage CONTAINS "nono-7"',
    ]);
  });

  it('is not asked for where the command did well', () => {
    run({}, ['sh', '-c', 'exit 0'], {});
    expect(existsSync(join(notes, 'report'))).toBe(false);
  });
});
