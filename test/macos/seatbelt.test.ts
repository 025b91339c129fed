// Seatbelt for real: what is granted works, what is not is refused by the kernel. vitest.macos.config.ts runs it, and no other.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const nono = join(root, 'bin/nono');
const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'nono-seatbelt-')));
const [home, project, outside] = ['home', 'home/project', 'outside'].map((name) => join(scratch, name)) as [
  string,
  string,
  string,
];

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeEach(() => {
  for (const directory of [home, outside]) rmSync(directory, { recursive: true, force: true });
  for (const directory of [
    project,
    outside,
    join(home, '.ssh'),
    join(project, '.git/hooks'),
    join(scratch, 'tmp'),
  ])
    mkdirSync(directory, { recursive: true });
  writeFileSync(join(home, '.ssh/id_ed25519'), 'key\n');
  writeFileSync(join(project, 'notes'), 'before\n');
  writeFileSync(join(project, '.env'), 'secret\n');
  writeFileSync(join(outside, 'file'), 'outside\n');
});

function start(file: string, ...words: string[]) {
  return spawnSync(file, words, {
    cwd: project,
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', HOME: home, TMPDIR: join(scratch, 'tmp') },
  });
}

const run = (flags: readonly string[], ...command: string[]) =>
  start(nono, 'run', '-s', ...flags, '--', ...command);

const shell = (flags: readonly string[], text: string) => run(flags, '/bin/sh', '-c', text);

describe('on a Mac', () => {
  it('runs a command, and ends as it does', () => {
    expect(run(['--allow', '.'], '/bin/sh', '-c', 'exit 7').status).toBe(7);
    expect(run([], '/usr/bin/true')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['reads', 'cat notes', true],
    ['writes', 'echo x > made && cat made', true],
    ['writes over', 'echo x > notes', true],
    ['lists', 'ls . >/dev/null', true],
    [
      'has a private directory',
      'echo x > "$TMPDIR/x" && cat "$TMPDIR/x" && rm -f "$TMPDIR/x" || unlink "$TMPDIR/x"',
      true,
    ],
    ['does not read outside', `cat ${outside}/file`, false],
    ['does not write outside', `echo x > ${outside}/file`, false],
    ['does not make outside', `echo x > ${outside}/made`, false],
    ['does not list outside', `ls ${outside}`, false],
    ['does not read a key', `cat ${home}/.ssh/id_ed25519`, false],
    ['plants no hook', 'echo x > .git/hooks/pre-commit', false],
    ['does not read what is denied', 'cat .env', false],
    ['does not read it in other letters', 'cat .ENV', false],
    ['does not move it', 'mv .env plain', false],
    ['links nothing', 'ln .env plain', false],
    ['deletes nothing', 'unlink notes', false],
  ])('%s', (_what, text, works) => {
    const done = shell(['--allow', '.', '--deny', '**/.env*', '--allow-command', 'unlink'], text);
    expect(done.status === 0, done.stderr).toBe(works);
  });

  it('holds what doctor says', () => {
    const { status, stdout } = start(nono, 'doctor', '--json');
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ status: 'ready' })]);
  });

  it('finds no way out by selftest', () => {
    const { status, stdout } = start(nono, 'selftest', '--json');
    const answer = JSON.parse(stdout) as { trouble?: string; ways: { status: string }[] };
    expect(answer.ways.filter((way) => !['held', 'closed', 'works'].includes(way.status))).toEqual([]);
    expect([status, answer.trouble]).toEqual([0, undefined]);
  });

  it.each([
    'mv .env plain',
    'mv sub/.env plain',
    'mv sub other',
    'chflags uchg notes',
    'chmod u+s notes',
  ])('refuses also where deleting is kept: %s', (text) => {
    mkdirSync(join(project, 'sub'));
    writeFileSync(join(project, 'sub/.env'), 'secret\n');
    const flags = ['--allow', '.', '--deny', 'sub/.env', '--deny', '.env', '--on-delete', 'keep'];
    const done = shell([...flags, '--allow-command', 'chmod', '--allow-command', 'chflags'], text);
    expect(done.status, done.stderr).not.toBe(0);
  });

  it('means what is stored, in whatever letters it is named', () => {
    mkdirSync(join(project, 'sub'));
    writeFileSync(join(project, 'sub/x'), 'x\n');
    expect(shell(['--allow', join(project, 'SUB')], 'cat sub/x').status).toBe(0);
    const flags = ['--allow', '.', '--allow', join(project, 'SUB'), '--deny', join(project, 'SUB')];
    expect(shell(flags, 'cat sub/x').status).not.toBe(0);
  });

  it('makes nothing on the way to a denied path, by moving either', () => {
    const flags = ['--allow', '.', '--deny-write', 'later/secret'];
    const text = 'mkdir "$TMPDIR/d" && echo x > "$TMPDIR/d/secret" && mv "$TMPDIR/d" later';
    expect(shell(flags, text).status).not.toBe(0);
    expect(shell(flags, 'mkdir later').status).not.toBe(0);
    expect(existsSync(join(project, 'later'))).toBe(false);
  });

  it('types nothing into its terminal', () => {
    const perl = `/usr/bin/perl -e {ioctl(STDIN, 0x80017472, $x = "x") or exit 7}`;
    const text = `spawn -noecho ${nono} run -s -- ${perl}; expect eof; exit [lindex [wait] 3]`;
    expect(start('/usr/bin/expect', '-c', text).status).toBe(7);
  });

  it('serves a granted port of loopback, and of no other address', () => {
    const serve = (address: string) =>
      run(
        ['--listen-port', '47311'],
        '/usr/bin/perl',
        '-MIO::Socket::INET',
        '-e',
        `IO::Socket::INET->new(LocalAddr => "${address}", LocalPort => 47311, Listen => 1) or exit 7`,
      ).status;
    expect([serve('127.0.0.1'), serve('0.0.0.0')]).toEqual([0, 7]);
  });

  it('blocks commands by their names', () => {
    expect(shell(['--allow', '.'], 'rm -f notes').status).not.toBe(0);
    expect(existsSync(join(project, 'notes'))).toBe(true);
  });

  it('keeps what is deleted, and undo puts it back', () => {
    const flags = ['--allow', '.', '--on-delete', 'keep', '--allow-command', 'rm'];
    expect(shell(flags, 'echo after > notes; mv notes moved; rm moved').status).toBe(0);
    expect(existsSync(join(project, 'notes'))).toBe(false);
    const undone = spawnSync(nono, ['undo', 'restore', '--yes'], {
      cwd: project,
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', HOME: home },
    });
    expect(undone.status, undone.stderr).toBe(0);
    expect(readFileSync(join(project, 'notes'), 'utf8')).toBe('before\n');
  });

  it('closes the network, and opens one port of loopback', async () => {
    const server = createServer((socket) => socket.end('served\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.on('listening', resolve));
    const { port } = server.address() as { port: number };
    const connect = `exec 3<>/dev/tcp/127.0.0.1/${port}`;
    const bash = (flags: readonly string[]) =>
      run(['--allow', '.', ...flags], '/bin/bash', '-c', connect).status;
    expect(bash([])).toBe(0);
    expect(bash(['--net-block'])).not.toBe(0);
    expect(bash(['--allow-port', String(port)])).toBe(0);
    expect(bash(['--allow-port', '1'])).not.toBe(0);
    server.close();
  });

  it('signals nothing outside', () => {
    expect(shell([], `kill -0 ${process.pid}`).status).not.toBe(0);
  });
});
