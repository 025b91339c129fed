// What is given up before the command runs: descriptors, privileges, environment, reach to other processes.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, inProject, privateDirectories, unguarded } from './sandbox.ts';

// CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, NET_BIND_SERVICE
const keptByRoot = (1n << 0n) | (1n << 1n) | (1n << 3n) | (1n << 4n) | (1n << 5n) | (1n << 10n);

asEveryone('hygiene', (open) => {
  const status = (field: string) => {
    const result = open().run(['run', '-s', '--', 'grep', `^${field}:`, '/proc/self/status']);
    return result.stdout.split(/\s+/)[1] ?? '';
  };

  it('hands over standard input, output and error alone', () => {
    const box = open();
    box.file(join(box.home, 'secret'), 'secret');
    const outer = `exec 7< ${box.home}/secret 9> ${box.home}/log; exec "$0" run -s -- ${box.probe} descriptors`;
    expect(box.outside(['sh', '-c', outer, box.nono]).stdout.trim()).toBe('0 1 2');
  });

  it.each(['CapEff', 'CapPrm', 'CapInh', 'CapAmb'])('leaves no more than six capabilities in %s', (field) => {
    const set = BigInt(`0x${status(field)}`);
    expect(set & ~keptByRoot).toBe(0n);
  });

  it('leaves the bounding set of root the same six', () => {
    const box = open();
    const set = BigInt(`0x${status('CapBnd')}`);
    if (box.identity.uid === 0) expect(set & ~keptByRoot).toBe(0n);
    else expect(status('CapEff')).toBe('0000000000000000'); // it may not shrink the set; no_new_privs makes it moot
  });

  it('forbids new privileges and filters system calls', () => {
    expect(status('NoNewPrivs')).toBe('1');
    expect(status('Seccomp')).toBe('2');
  });

  it('forbids core dumps for good', () => {
    const box = open();
    expect(box.run(['run', '-s', '--', box.probe, 'core']).stdout.trim()).toBe('1 1');
    const line = 'ulimit -c 0; exec "$0" run -s -- "$1" core';
    expect(box.outside(['bash', '-c', line, box.nono, box.probe]).stdout.trim()).toBe('0 0');
  });

  it('gives a setuid program nothing', () => {
    const box = open();
    const result = box.run(['run', '-s', ...unguarded, '--', 'su', 'root', '-c', 'echo in'], { input: '' });
    if (box.identity.uid !== 0) expect(result.stdout).not.toContain('in');
    expect(box.run(['run', '-s', '--', 'grep', '^NoNewPrivs', '/proc/self/status']).stdout).toContain('1');
  });

  it('withholds secrets and loader variables, passes the rest, and lets --env say otherwise', () => {
    const box = open();
    const env = {
      MY_TOKEN: 'a',
      LD_PRELOAD: '/nowhere.so',
      NODE_OPTIONS: '--max-old-space-size=100',
      NODE_ENV: 'test',
      PLAIN: 'plain',
      DATABASE: 'postgres://user:hunter22@host/db',
      OTHER_SECRET: 'wanted',
    };
    const result = box.run(['run', '-s', '--env', 'OTHER_SECRET', '--env', 'GIVEN=x=y', '--', 'env'], {
      env,
    });
    const names = result.stdout.split('\n').map((line) => line.split('=')[0]);
    for (const name of ['MY_TOKEN', 'LD_PRELOAD', 'NODE_OPTIONS', 'DATABASE'])
      expect(names).not.toContain(name);
    expect(names.filter((name) => name?.startsWith('NONO_'))).toEqual(['NONO_PLAN', 'NONO_GUIDE']);
    expect(result.stdout).toContain('PLAIN=plain\n');
    expect(result.stdout).toContain('NODE_ENV=test\n');
    expect(result.stdout).toContain('OTHER_SECRET=wanted\n');
    expect(result.stdout).toContain('GIVEN=x=y\n');
    expect(result.stdout).toContain('NONO=1\n');
  });

  it('says of a variable that was to be passed that it is not set', () => {
    const box = open();
    expect(box.run(['run', '--env', 'NO_SUCH', '--env', 'HOME', '--', 'true']).stderr).toMatch(
      /^nono: --env NO_SUCH: it is not set, so nothing is passed\nnono: /,
    );
    expect(box.run(['run', '-s', '--env', 'NO_SUCH', '--', 'true']).stderr).toBe('');
  });

  it('gives a private TMPDIR, writable by the owner alone, and takes it away', () => {
    const box = open();
    const script =
      'stat -c %a "$TMPDIR"; mktemp >/dev/null && mkdir -p "$TMPDIR/a/b" && touch "$TMPDIR/a/b/c" && chmod 0 "$TMPDIR/a/b"; chmod 400 "$TMPDIR/a"; echo "$TMPDIR"; echo hi > /tmp/outside || echo refused';
    const [mode, path, refused] = box
      .run(['run', '-s', ...unguarded, '--read', box.tools, '--', 'sh', '-c', script])
      .stdout.split('\n');
    expect([mode, refused]).toEqual(['700', 'refused']);
    expect(path).toMatch(/\/nono-/);
    expect(existsSync(path as string)).toBe(false);
  });

  it('empties the private directory without following a link', () => {
    const box = open();
    box.file(join(box.project, 'keep/me'), 'kept');
    box.run([
      'run',
      '-s',
      '--allow',
      '.',
      '--',
      'sh',
      '-c',
      `ln -s ${box.project}/keep "$TMPDIR/link"; ln -s / "$TMPDIR/root"`,
    ]);
    expect(readFileSync(join(box.project, 'keep/me'), 'utf8')).toBe('kept');
  });

  it('cannot signal, trace or read processes outside', () => {
    const box = open();
    const victim = box.outside(['sh', '-c', 'sleep 60 >/dev/null 2>&1 & echo $!']).stdout.trim();
    try {
      for (const pid of [victim, String(process.pid)]) {
        expect(box.probed([], ['kill', pid, '0'])).toBe('EPERM');
        expect(box.probed([], ['ptrace', pid])).toBe('EPERM');
        expect(box.probed([], ['limit', pid])).toBe('EPERM');
        expect(box.probed([], ['read', `/proc/${pid}/environ`])).toMatch(/EACCES|EPERM/);
        expect(box.probed([], ['read', `/proc/${pid}/mem`])).toMatch(/EACCES|EPERM/);
        expect(box.probed([], ['read', `/proc/${pid}/fd/0`])).toMatch(/EACCES|EPERM/);
      }
      expect(box.outside([box.probe, 'kill', victim, '0']).stdout.trim()).toBe('ok');
    } finally {
      box.outside(['kill', victim]);
    }
  });

  it('cannot signal or trace its own supervisor', () => {
    const box = open();
    const script = `for pid in $PPID $(awk '{print $4}' /proc/$PPID/stat); do ${box.probe} kill $pid 9; ${box.probe} ptrace $pid; done`;
    expect(
      box
        .run(['run', '-s', ...unguarded, '--read', box.tools, '--', 'sh', '-c', script])
        .stdout.trim()
        .split('\n'),
    ).toEqual(Array(4).fill('EPERM'));
  });

  it("cannot make the broker open what is the broker's own", () => {
    const box = open();
    const loss = join(box.tools, 'loss');
    const flags = ['run', '-s', '--allow', '.', '--allow', '/proc', '--read', box.tools, '--', 'sh', '-c'];
    const line = ['mem', 'maps', 'environ', 'fd/3', 'oom_score_adj']
      .flatMap((what) => [`/proc/$PPID/${what}`, `/proc/./self/${what}`])
      .map(
        (path) => `${loss} openat2-read ${path}; ${loss} openat2-write ${path}; ${loss} open-trunc ${path}`,
      )
      .join('; ');
    const answers = box
      .run([...flags, line])
      .stdout.split('\n')
      .filter(Boolean);
    expect(answers).toHaveLength(30);
    for (const answer of answers) expect(answer).toMatch(/^(EACCES|ENOSYS|ENOENT|EPERM|ENXIO|ELOOP)$/);
  });

  // Mounting takes root; where else it is mounted nobody knows beforehand.
  it.skipIf(process.getuid?.() !== 0)('nor by another /proc, in a granted directory', () => {
    const box = open();
    const at = dirname(box.file(join(box.base, 'proc/under')));
    const line =
      'cat proc/$PPID/maps proc/self/maps; head -c 1 proc/$PPID/mem; head -n 1 proc/stat | cut -c 1-3';
    const { uid, gid } = box.identity;
    const { stdout, stderr } = spawnSync(
      'unshare',
      [
        ...['-m', 'sh', '-c', `mount -t proc proc ${at} && exec "$0" "$@"`],
        ...['setpriv', '--reuid', String(uid), '--regid', String(gid), '--clear-groups', box.nono],
        ...['run', '-s', '--no-diagnostics', '--allow', box.base, '--deny', 'secret', '--', 'sh', '-c', line],
      ],
      { cwd: box.base, env: box.env, encoding: 'utf8' },
    );
    expect(stdout).toBe('cpu\n');
    expect(stderr.match(/Permission denied/g)).toHaveLength(3);
  });

  it("keeps the memory of the broker's helpers closed, though the broker opens what is read", () => {
    const box = open();
    box.file(join(box.project, 'secret'));
    const script = `
import os, threading, time
os.mkfifo('q')
threading.Thread(target=os.open, args=('q', os.O_RDONLY), daemon=True).start()
def launchers():
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try: words = open(f'/proc/{pid}/stat').read()
        except OSError: continue
        if '(nono-launcher)' in words and words.split(') ')[1].split()[1] == str(os.getppid()): yield pid
while len(list(launchers())) < 2: time.sleep(0.01)
for pid in launchers():
    for name in ('mem', 'maps', 'environ', 'cwd/', 'root/', 'exe'):
        try: os.open(f'/proc/{pid}/{name}', os.O_RDONLY)
        except PermissionError: continue
        print(name, 'of', pid)
print('asked', flush=True)
os._exit(0)
`;
    const flags = [
      'run',
      '--silent',
      '--no-diagnostics',
      '--allow',
      '.',
      '--deny',
      'secret',
      '--',
      'python3',
    ];
    const { stdout, stderr } = box.run([...flags, '-c', script]);
    expect(stdout, stderr).toBe('asked\n');
  });

  it('gives no file the set-user-ID bit', () => {
    const box = open();
    const loss = join(box.tools, 'loss');
    const line = `cp /bin/true t; chmod 4755 t || chmod u+s t || python3 -c 'import os; os.open("s", os.O_CREAT, 0o4755)' || ${loss} openat2-setuid u; chmod 755 t; find . -perm -4000`;
    expect(box.run(['run', ...inProject(box), 'sh', '-c', line]).stdout).toBe('EPERM\n');
  });

  it('gives no file the set-group-ID bit, and directories as ever', () => {
    const line = `cp /bin/true t; for how in 'chmod 2755 t' 'chmod g+s t' 'install -m 2755 t u' 'install -m 4755 t v'; do $how && echo $how; done
      python3 -c 'import os
for number, (act, *how) in enumerate(((os.open, os.O_CREAT | os.O_WRONLY, 0o2755), (os.open, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o2755), (os.mknod, 0o102755))):
    try: act("n%d" % number, *how); print(act)
    except PermissionError: pass'
      mkdir -m 2755 d && chmod g+s d && chmod 2644 t; find . -perm /6000 | sort`;
    const box = open();
    const { stdout } = box.run(['run', '--no-diagnostics', ...inProject(box), 'sh', '-c', line]);
    expect(stdout).toBe('./d\n./t\n');
  });

  it('cannot type into the terminal', () => {
    const box = open();
    const [TIOCSTI, TIOCLINUX, TIOCSETD] = ['0x5412', '0x541c', '0x5423'];
    for (const request of [TIOCSTI, TIOCLINUX, TIOCSETD]) {
      expect(box.probed([], ['ioctl', '0', request as string])).toBe('EPERM');
      expect(box.probed([], ['ioctl', '0', `0xffffffff0000${(request as string).slice(2)}`])).toBe('EPERM');
    }
    expect(box.outside([box.probe, 'ioctl', '0', TIOCSTI as string], { input: '' }).stdout.trim()).not.toBe(
      'EPERM',
    );
  });

  it.runIf(process.arch === 'x64').each([
    ['unshare(CLONE_NEWUSER)', ['272', '0x10000000'], 'EPERM'],
    ['clone3', ['435', '0', '0'], 'ENOSYS'],
    ['userfaultfd', ['323', '1'], 'ENOSYS'],
    ['add_key', ['248', '0', '0', '0', '0', '0'], 'ENOSYS'],
    ['shmget', ['29', '0', '4096', '0x3b6'], 'EPERM'],
    ['personality(READ_IMPLIES_EXEC)', ['135', '0x400000'], 'EPERM'],
    ['process_vm_writev', ['311', '1', '0', '0', '0', '0', '0'], 'EPERM'],
    ['open_tree', ['428', '-100', '0', '0'], 'EPERM'],
    ['io_uring_setup', ['425', '1', '0'], 'ENOSYS'],
  ])('refuses %s', (_, words, expected) => {
    const box = open();
    expect(box.probed([], ['syscall', ...(words as string[])])).toBe(expected);
    expect(box.outside([box.probe, 'syscall', ...(words as string[])]).stdout.trim()).not.toBe(expected);
  });

  it('leaves no private directory behind when a run fails to start', () => {
    const box = open();
    box.run(['run', '--', 'no-such-command']);
    box.run(['run', '--dry-run', '--', 'true']);
    box.run(['run', '--allow', '/missing', '--', 'true']);
    box.file(join(box.project, 'broken'), '#!/no/such/interpreter\n', 0o755);
    expect(box.run(['run', '--', './broken']).code).toBe(127);
    expect(privateDirectories(box)).toEqual([]);
  });
});
