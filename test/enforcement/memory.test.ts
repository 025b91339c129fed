// Runs that are made again: without planning, and only where planning would come to the same.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { asEveryone, type RunOptions, type Sandbox } from './sandbox.ts';

type Watched = {
  /** The run, and how often it started a planner. */
  readonly run: (
    words: readonly string[],
    options?: RunOptions,
  ) => { code: number | null; stdout: string; stderr: string; planned: number };
  readonly runs: string;
  readonly nono: string;
};

/** A copy of nono whose Node, or the planner that needs none, writes down each time that it is started. */
function watched(sandbox: Sandbox): Watched {
  const { base, home, outside } = sandbox;
  const installed = join(inject('installation'), 'nono');
  for (const each of ['bin', 'dist'])
    cpSync(join(installed, each), join(base, 'nono', each), { recursive: true });
  const starts = sandbox.file(join(base, 'starts'));
  const counted = (name: string, real: string) =>
    sandbox.file(join(base, name), `#!/bin/sh\necho started >> ${starts}\nexec ${real} "$@"\n`, 0o755);
  const planner = join(base, 'nono/dist/nono-planner');
  if (existsSync(planner)) {
    renameSync(planner, `${planner}-itself`);
    counted('nono/dist/nono-planner', `${planner}-itself`);
  } else {
    writeFileSync(join(base, 'nono/dist/node.id'), `1 1 1 ${counted('node', process.execPath)}\0`);
  }
  const count = () => readFileSync(starts, 'utf8').split('\n').length;
  return {
    nono: join(base, 'nono/dist/nono'),
    runs: join(home, '.local/state/nono/runs'),
    run: (words, options = {}) => {
      const before = count();
      const env = { PWD: options.cwd ?? sandbox.project, ...options.env }; // the script would set it
      const { code, stdout, stderr } = outside([join(base, 'nono/dist/nono'), ...words], { ...options, env });
      const said = stderr.replace(/nono: Node was replaced[^\n]*\n {2}Try:[^\n]*\n/, '');
      return { code, stdout, stderr: said, planned: count() - before };
    },
  };
}

/** Makes a run until it is remembered. */
function remember({ run }: Watched, words: readonly string[], options?: RunOptions): void {
  for (const planned of [1, 1, 0]) expect(run(words, options).planned).toBe(planned);
}

const withoutSession = (text: string) =>
  text.replaceAll(/\d{8}-\d{6}-\w+-\w+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'SESSION');

function theMemory(runs: string): string {
  const [name = ''] = readdirSync(runs);
  return join(runs, name);
}

// biome-ignore lint/suspicious/noConfusingVoidType: most change the disk and nothing else
type Change = (sandbox: Sandbox, memory: string) => RunOptions | void;

const project = (sandbox: Sandbox, name: string) => join(sandbox.project, name);

// What a second installation, a user or a project may bring about between two runs.
const changes: Readonly<Record<string, Change>> = {
  'a variable': () => ({ env: { MORE: '1' } }),
  'a value': () => ({ env: { LANG: 'C' } }),
  'the directory': ({ base }) => ({ cwd: base }),
  'a link where a secret is': ({ home }) => {
    mkdirSync(join(home, 'vault'));
    symlinkSync('vault', join(home, '.ssh'));
  },
  'a protected directory': (sandbox) => void sandbox.file(join(sandbox.home, '.aws/credentials')),
  'a profile that is named': (sandbox) =>
    void sandbox.file(
      join(sandbox.home, '.config/nono/profiles/mine.jsonc'),
      '{ "network": { "block": true } }',
    ),
  'a file that the profile names': (sandbox) => void sandbox.file(project(sandbox, 'named')),
  'a directory of hooks': (sandbox) =>
    void sandbox.file(project(sandbox, '.git/config'), '[core]\n\thooksPath = elsewhere\n'),
  'the command on PATH': (sandbox) =>
    void sandbox.file(join(sandbox.base, 'bin/printf'), '#!/bin/sh\n', 0o755),
  'a granted directory became a link': ({ base }) => {
    renameSync(join(base, 'granted'), join(base, 'moved'));
    symlinkSync('moved', join(base, 'granted'));
  },
  'nono itself': ({ base }) => utimesSync(join(base, 'nono/dist/nono-launcher'), 1, 1),
  'nono itself, of the same size and time': ({ base }) => {
    const launcher = join(base, 'nono/dist/nono-launcher');
    execFileSync('cp', ['-p', launcher, join(base, 'before')]);
    writeFileSync(launcher, readFileSync(launcher));
    execFileSync('touch', ['-r', join(base, 'before'), launcher]);
  },
  'what reads profiles': ({ base }) => utimesSync(join(base, 'nono/dist/tools.cjs'), 1, 1),
  'the planner': ({ base }) => {
    const snapshot = join(base, 'nono/dist/planner.blob');
    utimesSync(existsSync(snapshot) ? snapshot : join(base, 'nono/dist/nono-planner'), 1, 1);
  },
  'a byte of the memory': (_, memory) => {
    const bytes = readFileSync(memory);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(memory, bytes);
  },
  'the length of the memory': (_, memory) => truncateSync(memory, statSync(memory).size - 1),
  'that others may write the memory': (_, memory) => chmodSync(memory, 0o622),
  'that others may write its directory': (_, memory) => chmodSync(join(memory, '..'), 0o722),
  'a second name of the memory': ({ base }, memory) => linkSync(memory, join(base, 'second')),
  'a link in place of the memory': ({ base }, memory) => {
    renameSync(memory, join(base, 'moved'));
    symlinkSync(join(base, 'moved'), memory);
  },
};

asEveryone('a run that is made again', (open) => {
  const flags = ['--profile', 'mine', '--allow', '.', '--read', '../granted', '--no-guide'];
  const line = ['run', ...flags, '--', 'printf', '%s', 'hello'];

  function prepared(sandbox: Sandbox): { nono: Watched; options: RunOptions } {
    const nono = watched(sandbox);
    sandbox.file(
      join(sandbox.home, '.config/nono/profiles/mine.jsonc'),
      '{ "filesystem": { "deny": ["$WORKDIR/named"] } }',
    );
    for (const each of ['granted/file', 'bin/other']) sandbox.file(join(sandbox.base, each));
    return { nono, options: { env: { PATH: `${join(sandbox.base, 'bin')}:${sandbox.env.PATH}` } } };
  }

  it('is planned twice and then no more, and is the same', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = [
      'run',
      '--allow',
      '.',
      '--env',
      'TOKEN',
      '--',
      'sh',
      '-c',
      'cat "$NONO_PLAN" "$NONO_GUIDE"; env; ls -ld "$TMPDIR"; rm old; echo new > made; exit 7',
    ];
    const env = { TOKEN: 'of-the-caller', EMPTY: '', 'A B': 'name' };
    sandbox.file(project(sandbox, 'old'), 'from before');
    const [first, second, third] = [1, 2, 3].map(() => {
      rmSync(project(sandbox, 'made'), { force: true });
      const done = nono.run(words, { env });
      return { ...done, stdout: withoutSession(done.stdout), stderr: withoutSession(done.stderr) };
    });
    // The report of what was refused starts Node as well.
    expect([first?.planned, second?.planned, third?.planned]).toEqual([2, 2, 1]);
    expect(third).toEqual({ ...first, planned: 1 });
    expect(first?.code).toBe(7);
    expect(first?.stdout).toContain('TOKEN=of-the-caller');
    expect(first?.stderr).toMatch(/^nono: writes /);
    expect(readFileSync(project(sandbox, 'old'), 'utf8')).toBe('from before');
    expect(readdirSync(join(sandbox.base, 'tmp'))).toEqual([]);
  });

  it('keeps what it rewrites from before, each time anew', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--allow', '.', '--', 'sh', '-c', 'echo new > file'];
    // What was kept is told by Node, even if to nobody.
    for (const planned of [2, 2, 1, 1]) {
      sandbox.file(project(sandbox, 'file'), `before ${planned}`);
      expect(nono.run(words)).toMatchObject({ code: 0, planned });
    }
    expect(readdirSync(join(sandbox.home, '.local/state/nono/sessions'))).toHaveLength(4);
  });

  it.each(Object.entries(changes))('is planned anew where it is not: %s', (_what, change) => {
    const sandbox = open();
    const { nono, options } = prepared(sandbox);
    remember(nono, line, options);
    const memory = theMemory(nono.runs);
    if (sandbox.identity.uid !== 0) chownSync(memory, sandbox.identity.uid, sandbox.identity.gid);
    const other = change(sandbox, memory) ?? {};
    const done = nono.run(line, { ...options, ...other, env: { ...options.env, ...other.env } });
    expect(done.planned).toBeGreaterThan(0);
  });

  it('is the same where files come and go around it', () => {
    const sandbox = open();
    const { nono, options } = prepared(sandbox);
    sandbox.file(project(sandbox, 'old'));
    remember(nono, line, options);
    sandbox.file(project(sandbox, 'new'));
    sandbox.file(join(sandbox.home, '.history'));
    rmSync(project(sandbox, 'old'));
    expect(nono.run(line, options).planned).toBe(0);
  });

  it('is planned anew where a project has a profile since, and says that it is not used', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['run', '--allow', '.', '--', 'true'];
    remember(nono, words);
    sandbox.file(project(sandbox, '.nono/profile.jsonc'), '{}');
    for (const planned of [1, 0]) {
      const done = nono.run(words);
      expect(done.planned).toBe(planned);
      expect(done.stderr).toContain('.nono/profile.jsonc is not used');
    }
  });

  it('is planned anew with another word', () => {
    const sandbox = open();
    const { nono, options } = prepared(sandbox);
    remember(nono, line, options);
    expect(nono.run([...line.slice(0, -1), 'hellp'], options).planned).toBe(1);
    expect(nono.run([...line.slice(0, -2), '%s', 'hello', ''], options).planned).toBe(1);
  });

  it('is planned anew on a kernel that offers less, and stopped there as it would be the first time', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['run', '--allow', '.', '--', 'true'];
    remember(nono, words);
    const without = [join(dirname(sandbox.probe), 'without'), 'notify', nono.nono, ...words];
    expect(sandbox.outside(without)).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('no seccomp notifications'),
    });
  });

  it('is planned anew on a terminal, which it may open then', () => {
    const sandbox = open();
    const { nono } = watched(sandbox);
    const line = `${nono} wrap --read . -- sh -c '! tty -s || { tty; echo opened > $(tty); }'`;
    const elsewhere = `for count in 1 2 3; do ${line} < /dev/null > /dev/null 2>&1; done`;
    const words = ['script', '-qec', `${elsewhere}; ${line}`, '/dev/null'];
    expect(sandbox.outside(words, { input: '' }).stdout).toMatch(/\/dev\/pts\/\d+\s+opened/);
  });

  it('denies a secret that a link leads to since', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    sandbox.file(join(sandbox.home, 'vault/key'), 'secret');
    const words = ['wrap', '--read', '~', '--', 'cat', join(sandbox.home, 'vault/key')];
    remember(nono, words);
    expect(nono.run(words).stdout).toBe('secret');
    symlinkSync('vault', join(sandbox.home, '.ssh'));
    expect(nono.run(words)).toMatchObject({ code: 1, stdout: '' });
  });

  it('cannot be written for the next time by what runs, nor seen', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const script = `ls ${nono.runs}; echo x > ${nono.runs}/planted; for f in ${nono.runs}/*; do echo x >> "$f"; rm -f "$f"; done; mv ${nono.runs} ${sandbox.home}/moved`;
    const words = ['wrap', '--allow', '~', '--', 'sh', '-c', script];
    for (let count = 0; count < 3; count++) nono.run(words);
    const [name = '', ...more] = readdirSync(nono.runs);
    expect(more).toEqual([]);
    expect(nono.run(words)).toMatchObject({ planned: 0, stdout: '' });
    expect(readdirSync(nono.runs)).toEqual([name]);
    expect(existsSync(join(sandbox.home, 'moved'))).toBe(false);
  });

  it('holds no value of the caller, and is for its owner alone', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const env = { TOKEN: 'correct-horse', HIDDEN_SECRET: 'battery-staple', PLAIN: 'in-the-open' };
    const words = ['wrap', '--allow', '.', '--env', 'TOKEN', '--', 'sh', '-c', 'echo $TOKEN $HIDDEN_SECRET'];
    remember(nono, words, { env });
    expect(nono.run(words, { env }).stdout).toBe('correct-horse\n');
    const memory = theMemory(nono.runs);
    for (const value of Object.values(env)) expect(readFileSync(memory, 'latin1')).not.toContain(value);
    expect(statSync(memory).mode & 0o777).toBe(0o600);
    expect(statSync(nono.runs).mode & 0o777).toBe(0o700);
  });

  it('is forgotten when 64 others were made since', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--allow', '.', '--', 'true'];
    remember(nono, words);
    const memory = theMemory(nono.runs);
    utimesSync(memory, 1, 1);
    for (let count = 0; count < 70; count++) sandbox.file(join(nono.runs, `other-${count}`), 'run');
    remember(nono, [...words, 'again']);
    expect(existsSync(memory)).toBe(false);
    expect(readdirSync(nono.runs)).toHaveLength(64);
  });

  it('is not driven out by runs that were made once', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--allow', '.', '--', 'true'];
    remember(nono, words);
    const memory = theMemory(nono.runs);
    utimesSync(memory, 1, 1);
    for (let count = 0; count < 70; count++) sandbox.file(join(nono.runs, `other-${count}`));
    expect(nono.run([...words, 'again']).planned).toBe(1);
    expect(readdirSync(nono.runs)).toHaveLength(1 + 64);
    expect(nono.run(words).planned).toBe(0);
  });

  it.each(['<&- 2>&-', '>&- 2>&-', '<&- >&- 2>&-', '<&- >&-', '2>&-'])('is the same with %s', (closed) => {
    const sandbox = open();
    const nono = watched(sandbox);
    const made = project(sandbox, 'made');
    for (let count = 0; count < 3; count++) {
      rmSync(made, { force: true });
      const line = `exec ${nono.nono} run --allow . -- sh -c 'ls /proc/self/fd > made; exit 7' ${closed}`;
      expect(sandbox.outside(['sh', '-c', line])).toMatchObject({ code: 7, signal: null });
      // ls opens the directory itself at the lowest number that is free.
      expect(readFileSync(made, 'utf8').split('\n').filter(Boolean).length).toBeLessThanOrEqual(4);
      expect(readdirSync(join(sandbox.base, 'tmp'))).toEqual([]);
    }
  });

  it('goes on where nobody reads what it says, and waits where the reader is slow', () => {
    const sandbox = open();
    const { nono } = watched(sandbox);
    const script = `
import fcntl, os, subprocess, sys, threading, time
def run(full):
  reader, writer = os.pipe()
  if full:
    fcntl.fcntl(writer, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
      while True: os.write(writer, b'x')
    except BlockingIOError: pass
  else: os.close(reader)
  child = subprocess.Popen([${JSON.stringify(nono)}, 'run', '--allow', '.', '--', 'sh', '-c', 'exit 7'], stderr=writer)
  os.close(writer)
  said = b''
  if full:
    time.sleep(0.2)
    while (more := os.read(reader, 65536)): said += more
  print(child.wait(), said.lstrip(b'x').count(b'nono: writes'), flush=True)
for full in (False, False, False, True, True): run(full)
`;
    expect(sandbox.outside(['python3', '-c', script]).stdout).toBe('7 0\n'.repeat(3) + '7 1\n'.repeat(2));
    expect(readdirSync(join(sandbox.base, 'tmp'))).toEqual([]);
  });

  it('makes what an agent wants to be there each time that it is missing', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const agent = sandbox.file(join(sandbox.base, 'bin/claude'), '#!/bin/sh\ntouch ~/.claude/mark\n', 0o755);
    for (let count = 0; count < 4; count++) {
      rmSync(join(sandbox.home, '.claude'), { recursive: true, force: true });
      rmSync(join(sandbox.home, '.claude.json'), { force: true });
      expect(nono.run(['wrap', '--', agent])).toMatchObject({ code: 0, planned: 1 });
      expect(existsSync(join(sandbox.home, '.claude/mark'))).toBe(true);
    }
  });

  it('passes on the same variables in the same order, whatever they are called', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const env = { NONO_CALLER_ODD: '1', NODE_ODD: '2', NONO_REMEMBER: '3' };
    const words = ['wrap', '--read', '.', '--', 'env'];
    const done = [1, 2, 3].map(() => nono.run(words, { env }));
    expect(done.map(({ planned }) => planned)).toEqual([1, 1, 0]);
    const [first = '', ...more] = done.map(({ stdout }) => withoutSession(stdout));
    expect(more).toEqual([first, first]);
    for (const [name, value] of Object.entries(env)) expect(first.split('\n')).toContain(`${name}=${value}`);
  });

  it('is planned each time where the Node that plans sets a variable', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--read', '.', '--', 'sh', '-c', 'echo $PWD'];
    for (let count = 0; count < 4; count++)
      expect(nono.run(words, { env: { PWD: undefined } })).toMatchObject({ planned: 1, code: 0 });
  });

  it('ends where the terminal stopped the planner meanwhile', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const patch = sandbox.file(
      join(sandbox.base, 'stops.cjs'),
      "const kill = process.kill.bind(process); process.kill = (pid) => { kill(pid, 'SIGSTOP'); kill(pid, 'SIGKILL'); };",
    );
    sandbox.file(
      join(sandbox.base, 'node'),
      `#!/bin/sh\nexec ${process.execPath} --require ${patch} "$@"\n`,
      0o755,
    );
    const words = ['wrap', '--read', '.', '--', 'sh', '-c', 'exit 7'];
    for (let count = 0; count < 3; count++) expect(nono.run(words).code).toBe(7);
    expect(statSync(theMemory(nono.runs)).size).toBeGreaterThan(0);
  });

  it('is planned each time where nothing can be remembered', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--read', '.', '--', 'true'];
    const env = { HOME: undefined, XDG_STATE_HOME: undefined };
    const elsewhere = { env: { XDG_STATE_HOME: '/proc/nowhere' } };
    for (const options of [{ env }, { env }, { env }, elsewhere, elsewhere, elsewhere])
      expect(nono.run(words, options)).toEqual({ code: 0, stdout: '', stderr: '', planned: 1 });
  });

  it('says why where the session can no longer begin', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--read', '.', '--', 'true'];
    remember(nono, words);
    rmSync(join(sandbox.base, 'tmp'), { recursive: true });
    expect(nono.run(words)).toMatchObject({ code: 125, planned: 1 });
  });

  it('is a shell that is remembered, too, and one with a report', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    remember(nono, ['shell', '--shell', '/bin/true', '--allow', '.']);
    const report = join(sandbox.home, 'report.json');
    const words = ['run', '--read', '.', '--report', report, '--json', '--', 'true'];
    for (const planned of [2, 2, 1]) expect(nono.run(words).planned).toBe(planned);
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ version: 1, denied: [] });
  });
});

asEveryone('a run of root', (open) => {
  it('is not remembered in a home that is not its own', () => {
    const sandbox = open();
    if (sandbox.identity.uid !== 0) return;
    const nono = watched(sandbox);
    chownSync(sandbox.home, 65534, 65534);
    for (let count = 0; count < 3; count++)
      expect(nono.run(['wrap', '--read', '.', '--', 'true']).planned).toBe(1);
    expect(existsSync(nono.runs)).toBe(false);
  });
});
