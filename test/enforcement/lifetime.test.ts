// Nothing outlives the run: however the command, nono or its supervisor ends.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  asEveryone,
  inProject,
  isAlive,
  privateDirectories,
  type Sandbox,
  unguarded,
  until,
} from './sandbox.ts';

const flags = (box: Sandbox) => ['run', ...inProject(box)];

/** The process that the mark names, once it is there. */
async function lingering(mark: string): Promise<number> {
  await until(
    () => existsSync(mark) && readFileSync(mark, 'utf8').endsWith('\n'),
    `a process that writes ${mark}`,
  );
  return Number(readFileSync(mark, 'utf8'));
}

/** A run whose command stays, with a daemon beside it. */
async function startWithDaemon(box: Sandbox) {
  const mark = join(box.project, 'daemon');
  const child = box.start(
    [
      ...flags(box),
      'sh',
      '-c',
      `${box.probe} linger ${mark}; echo $PPID > parent; echo $$ > self; exec sleep 300`,
    ],
    {
      stdio: 'ignore',
    },
  );
  const daemon = await lingering(mark);
  const command = await lingering(join(box.project, 'self'));
  const supervisor = await lingering(join(box.project, 'parent'));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, daemon, command, supervisor, ended };
}

asEveryone('lifetime', (open) => {
  it('ends a daemon that left its session and ignores every signal', async () => {
    const box = open();
    const mark = join(box.project, 'daemon');
    const result = box.run([
      ...flags(box),
      'sh',
      '-c',
      `${box.probe} linger ${mark}; while [ ! -s ${mark} ]; do sleep 0.01; done; exit 7`,
    ]);
    expect(result.code).toBe(7);
    expect(isAlive(await lingering(mark))).toBe(false);
  });

  it('ends a program that replaces itself by forking', () => {
    const box = open();
    const result = box.run([...flags(box), box.probe, 'breed', '2000']);
    expect(result.code).toBe(0);
    const left = box.outside(['pgrep', '-f', `${box.probe} breed`]);
    expect(left.stdout).toBe('');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends everything when nono gets %s', async (signal) => {
    const box = open();
    const { child, daemon, command, supervisor, ended } = await startWithDaemon(box);
    child.kill(signal);
    const code = await ended;
    if (signal === 'SIGTERM') expect(code).toBe(128 + 15);
    await until(
      () => ![daemon, command, supervisor].some(isAlive),
      `the end of ${[daemon, command, supervisor]}`,
    );
    // nono killed outright cannot remove its directory; what was in it is gone all the same
    if (signal === 'SIGTERM') expect(privateDirectories(box)).toEqual([]);
  });

  it('ends everything when the supervisor is killed', async () => {
    const box = open();
    const { daemon, command, supervisor, ended } = await startWithDaemon(box);
    process.kill(supervisor, 'SIGKILL');
    expect(await ended).toBe(128 + 9);
    expect([daemon, command].filter(isAlive)).toEqual([]);
  });

  it('ends everything when the command is killed', async () => {
    const box = open();
    const { daemon, command, ended } = await startWithDaemon(box);
    process.kill(command, 'SIGKILL');
    expect(await ended).toBe(128 + 9);
    expect(isAlive(daemon)).toBe(false);
  });

  it('passes on the exit code and the signal of the command', () => {
    const box = open();
    expect(box.run(['run', '-s', '--', 'sh', '-c', 'exit 42']).code).toBe(42);
    expect(box.run(['run', '-s', '--', 'sh', '-c', 'kill -SEGV $$']).code).toBe(128 + 11);
    expect(box.run(['wrap', '--', 'sh', '-c', 'exit 3']).code).toBe(3);
  });

  it('ends the session of a killed supervisor although something waits for the other end of a FIFO', async () => {
    const box = open();
    const beat = join(box.project, 'beat');
    const line =
      'mkfifo q; (echo > q) & setsid sh -c "while :; do date +%s%N > beat; sleep 0.05; done" & sleep 60';
    const child = box.start(['run', '-s', '--allow', '.', '--', 'bash', '-c', line], { stdio: 'ignore' });
    await until(() => existsSync(beat) && existsSync(join(box.project, 'q')), 'the daemon');
    await new Promise((resolve) => setTimeout(resolve, 300));
    const [supervisor] = execFileSync('pgrep', ['-P', String(child.pid), 'nono-launcher'], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n');
    process.kill(Number(supervisor), 'SIGKILL');
    await until(() => child.exitCode !== null || child.signalCode !== null, 'nono to return');
    const last = readFileSync(beat, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(readFileSync(beat, 'utf8')).toBe(last);
  });

  it('runs no Node that a confined program could have planted, before or after the command', () => {
    const box = open();
    const planted =
      'printf "#!/bin/sh\\necho PLANTED >&2\\n" > node_modules/.bin/node; chmod +x node_modules/.bin/node; cp node_modules/.bin/node node';
    box.file(join(box.project, 'old'), 'old');
    box.outside(['mkdir', '-p', 'node_modules/.bin']);
    const env = {
      PATH: `node_modules/.bin:.:${box.project}/node_modules/.bin:${box.project}:${box.env.PATH}`,
    };
    const flags = ['run', ...unguarded, '--allow', '.', '--', '/bin/sh', '-c'];
    for (const line of [`${planted}; rm old`, 'rm old']) {
      const { stderr } = box.run([...flags, line], { env });
      expect(stderr).toMatch(/nono: refused to remove or cut 1 file/);
      expect(stderr).not.toMatch(/PLANTED/);
    }
  });

  it('hands input and output through untouched, and ends with its reader', () => {
    const box = open();
    const input = 'a\0b\n'.repeat(100_000);
    expect(box.run(['run', '-s', '--', 'cat'], { input }).stdout).toBe(input);
    const piped = box.outside([
      'bash',
      '-c',
      '"$0" run -s -- yes | head -n 1; echo "${PIPESTATUS[0]}"',
      box.nono,
    ]);
    expect(piped.stdout).toBe('y\n141\n');
  });
});
