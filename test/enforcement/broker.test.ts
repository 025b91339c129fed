// What the broker does for a program looks to it as if the kernel had done it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asEveryone, inProject, type Sandbox, unguarded } from './sandbox.ts';

function confined(box: Sandbox, line: string) {
  return box.run(['run', '--no-diagnostics', ...inProject(box), 'bash', '--norc', '-c', line]);
}

/** So that an ordinary user can remove what it made. */
function chmodAll(box: Sandbox) {
  execFileSync('chmod', ['-R', 'u+rwX', box.project]);
}

const lastNumber = '/proc/sys/kernel/ns_last_pid';

const python = (text: string) => `python3 -c '${text}'`;

asEveryone('the broker', (open) => {
  it.each([
    [
      'waits with a program for the other end of a FIFO',
      'mkfifo q; (sleep 0.3; cat q) & echo through > q; wait',
      'through',
    ],
    ['reads a FIFO that is opened for both', 'mkfifo q; exec 3<> q; echo x >&3; read -r y <&3; echo $y', 'x'],
    [
      'says at once that a FIFO has no reader, to who does not want to wait',
      `mkfifo q; ${python('import os\ntry: os.open("q", os.O_WRONLY|os.O_NONBLOCK)\nexcept OSError as e: print(e.errno)')}`,
      '6',
    ],
    ['applies the umask', 'umask 027; echo > n; : > m; stat -c %a n m', '640\n640'],
    [
      'keeps the flags of an opening',
      python(
        'import os,fcntl\nf=os.open("n",os.O_WRONLY|os.O_CREAT|os.O_APPEND)\ng=fcntl.fcntl(f,fcntl.F_GETFL)\nprint(bool(g&os.O_APPEND),bool(g&os.O_NONBLOCK),os.get_inheritable(f),g&3)',
      ),
      'True False False 1',
    ],
    ['hands descriptors over that stay over exec', 'exec 7> n; bash -c "echo x >&7"; cat n', 'x'],
    [
      'says when the table of descriptors is full',
      python(
        'import os,resource\nresource.setrlimit(resource.RLIMIT_NOFILE,(8,8))\ntry:\n  for i in range(9): os.open("n",os.O_WRONLY|os.O_CREAT)\nexcept OSError as e: print(e.errno)',
      ),
      '24',
    ],
    [
      'serves a program that hides its memory',
      python(
        'import ctypes,os\nctypes.CDLL(None).prctl(4,0)\nopen("n","w").close()\nos.remove("n")\nprint("done")',
      ),
      'done',
    ],
    [
      'follows a link to what is not there yet, and makes it there',
      'mkdir d; ln -s d/new link; echo x > link; cat d/new',
      'x',
    ],
    [
      'follows no link that is not to be followed',
      `ln -s n link; ${python('import os\ntry: os.open("link", os.O_WRONLY|os.O_CREAT|os.O_NOFOLLOW)\nexcept OSError as e: print(e.errno)')}`,
      '40',
    ],
    ['gives up on links in a circle', 'ln -s b a; ln -s a b; echo x > a || echo no', 'no'],
    [
      'knows the working directory of every thread and process',
      'mkdir d; (cd d; echo in > f); echo out > f; cat d/f f; cd d; rm f; ls ..',
      'in\nout\nd\nf',
    ],
    [
      'writes to the devices that everyone has',
      '(echo x > /dev/null; echo y > /dev/stdout; echo z > /dev/fd/1; echo w > /proc/self/fd/1) | cat',
      'y\nz\nw',
    ],
  ])('%s', (_, line, expected) => {
    const box = open();
    expect(confined(box, line).stdout).toBe(`${expected}\n`);
  });

  it.each([
    ['storm 300', 'ok'],
    ['churn 64', 'ok'],
    ['page-end 1', 'ok'],
    ['page-end 0', 'EFAULT'],
  ])('%s', (what, expected) => {
    const box = open();
    expect(confined(box, `${join(box.tools, 'loss')} ${what}; ls`).stdout).toBe(`${expected}\n`);
  });

  it.each([
    'path directory',
    'descriptor directory',
    'path mask',
    'threads directory',
    'threads mask',
    'clone both',
    'clone-shared directory',
    'clone-shared mask',
    'unshare directory',
    'unshare mask',
    'processes both',
    'execution',
  ])("makes files in the caller's directory and with its mask, changed by %s", (how) => {
    const box = open();
    const wander = join(box.tools, 'wander');
    expect(confined(box, `${wander} ${how}`).stdout).toBe('ok\n');
    expect(box.outside([wander, ...how.split(' ')], { cwd: box.home }).stdout).toBe('ok\n');
  });

  // Only root may say which number is given next, where the kernel was built for it.
  it.skipIf(process.getuid?.() !== 0 || !existsSync(lastNumber))(
    'takes no process for the one that had its number before',
    async () => {
      const box = open();
      const script = join(box.project, 'reuse.py');
      copyFileSync(fileURLToPath(new URL('reuse.py', import.meta.url)), script);
      const give = `cd ${box.project}; until [ -e end ]; do
        if [ -e number ]; then n=$(cat number); rm number; echo $n > ${lastNumber}; touch given; chmod a+rw given; fi
        if [ -e given ]; then echo $n > ${lastNumber}; fi
      done`;
      const giving = spawn('sh', ['-c', give], { stdio: 'ignore' });
      const { stdout, stderr } = confined(box, 'exec python3 reuse.py');
      writeFileSync(join(box.project, 'end'), '');
      await new Promise((resolve) => giving.on('exit', resolve));
      expect(stdout + stderr).toBe('ok\n');
    },
  );

  it('waits for no socket that is made to wait while it connects it', () => {
    const box = open();
    const script = join(box.project, 'toggle.py');
    copyFileSync(fileURLToPath(new URL('toggle.py', import.meta.url)), script);
    const { stdout, stderr } = box.run([
      'run',
      '-s',
      '--timeout',
      '60',
      '--allow',
      '.',
      '--',
      'python3',
      script,
    ]);
    expect(stdout + stderr).toBe('ok\n');
  });

  it('is not brought down by nonsense, nor led past a deny', () => {
    const box = open();
    box.file(join(box.project, 'sec/key'), 'secret');
    const server = box.file(join(box.base, 'server'), '');
    const tool = join(box.tools, 'nonsense');
    const line = `rm "$1"; python3 -c 'import socket, sys, time; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1]); print(flush=True); time.sleep(60)' "$1" > ready & p=$!
      until test -s ready; do sleep 0.05; done; "$0" run -s --no-diagnostics --allow . --deny sec --allow-unix-socket "$1" --allow-port 5999 --read "\${2%/*}" -- "$2" "$3" 5; code=$?; kill $p; exit $code`;
    const seed = String(Date.now() % 1_000_000);
    const { code, stdout, stderr } = box.outside(['bash', '-c', line, box.nono, server, tool, seed]);
    expect([code, stdout], `seed ${seed}: ${stderr}`).toEqual([0, expect.stringMatching(/\d+ rounds\n/)]);
    chmodAll(box);
    expect(readFileSync(join(box.project, 'sec/key'), 'utf8')).toBe('secret');
  });

  it('serves a thousand short processes, and leaves none of them, nor of its own', () => {
    const box = open();
    const line =
      'for i in {1..1000}; do (echo $i > f$((i % 10))) & done; wait; ls | wc -l; ps --ppid $PPID -o comm= | grep -c nono-launcher';
    expect(confined(box, line).stdout).toBe('10\n1\n');
  });
});

// Go preempts its goroutines by signals, at any system call. Where there is no Go, the storm above stands in for it.
if (spawnSync('go', ['version']).status === 0)
  asEveryone('a Go program', (open) => {
    const directory = mkdtempSync(join(tmpdir(), 'nono-go-'));
    const program = join(directory, 'work');
    beforeAll(() => {
      const source = fileURLToPath(new URL('preempted.go', import.meta.url));
      execFileSync('go', ['build', '-o', program, source], { stdio: 'inherit' });
      chmodSync(directory, 0o755);
    }, 120_000);
    afterAll(() => rmSync(directory, { recursive: true, force: true }));

    it.each([[[]], [['--deny', 'secret']]])('works with every processor busy: %j', (flags) => {
      const words = ['run', '-s', '--no-diagnostics', ...unguarded, '--allow', '.', '--read', directory];
      const { stdout, stderr } = open().run([...words, ...flags, '--', program]);
      expect([stdout, stderr]).toEqual(['ok\n', '']);
    });
  });
