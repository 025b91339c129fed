// Pseudo-terminals: the session uses those that it made, and opens nobody else's by name.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { asEveryone, type Sandbox, until } from './sandbox.ts';

const openings = `
import os
def openings(name):
    for flags in (os.O_RDONLY, os.O_WRONLY, os.O_RDWR):
        try:
            os.close(os.open(name, flags | os.O_NOCTTY | os.O_NONBLOCK))
            yield 'opened'
        except OSError as error:
            yield os.strerror(error.errno)
`;

const making = `${openings}
import pty
master, slave = pty.openpty()
os.write(slave, b'hello')
print(os.read(master, 5).decode(), os.get_terminal_size(slave).lines)
print(*list(openings(os.ttyname(slave)))[1:])
child, terminal = pty.fork()
if child == 0:
    os.execvp('sh', ['sh', '-c', 'tty >/dev/tty; test "$(tty)" = "$(ps -o tty= -p $$ | sed s,^,/dev/,)" && echo controls'])
text = b''
while b'controls' not in text:
    try: text += os.read(terminal, 100)
    except OSError: break
print(text.decode().split()[1:])
`;

/** Makes a terminal outside, tells its name in a file, and keeps it until its standard input ends. */
const holding = `
import os, sys
master, slave = os.openpty()
open(sys.argv[1], 'w').write(os.ttyname(slave))
sys.stdin.read()
`;

const reusing = `${openings}
import time
master, slave = os.openpty()
name = os.ttyname(slave)
os.close(slave)
os.close(master)
open('mine', 'w').write(name)
while not os.path.exists('taken'): time.sleep(0.02)
print(*openings(name))
`;

const refused = 'Permission denied Permission denied Permission denied\n';
const holders: ChildProcess[] = [];
afterEach(() => {
  for (const holder of holders.splice(0)) holder.stdin?.end();
});

function python(box: Sandbox, script: string, ...words: string[]) {
  const flags = [
    'run',
    '--silent',
    '--no-diagnostics',
    '--allow',
    '.',
    '--',
    'python3',
    '-c',
    script,
    ...words,
  ];
  return box.run(flags).stdout;
}

/** The name of a terminal that the same user holds outside. */
async function terminalOutside(box: Sandbox): Promise<string> {
  const told = join(box.home, `told${holders.length}`);
  const { uid, gid } = box.identity;
  holders.push(spawn('python3', ['-c', holding, told], { uid, gid, stdio: ['pipe', 'ignore', 'inherit'] }));
  await until(() => existsSync(told) && readFileSync(told, 'utf8') !== '', 'a terminal outside');
  return readFileSync(told, 'utf8');
}

asEveryone('pseudo-terminals', (open) => {
  it('are made, opened by name, and control what runs in them', () => {
    expect(python(open(), making)).toBe("hello 0\nopened opened\n['controls']\n");
  });

  it('run a command under script(1)', () => {
    const box = open();
    const words = ['run', '--silent', '--allow', '.', '--', 'script', '-qec', 'tty', '/dev/null'];
    expect(box.run(words).stdout).toMatch(/^\/dev\/pts\/\d+\r\n$/);
  });

  it('of others are not opened, though they are the same user’s', async () => {
    const box = open();
    const script = `${openings}\nimport sys\nprint(*openings(sys.argv[1]))`;
    const name = await terminalOutside(box);
    expect(box.outside(['python3', '-c', script, name]).stdout).toBe('opened opened opened\n');
    expect(python(box, script, name)).toBe(refused);
  });

  it('that have gone give nobody the next one of their number', async () => {
    const box = open();
    const words = ['run', '--silent', '--no-diagnostics', '--allow', '.', '--', 'python3', '-c', reusing];
    const run = box.start(words, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    run.stdout?.on('data', (text) => {
      output += text;
    });
    const mine = join(box.project, 'mine');
    await until(() => existsSync(mine) && readFileSync(mine, 'utf8') !== '', 'a terminal inside');
    // The kernel gives the lowest number that is free.
    const taken: string[] = [];
    while (!taken.includes(readFileSync(mine, 'utf8')) && taken.length < 16)
      taken.push(await terminalOutside(box));
    expect(taken).toContain(readFileSync(mine, 'utf8'));
    writeFileSync(join(box.project, 'taken'), '');
    await new Promise((resolve) => run.on('close', resolve));
    expect(output).toBe(refused);
  });
});
