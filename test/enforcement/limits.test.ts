// Limits for real: what a session may use is what it gets, by a control group where one is delegated and without one.
import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asEveryone, isAlive, type Sandbox, until } from './sandbox.ts';

const sh = (script: string) => ['--', '/bin/sh', '-c', script];
const python = (script: string) => ['--', 'python3', '-c', script];

const forkUntilRefused = `
import os, time
made = 0
try:
    while made < 500:
        if os.fork() == 0:
            time.sleep(60); os._exit(0)
        made += 1
except OSError as error:
    print(made, error.strerror)`;

const threadsUntilRefused = `
import threading, time
made = 0
try:
    while made < 500:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        made += 1
except RuntimeError as error:
    print(made, error, flush=True)
import os; os._exit(0)`;

const manyOneAfterTheOther = `
import os
for _ in range(200):
    pid = os.fork()
    if pid == 0: os._exit(0)
    os.waitpid(pid, 0)
print("all")`;

/** The processes whose command line starts with this. */
function running(start: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(start);
      } catch {
        return false; // it is gone
      }
    })
    .map(Number);
}

function childrenOf(parent: number): number[] {
  return running('').filter((pid) => {
    try {
      return new RegExp(`\\) \\S ${parent} `).test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false; // it is gone
    }
  });
}

asEveryone('a limit', (open) => {
  it('of processes holds against forks and threads, and lets as many as that come and go', () => {
    const box = open();
    const flags = ['run', '--pids', '12'];
    const forked = box.run([...flags, ...python(forkUntilRefused)]);
    expect(forked.stdout).toBe('11 Resource temporarily unavailable\n');
    expect(forked.stderr).toMatch(/nono: 1 new process or thread was refused: there were 12 \(--pids\)/);
    expect(box.run([...flags, ...python(threadsUntilRefused)]).stdout).toMatch(/^11 can't start new thread/);
    expect(box.run([...flags, ...python(manyOneAfterTheOther)]).stdout).toBe('all\n');
  });

  it('of processes holds against a bomb', async () => {
    const box = open();
    const bomb = 'bomb() { bomb | bomb & }; bomb 2>/dev/null; while :; do sleep 1; done 2>/dev/null';
    const run = box.start(['run', '-s', '--pids', '30', '--timeout', '4', '--', '/bin/sh', '-c', bomb], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let most = 0;
    let said = '';
    run.stderr?.on('data', (bytes) => {
      said += bytes;
    });
    const end = new Promise((resolve) => run.on('close', resolve));
    const look = setInterval(() => {
      most = Math.max(most, running(`/bin/sh\0-c\0${bomb}`).length);
    }, 5);
    await end;
    clearInterval(look);
    expect(said).toMatch(/refused: there were 30 \(--pids\)/);
    expect(most).toBeLessThanOrEqual(30);
    expect(running(`/bin/sh\0-c\0${bomb}`)).toEqual([]);
  });

  it('of processes holds where many that are busy fork at the same moment', () => {
    const box = open();
    const flags = ['run', '-s', '--no-diagnostics', '--read', box.tools, '--pids', '30', '--'];
    const [most, refused] = box.run([...flags, join(box.tools, 'crowd'), '14', '3']).stdout.split(/ (.*)\n/);
    expect(refused).toBe('refused');
    expect(Number(most)).toBeLessThanOrEqual(30);
    expect(Number(most)).toBeGreaterThan(15); // the workers themselves, and more
  });

  it('of memory refuses a process more of its own, or ends it', () => {
    const box = open();
    const hog = 'b = []\nfor _ in range(100): b.append(bytearray(10 << 20))\nprint("has it")';
    const { code, stdout, stderr } = box.run(['run', '--memory', '300M', ...python(hog)]);
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toMatch(/MemoryError|the kernel killed a process/);
    expect(box.run(['run', '-s', '--memory', '2G', ...python(hog)]).stdout).toBe('has it\n');
  });

  it('of CPU time ends a busy loop, and no sleep', () => {
    const box = open();
    const busy = box.run(['run', '--cpu-time', '1', ...sh('while :; do :; done')]);
    expect([124, 128 + 24]).toContain(busy.code);
    expect(busy.stderr).toContain('nono: the run was ended: it used 1s of CPU time (--cpu-time)');
    expect(box.run(['run', '-s', '--cpu-time', '5', ...sh('sleep 1; echo rested')]).stdout).toBe('rested\n');
  });

  it('of time ends everything that runs, with exit code 124 and one line', () => {
    const box = open();
    const file = join(box.project, 'pids');
    const { code, stderr } = box.run([
      'run',
      '--allow',
      '.',
      '--timeout',
      '2',
      ...sh(
        `trap "" TERM; (setsid sleep 300 & echo $! >> ${file}); echo $$ >> ${file}; while :; do sleep 1; done`,
      ),
    ]);
    expect(code).toBe(124);
    expect(stderr).toContain('nono: the run was ended: it took 2s (--timeout)\n');
    for (const pid of readFileSync(file, 'utf8').trim().split('\n')) expect(isAlive(Number(pid))).toBe(false);
  });

  it('of time lets what has taken the terminal over give it back, and the code is the same', () => {
    const box = open();
    const { code, stdout } = box.run([
      'run',
      '-s',
      '--timeout',
      '1',
      ...sh('trap "echo restored; exit 7" TERM; while :; do sleep 0.1; done'),
    ]);
    expect([code, stdout]).toEqual([124, 'restored\n']);
  });

  it('comes from a profile too; the smallest stands, and a flag says it anew', () => {
    const box = open();
    const profile = (name: string, timeout: string) =>
      box.file(
        join(box.home, `.config/nono/profiles/${name}.jsonc`),
        JSON.stringify({ limits: { timeout } }),
      );
    profile('short', '1s');
    profile('long', '1h');
    const flags = ['run', '-p', 'short', '--extends', 'long'];
    const ended = box.run([...flags, ...sh('sleep 30')]);
    expect([ended.code, ended.stderr]).toEqual([124, expect.stringContaining('it took 1s (profile short)')]);
    expect(box.run([...flags, '-s', '--timeout', '1m', ...sh('sleep 2; echo done')]).stdout).toBe('done\n');
  });

  it.each([
    ['--memory', '0'],
    ['--memory', 'much'],
    ['--pids', '0'],
    ['--pids', '1.5'],
    ['--cpu-time', '-1'],
    ['--timeout', '0s'],
    ['--timeout', '5 minutes'],
  ])('%s %s is refused', (flag, value) => {
    const { code, stdout } = open().run(['run', flag, value, ...sh('echo ran')]);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('is in the plan with what holds it, and what it holds less is said before the run', () => {
    const box = open();
    const words = ['--memory', '1G', '--pids', '50', '--cpu-time', '1m', '--timeout', '1h'];
    const plan = JSON.parse(box.run(['run', '--dry-run', '--json', ...words, ...sh('true')]).stdout);
    expect(plan.limits.list.map(({ kind, most }: { kind: string; most: number }) => [kind, most])).toEqual([
      ['memory', 2 ** 30],
      ['pids', 50],
      ['cpu-time', 60],
      ['timeout', 3600],
    ]);
    const weaker = plan.guarantees.filter((each: { less?: object }) => each.less !== undefined);
    const { stderr } = box.run(['run', ...words, ...sh('true')]);
    for (const { promise, less } of weaker)
      expect(stderr).toContain(`nono: ${promise}; ${less.reason}\n  Try: ${less.remedy}`);
  });
});

/** The mount of control groups of version 2, whatever controllers it has. */
const mount = /^\S+ \S+ \S+ \/ (\S+) .* - cgroup2 /m.exec(readFileSync('/proc/self/mountinfo', 'utf8'))?.[1];

// Only root can delegate: without it, and without version 2, there is no group to try this in.
asEveryone.skipIf(process.getuid?.() !== 0 || mount === undefined)('a control group', (open) => {
  const around = join(mount ?? '/', 'nono-test-delegated');
  const own = join(around, 'own');

  beforeAll(() => {
    mkdirSync(own, { recursive: true });
  });
  /** Who was killed a moment ago is still in it. */
  function removed(group: string): boolean {
    try {
      rmdirSync(group);
      return true;
    } catch {
      return !existsSync(group);
    }
  }

  afterAll(async () => {
    for (const group of [join(own, 'x'), join(around, 'x'), own, around])
      await until(() => removed(group), `${group} to be empty`);
  });

  /** nono started in a group whose surroundings are the identity's own. */
  function inGroup({ identity, nono, project, env }: Sandbox, words: readonly string[]) {
    const { uid, gid } = identity;
    for (const group of [around, own])
      for (const path of [group, join(group, 'cgroup.procs')]) chownSync(path, uid, gid);
    const script = 'echo $$ > "$0/cgroup.procs"; exec setpriv --clear-groups "$@"';
    const become = [`--reuid=${uid}`, `--regid=${gid}`, nono, ...words];
    return spawn('bash', ['-c', script, own, ...become], { cwd: project, env });
  }

  async function ended(run: ReturnType<typeof spawn>) {
    const texts = { stdout: '', stderr: '' };
    run.stdout?.on('data', (bytes) => {
      texts.stdout += bytes;
    });
    run.stderr?.on('data', (bytes) => {
      texts.stderr += bytes;
    });
    const code = await new Promise((resolve) => run.on('close', resolve));
    return { code, ...texts };
  }

  const groups = () => readdirSync(around).filter((name) => name.startsWith('nono-'));

  it('holds the CPU time of all processes together, and is gone afterwards', async () => {
    const box = open();
    const busy = '(while :; do :; done) & (while :; do :; done) & wait';
    const { code, stderr } = await ended(inGroup(box, ['run', '--cpu-time', '1', ...sh(busy)]));
    expect([code, stderr]).toEqual([124, expect.stringContaining('it used 1s of CPU time (--cpu-time)')]);
    expect(groups()).toEqual([]);
  });

  it('has the command and what it starts in it, and nobody gets out, whatever is granted', async () => {
    const box = open();
    const script = `cat /proc/self/cgroup; for g in ${around} ${own}; do echo $$ > $g/cgroup.procs; mkdir $g/x; echo $$ > $g/x/cgroup.procs; done; cat /proc/self/cgroup`;
    const { stdout } = await ended(
      inGroup(box, ['run', '-s', '--cpu-time', '60', '--allow', '/sys/fs', ...sh(script)]),
    );
    const lines = stdout.match(/^0::.*$/gm) ?? [];
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^0::\/nono-test-delegated\/nono-\d+/);
    expect(groups()).toEqual([]);
    expect(readdirSync(own)).not.toContain('x');
  });

  it.each(['nono', 'supervisor'])('is gone when %s is killed', async (victim) => {
    const run = inGroup(open(), ['run', '-s', '--cpu-time', '60', ...sh('sleep 60')]);
    const nono = run.pid as number;
    await until(() => groups().length === 1, 'the group is made');
    const [group = ''] = groups();
    await until(() => readFileSync(join(around, group, 'cgroup.procs'), 'utf8') !== '', 'the command runs');
    process.kill(victim === 'nono' ? nono : (childrenOf(nono)[0] as number), 'SIGKILL');
    await until(() => groups().length === 0, 'the group is removed');
  });
});
