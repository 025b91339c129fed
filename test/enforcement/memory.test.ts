// Runs that are made again: without planning, and the same.
import { chownSync, existsSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone } from './sandbox.ts';
import { project, remember, theMemory, watched, withoutSession } from './watched.ts';

asEveryone('a run that is made again', (open) => {
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

  function rememberedLongAgo() {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['wrap', '--allow', '.', '--', 'true'];
    remember(nono, words);
    const memory = theMemory(nono.runs);
    utimesSync(memory, 1, 1);
    return { sandbox, nono, words, memory };
  }

  it('is forgotten when 64 others were made since', () => {
    const { sandbox, nono, words, memory } = rememberedLongAgo();
    for (let count = 0; count < 70; count++) sandbox.file(join(nono.runs, `other-${count}`), 'run');
    remember(nono, [...words, 'again']);
    expect(existsSync(memory)).toBe(false);
    expect(readdirSync(nono.runs)).toHaveLength(64);
  });

  it('is not driven out by runs that were made once', () => {
    const { sandbox, nono, words } = rememberedLongAgo();
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
