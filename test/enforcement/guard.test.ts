// The guard inside the wall: what is denied in a grant, on the real kernel.
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { asEveryone, type Result, type Sandbox, unguarded, until } from './sandbox.ts';

const attempts = fileURLToPath(new URL('attempts.py', import.meta.url));

function confined(box: Sandbox, flags: readonly string[], line: string): Result {
  const words = ['run', '-s', '--no-diagnostics', ...unguarded, '--read', box.tools, ...flags];
  return box.run([...words, '--', 'bash', '--norc', '-c', line]);
}

type Kind = 'file' | 'absent';

/** Every operation in every spelling, on a path in the project; the answers by both. */
function tried(
  box: Sandbox,
  flags: readonly string[],
  at: readonly [string, string],
  kind: Kind,
  reads: boolean,
) {
  const [directory, name] = at;
  const script = join(box.project, 'attempts.py');
  copyFileSync(attempts, script);
  box.file(join(box.project, directory, 'beside'), 'beside');
  if (kind === 'file') box.file(join(box.project, directory, name), 'secret', 0o755);
  box.file(join(box.project, 'plain'), 'plain');
  symlinkSync(directory, join(box.project, 'to-directory'));
  symlinkSync(join(directory, name), join(box.project, 'to-file'));
  const words = ['python3', '-I', script, directory, name, kind, ...(reads ? ['--reads'] : [])];
  // Root can mount the directory in a second place, for this run alone.
  const mounted = [
    'unshare',
    '-m',
    'bash',
    '-c',
    `mkdir bound && mount --bind ${directory} bound && exec "$0" "$@"`,
  ];
  const prefix = box.identity.uid === 0 ? mounted : [];
  const nono = [...prefix, box.nono, 'run', '-s', '--no-diagnostics'];
  const { stdout, stderr } = box.outside([...nono, ...flags, '--', ...words]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

const inHome = (flag: string) => (box: Sandbox) => [flag, box.home, '--allow', '.'];

/** Flags that deny, and where: the directory and the name, from the project. */
const denied: readonly (readonly [string, (box: Sandbox) => string[], [string, string], boolean])[] = [
  ['a directory', () => ['--allow', '.', '--deny', 'sec'], ['sec', 'key'], true],
  ['a file', () => ['--allow', '.', '--deny', 'sec/key'], ['sec', 'key'], true],
  [
    'a file by its absolute path',
    (box) => ['--allow', '.', '--deny', `${box.project}/sec/key`],
    ['sec', 'key'],
    true,
  ],
  ['a glob at any depth', () => ['--allow', '.', '--deny', '**/ke*'], ['sec', 'key'], true],
  ['a glob without a slash', () => ['--allow', '.', '--deny', '*.pem'], ['sec/deep', 'a.pem'], true],
  ['a glob from here', () => ['--allow', '.', '--deny', 's?c/[jk]ey'], ['sec', 'key'], true],
  ['braces', () => ['--allow', '.', '--deny', '{x,sec}/{key,lock}'], ['sec', 'key'], true],
  ['other letters', () => ['--allow', '.', '--deny', 'SEC'], ['sec', 'key'], true],
  ['a secret of the home', inHome('--allow'), ['../home/.ssh', 'id_ed25519'], true],
  ['a directory, for writing', () => ['--allow', '.', '--deny-write', 'sec'], ['sec', 'key'], false],
  ['a git hook', () => ['--allow', '.'], ['.git/hooks', 'pre-commit'], false],
  ["a submodule's hook", () => ['--allow', '.'], ['.git/modules/sub/hooks', 'post-checkout'], false],
  ['where git takes hooks from', () => ['--allow', '.'], ['.git', 'commondir'], false],
  ['where a submodule takes them from', () => ['--allow', '.'], ['.git/modules/sub', 'commondir'], false],
  ["an editor's tasks", () => ['--allow', '.'], ['sub/.vscode', 'tasks.json'], false],
  ["an agent's settings", () => ['--allow', '.'], ['.claude', 'settings.json'], false],
  ["an agent's servers", () => ['--allow', '.'], ['sub', '.mcp.json'], false],
  ['what a shell runs in a directory', () => ['--allow', '.'], ['sub', '.envrc'], false],
  ["a shell's start-up file", inHome('--allow'), ['../home', '.bashrc'], false],
  [
    "a hook where the user's configuration says",
    (box) => {
      box.file(join(box.home, '.gitconfig'), '[core]\n\thooksPath = scripts\n');
      return ['--allow', '.'];
    },
    ['scripts', 'pre-commit'],
    false,
  ],
  [
    'a hook where a link leads',
    (box) => {
      box.file(join(box.project, '.git/config'));
      symlinkSync('../scripts', join(box.project, '.git/hooks'));
      return ['--allow', '.'];
    },
    ['scripts', 'pre-commit'],
    false,
  ],
  [
    'a hook where the configuration says',
    (box) => {
      box.file(join(box.project, '.git/config'), '[core]\n\thooksPath = scripts\n');
      return ['--allow', '.'];
    },
    ['scripts', 'pre-commit'],
    false,
  ],
];

asEveryone('a deny inside a grant', (open) => {
  it.each(
    denied.flatMap(([title, flags, at, reads]) =>
      (['file', 'absent'] as const).map((kind) => [title, kind, flags, at, reads] as const),
    ),
  )('refuses every operation in every spelling: %s, %s', (_, kind, flags, at, reads) => {
    const box = open();
    const answers = tried(box, flags(box), at, kind, reads);
    // What is not there says so where nothing would be made; for reading, openat2 is not there, and openat is.
    const expected = (attempt: string) =>
      attempt.startsWith('openat2 read') ? ['ENOSYS'] : kind === 'file' ? ['EACCES'] : ['EACCES', 'ENOENT'];
    expect(
      Object.entries(answers).filter(([attempt, answer]) => !expected(attempt).includes(answer)),
    ).toEqual([]);
    expect(Object.keys(answers).length).toBeGreaterThan(40);
    const file = join(box.project, ...at);
    if (kind === 'file')
      expect([readFileSync(file, 'utf8'), statSync(file).mode & 0o777]).toEqual(['secret', 0o755]);
    else expect(existsSync(file)).toBe(false);
  });

  it('lets the same operations through where nothing is denied', () => {
    const box = open();
    const answers = tried(box, ['--allow', '.', '--deny', 'other'], ['sec', 'key'], 'file', true);
    for (const operation of ['read', 'by handle', 'write', 'append', 'both', 'cut'])
      expect([operation, answers[`${operation}, relative`]]).toEqual([operation, 'ok']);
  });

  it('lists no denied directory, and the one around it', () => {
    const box = open();
    box.file(join(box.project, 'sec/key'));
    symlinkSync('sec', join(box.project, 'to-sec'));
    const script = `import os
def tried(spelled, *held):
    try: print(sorted(os.listdir(spelled)))
    except OSError as error: print(error.strerror)
sec, here = os.open("sec", os.O_PATH), os.getcwd()
for each in ("sec", here + "/sec", "sec/../sec/.", "to-sec", "/proc/self/cwd/sec", "/proc/self/fd/%d" % sec, "/dev/fd/%d/." % sec): tried(each)
os.chdir("sec"); tried("."); tried("/proc/self/cwd"); tried("../sec"); tried("..")`;
    const flags = ['run', '-s', '--no-diagnostics', '--allow', '.', '--deny', 'sec', '--'];
    expect(box.run([...flags, 'python3', '-c', script]).stdout).toBe(
      `${'Permission denied\n'.repeat(10)}['sec', 'to-sec']\n`,
    );
  });

  it('holds for what is held by a name alone while somebody outside saves the file anew', async () => {
    const box = open();
    const files = ['key', 'a.pem'].map((name) => box.file(join(box.project, name), 'secret'));
    const script = `import os, time
held = [os.open(name, os.O_PATH) for name in ("key", "a.pem", "plain")]
open("ready", "w").close()
while not os.path.exists("go"): time.sleep(0.02)
for each in held:
    path = "/proc/self/fd/%d" % each
    try: print(os.readlink(path).split("/")[-1], open(path).read(), flush=True)
    except OSError as error: print(error.strerror, flush=True)`;
    files.push(box.file(join(box.project, 'plain'), 'plain'));
    const flags = ['--allow', '.', '--deny', 'key', '--deny', '*.pem'];
    const child = box.start(['run', '-s', '--no-diagnostics', ...flags, '--', 'python3', '-c', script], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    child.stdout?.on('data', (bytes) => {
      said += bytes;
    });
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until(() => existsSync(join(box.project, 'ready')), 'the session');
    for (const file of files) renameSync(box.file(`${file}.new`, 'new'), file);
    box.file(join(box.project, 'go'));
    await ended;
    expect(said).toBe('Permission denied\nPermission denied\nplain (deleted) plain\n');
  });

  it('goes with what is moved: no ancestor of a denied path goes elsewhere or is stood in for', () => {
    const box = open();
    box.file(join(box.project, 'a/b/key'), 'secret');
    const flags = ['--allow', '.', '--deny', 'a/b/key', '--deny', '**/vault/*.pem'];
    box.file(join(box.project, 'vault/x.pem'), 'secret');
    const line = `mv a z; mv a/b c; mkdir n; mv vault n/v; mv -T n vault; ln -s n other; mv -T --exchange a n;
      echo > p; python3 -c 'import ctypes; print([ctypes.CDLL(None).renameat2(-100, b, -100, b"a", 2) for b in (b"n", b"p")])'; mv other vault2; cat z/b/key c/key n/v/x.pem v/x.pem`;
    const { stdout } = confined(box, flags, line);
    expect(stdout.trim()).toBe('[-1, -1]');
    expect(readFileSync(join(box.project, 'a/b/key'), 'utf8')).toBe('secret');
    expect(existsSync(join(box.project, 'vault/x.pem'))).toBe(true);
  });

  it('lets directories be moved that have nothing to do with it', () => {
    const box = open();
    box.file(join(box.project, 'a/.env'), 'secret');
    const { stdout } = confined(
      box,
      ['--allow', '.', '--deny', '**/.env'],
      'mv a b && ls b -A && cat b/.env || echo no',
    );
    expect(stdout).toBe('.env\nno\n');
  });

  it('does not let a link to a directory stand in for a protected one', () => {
    const box = open();
    const line =
      'mkdir vs; ln -s vs .vscode; echo x > .vscode/tasks.json; mkdir -p g/hooks; echo x > g/hooks/pre-commit; mv g .git; ln -s vs vs2; mv vs2 .vscode; mv vs .vscode; ls -A';
    expect(confined(box, ['--allow', '.'], line).stdout).toBe('g\nvs\nvs2\n');
  });

  it('holds for the system as well', () => {
    const box = open();
    const { stdout } = confined(
      box,
      ['--deny', '/etc/hosts'],
      'cat /etc/hosts || cat /etc/hostname > /dev/null && echo read',
    );
    expect(stdout).toBe('read\n');
  });

  it('makes a home and the root usable, all but what is sensitive', () => {
    const box = open();
    box.file(join(box.home, '.ssh/id_ed25519'), 'secret');
    box.file(join(box.home, 'notes'), 'notes\n');
    const line =
      'cat ~/notes; ls -A ~ | tr "\\n" " "; cat ~/.ssh/id_ed25519; ls ~/.ssh; mkdir ~/.aws; echo x > ~/.bashrc; echo mine > ~/new && cat ~/new';
    expect(confined(box, ['--allow', '~'], line).stdout).toMatch(/^notes\n.*notes .*mine\n$/s);
    const read = confined(
      box,
      ['--read', '/'],
      'cat ~/notes; cat ~/.ssh/id_ed25519; ls / | grep -x etc; echo x > ~/new2',
    );
    expect(read.stdout).toBe('notes\netc\n');
    expect(existsSync(join(box.home, '.bashrc'))).toBe(false);
  });

  it('is lifted by a bypass, for what is built in', () => {
    const box = open();
    box.file(join(box.home, '.ssh/config'), 'Host x\n');
    box.file(join(box.home, '.ssh/id_ed25519'), 'secret');
    const flags = ['--allow', '~', '--bypass-protection', '~/.ssh/config'];
    expect(confined(box, flags, 'cat ~/.ssh/config ~/.ssh/id_ed25519').stdout).toBe('Host x\n');
    const tasks = confined(
      box,
      ['--allow', '.', '--bypass-protection', '.vscode/tasks.json'],
      'mkdir .vscode; echo x > .vscode/tasks.json; echo x > .vscode/launch.json; ls .vscode',
    );
    expect(tasks.stdout).toBe('tasks.json\n');
    const user = confined(
      box,
      ['--allow', '~', '--deny', '~/.ssh/config', '--bypass-protection', '~/.ssh'],
      'cat ~/.ssh/*',
    );
    expect(user.stdout).toBe('secret');
  });

  it('refuses a grant for writing to exactly what is protected', () => {
    const box = open();
    box.file(join(box.project, '.mcp.json'), '{}');
    const result = box.run(['run', '--allow-file', '.mcp.json', '--', 'true']);
    expect([result.code, result.stderr]).toEqual([
      125,
      expect.stringMatching(/protected from writing[\s\S]*--bypass-protection/),
    ]);
    expect(box.run(['run', '-s', '--read-file', '.mcp.json', '--', 'cat', '.mcp.json']).stdout).toBe('{}');
    const lifted = ['run', '-s', '--allow-file', '.mcp.json', '--bypass-protection', '.mcp.json'];
    expect(box.run([...lifted, '--', 'true']).code).toBe(0);
  });

  it('leaves to the session what it made: a clone brings its settings and scripts along', () => {
    const box = open();
    const origin = join(box.base, 'data/origin');
    box.file(join(origin, '.devcontainer/start.sh'), '#!/bin/sh\n', 0o755);
    box.file(join(origin, '.claude/hooks/x.sh'), '#!/bin/sh\n', 0o755);
    box.file(join(origin, '.vscode/tasks.json'), '{}');
    box.outside(['git', 'init', '-q', origin]);
    box.outside(['git', '-C', origin, 'add', '-A']);
    box.outside(['git', '-C', origin, '-c', 'user.name=a', '-c', 'user.email=b', 'commit', '-qm', '1']);
    const line = `git clone -q ${origin} c && cd c && git status --porcelain && echo 1 > .vscode/tasks.json && echo 1 > .git/hooks/pre-commit && ls -A && cd .. && mv c/.vscode . ; mv c/.claude/hooks .git/ ; ln -s c/.vscode .vscode; mv c d && echo 2 > d/.envrc && ls -A`;
    box.outside(['git', 'init', '-q', '.']);
    const { stdout } = confined(box, ['--allow', '.', '--read', origin], line);
    expect(stdout).toBe('.claude\n.devcontainer\n.git\n.vscode\n.git\nd\n');
  });

  it('lets no link stand on the way to what is denied, by whatever call it comes there', () => {
    const box = open();
    const script = `
import os
os.mkdir("elsewhere")
os.symlink("elsewhere", "harmless")
def tried(act, *names, **how):
  try: act(*names, **how)
  except OSError as error: print(act.__name__, error.strerror)
tried(os.symlink, "elsewhere", "vault")
tried(os.rename, "harmless", "vault")
tried(os.link, "harmless", "vault", follow_symlinks=False)
tried(os.link, "harmless", "fine", follow_symlinks=False)`;
    const flags = ['run', '-s', '--no-diagnostics', '--allow', '.', '--deny', 'vault/key'];
    const { stdout, stderr } = box.run([...flags, '--', 'python3', '-c', script]);
    expect([stdout, stderr]).toEqual([
      'symlink Permission denied\nrename Permission denied\nlink Permission denied\n',
      '',
    ]);
    expect(existsSync(join(box.project, 'fine'))).toBe(true);
  });

  it('lets a link stand for what is denied just as it is, beside it, and for nothing else', () => {
    const box = open();
    box.file(join(box.project, '.git/modules/sub/config'));
    box.file(join(box.project, 'elsewhere/hooks/post-checkout'));
    symlinkSync('../../elsewhere', join(box.project, '.git/modules/old'));
    const script = `
import os
os.chdir(".git/modules")
def tried(target, name):
  try: os.symlink(target, name)
  except OSError as error: print(target, error.strerror)
for target in ("old", "../../elsewhere", "..", ".", "sub/../../../elsewhere", "hooks/", "sub/"): tried(target, "to-it")
tried("beside", "sub/hooks")
tried("testing", "sub/probe")
tried("later", "first")
tried("first", "second")
os.makedirs("later/hooks")
for name in ("first", "later"):
  try: open(name + "/hooks/post-checkout", "w")
  except OSError as error: print(name, error.strerror)
print(os.readlink("sub/probe"), os.readlink("first"))
try: os.rename("first", "third")
except OSError as error: print("rename", error.strerror)`;
    const flags = ['run', '-s', '--no-diagnostics', '--allow', '.', '--'];
    const refused = [
      'old',
      '../../elsewhere',
      '..',
      '.',
      'sub/../../../elsewhere',
      'hooks/',
      'sub/',
      'beside',
    ];
    const { stdout, stderr } = box.run([...flags, 'python3', '-c', script]);
    expect([stdout.trim().split('\n'), stderr]).toEqual([
      [
        ...[...refused, 'first', 'first', 'later'].map((each) => `${each} Permission denied`),
        'testing later',
        'rename Permission denied',
      ],
      '',
    ]);
  });

  it('keeps git working: init, clone, commit, worktree, push', () => {
    const box = open();
    const line = `git init -q r && cd r && git config user.name a && git config user.email a@b && echo 1 > f && git add f &&
      git commit -qm 1 && git worktree add -q ../w && git clone -q . ../c && git init -q --bare ../b.git && git push -q -u ../b.git HEAD 2>&1 &&
      cd ../w && git commit -q --allow-empty -m 2 && git log --oneline | wc -l`;
    const result = confined(box, ['--allow', '.'], line);
    expect([result.stderr, result.stdout.trim()]).toEqual(['', '2']);
  });
});

const aliases = fileURLToPath(new URL('aliases.py', import.meta.url));

// Mounting takes root, who then tries as each.
asEveryone.skipIf(process.getuid?.() !== 0 || !existsSync('/dev/fuse'))(
  'a file system with other names for its files',
  (open) => {
    const lines = (box: Sandbox, flags: readonly string[], names: readonly string[]) => {
      const script = `import sys
for name in sys.argv[1:]:
    try: print(open(name).read())
    except OSError as error: print(error.strerror)`;
      const { stdout, stderr } = box.outside(
        [box.nono, 'run', '-s', '--no-diagnostics', ...flags, '--', 'python3', '-c', script, ...names],
        { cwd: join(box.base, 'mounted') },
      );
      return stdout === '' ? [stderr] : stdout.trim().split('\n');
    };
    const mounted = async (box: Sandbox, tried: () => void) => {
      const at = dirname(box.file(join(box.base, 'mounted/under')));
      const server = spawn('python3', [aliases, at, String(box.identity.uid)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => server.on('exit', resolve));
      await new Promise((resolve, reject) => {
        server.stdout.on('data', resolve);
        server.on('exit', () => reject(new Error('it was not mounted')));
      });
      try {
        tried();
      } finally {
        execFileSync('umount', ['-l', at]);
        await ended;
      }
    };
    const others = [
      '.ENV',
      '.env.',
      'ENV~1',
      '.env::$DATA',
      'Env~1.',
      'VAULT~1/x.pem',
      'vault/x~1.pem',
      'vault./X.PEM.',
    ];

    it('denies a file by all of them, and leaves what has none', async () => {
      const box = open();
      await mounted(box, () => {
        expect(lines(box, ['--allow', '.'], others)).toEqual(Array(others.length).fill('secret'));
        const flags = ['--allow', '.', '--deny', '**/.env', '--deny', 'vault/x.pem'];
        const names = ['plain~1.txt', 'größe', 'ENV~2'];
        expect(lines(box, flags, [...others, ...names])).toEqual([
          ...Array(others.length).fill('Permission denied'),
          'plain',
          'plain',
          'No such file or directory',
        ]);
      });
    });

    it('that counts no links takes nothing that is there for gone: metadata stays', async () => {
      const box = open();
      await mounted(box, () => {
        const file = join(box.base, 'mounted/plain~1.txt');
        const flags = ['--read', join(box.base, 'mounted'), '--no-diagnostics', ...unguarded];
        expect(box.outside(['chmod', '777', file]).code).toBe(0);
        expect(box.run(['run', '-s', ...flags, '--', 'chmod', '777', file]).stderr).toMatch(
          /Operation not permitted/,
        );
      });
    });
  },
);

describe.each([['files, metadata and sockets']])('racing for %s', () => {
  asEveryone('a second thread', (open) => {
    it('gets through to nothing', () => {
      const box = open();
      box.file(join(box.project, 'deny/f'), 'secret');
      box.file(join(box.project, 'fine/f'), 'public');
      const outside = box.file(join(box.base, 'outside'), 'x', 0o644);
      const serve = (path: string, byte: string) =>
        `s = socket.socket(socket.AF_UNIX); s.bind("${path}"); s.listen(64); threading.Thread(target=answer, args=(s, b"${byte}"), daemon=True).start()`;
      const server = `import socket, threading, time
def answer(s, byte):
    while True:
        try: c, _ = s.accept(); c.send(byte); c.close()
        except OSError: pass
${serve('fine/sock', 'p')}
${serve('deny/sock', 's')}
def count(path):
    s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(path)
    def take():
        while True: s.recv(9); open("got " + path.replace("/", " "), "w").close()
    threading.Thread(target=take, daemon=True).start()
count("fine/log"); count("deny/log")
print("ready", flush=True); time.sleep(60)`;
      const seconds = process.env.NONO_RACE_SECONDS ?? '10';
      const line = `exec 3< <(python3 -c '${server}'); p=$!; read -r <&3; "$0" run -s --no-diagnostics --allow . --deny deny --allow-unix-socket fine/log --read ${box.tools} -- ${join(box.tools, 'intrude')} ${seconds} ${outside} < ${outside}; kill $p`;
      const result = box.outside(['bash', '-c', line, box.nono]);
      expect([result.stdout, result.stderr]).toEqual(['nothing\ntried\n', '']);
      expect(['fine', 'deny'].map((each) => existsSync(join(box.project, `got ${each} log`)))).toEqual([
        true,
        false,
      ]);
      expect(statSync(outside).mode & 0o777).toBe(0o644);
      expect(statSync(join(box.project, 'deny/f')).mode & 0o777).toBe(0o644);
      expect(readFileSync(join(box.project, 'deny/f'), 'utf8')).toBe('secret');
    });
  });
});

const metadata = `import os, sys, fcntl, ctypes
path = sys.argv[1]
fd = os.open(path, os.O_RDONLY)
proc = "/proc/self/fd/%d" % fd
libc = ctypes.CDLL(None, use_errno=True)
def flags():
    fcntl.ioctl(fd, 0x40086602, (0).to_bytes(8, "little"))
def verity():
    fcntl.ioctl(fd, 0x40806685, bytes(128))
attempts = dict(
    chmod=lambda: os.chmod(path, 0o777), fchmod=lambda: os.fchmod(fd, 0o777), by_proc=lambda: os.chmod(proc, 0o777),
    chown=lambda: os.chown(path, os.getuid(), -1), fchown=lambda: os.fchown(fd, os.getuid(), -1), lchown=lambda: os.lchown(path, os.getuid(), -1),
    utime=lambda: os.utime(path), futime=lambda: os.utime(fd), times=lambda: os.utime(path, (1, 1)),
    setxattr=lambda: os.setxattr(path, "user.a", b"1"), fsetxattr=lambda: os.setxattr(fd, "user.a", b"1"),
    lsetxattr=lambda: os.setxattr(path, "user.a", b"1", follow_symlinks=False), removexattr=lambda: os.removexattr(path, "user.b"),
    fremovexattr=lambda: os.removexattr(fd, "user.b"), flags=flags, verity=verity, stdin=lambda: os.fchmod(0, 0o777),
    by_link=lambda: [os.symlink(path, "link"), os.chmod("link", 0o777)],
    bare=lambda: [os.chdir(os.path.dirname(path)), os.chmod(os.path.basename(path), 0o777)])
for name, attempt in attempts.items():
    try: attempt(); print(name, "ok")
    except OSError as error: print(name, error.errno)
`;

asEveryone('metadata', (open) => {
  const answers = (box: Sandbox, flags: readonly string[], path: string) => {
    const words = [
      'bash',
      '-c',
      `exec "$0" "$@" < ${path}`,
      box.nono,
      'run',
      '-s',
      '--no-diagnostics',
      ...flags,
    ];
    const { stdout, stderr } = box.outside([...words, '--', 'python3', '-c', metadata, path]);
    if (stdout === '') throw new Error(stderr);
    return stdout.trim().split('\n');
  };

  it('changes outside the write grants by no call, path or descriptor', () => {
    const box = open();
    const file = box.file(join(box.base, 'data/file'), 'x', 0o644);
    execFileSync('python3', ['-c', 'import os, sys; os.setxattr(sys.argv[1], "user.b", b"1")', file]);
    const before = statSync(file);
    const refused = answers(box, ['--allow', '.', '--read', join(box.base, 'data')], file);
    expect(refused.filter((line) => !line.endsWith(' 1'))).toEqual([]);
    expect(refused).toHaveLength(19);
    const after = statSync(file);
    expect([after.mode, after.mtimeMs, after.uid, after.ctimeMs]).toEqual([
      before.mode,
      before.mtimeMs,
      before.uid,
      before.ctimeMs,
    ]);
  });

  it('changes inside them as ever', () => {
    const box = open();
    const file = box.file(join(box.project, 'file'), 'x', 0o644);
    execFileSync('python3', ['-c', 'import os, sys; os.setxattr(sys.argv[1], "user.b", b"1")', file]);
    const done = answers(box, ['--allow', '.'], file);
    const others = done.filter((line) => !line.endsWith(' ok'));
    expect(others).toEqual(['fremovexattr 61', 'verity 1']); // the attribute is gone by then
    expect(statSync(file).mode & 0o777).toBe(0o777);
  });

  it('is the private directory’s own', () => {
    const line =
      'f=$(mktemp) && chmod 640 $f && touch -d 2001-01-01 $f && stat -c "%a %Y" $f; chmod 777 /etc/hostname ~ 2>&1 | grep -c permitted';
    expect(confined(open(), [], line).stdout).toBe('640 978307200\n2\n');
  });
});

asEveryone('the end of a run', (open) => {
  const plant = (names: readonly string[]) =>
    `import os
for n in ${JSON.stringify(names)}:
    os.makedirs(os.path.dirname(n) or ".", exist_ok=True)
    os.close(os.open(n, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))`;
  const run = (box: Sandbox, words: readonly string[]) => box.run(['run', '--allow', '.', '--', ...words]);

  it('takes away what was made exclusively under a protected name, and says so', () => {
    const box = open();
    box.outside(['git', 'init', '-q', '.']);
    box.file(join(box.project, '.git/hooks/mine'), 'from before');
    const planted = [
      '.envrc',
      '.git/hooks/pre-commit',
      '.git/modules/a/hooks/update',
      '.idea/x/y.xml',
      '.vscode/tasks.json',
    ];
    const kept = ['.git/hooks/other.sample', '.vscode/other.json', 'envrc'];
    const { stderr } = run(box, ['python3', '-c', plant([...planted, ...kept])]);
    expect(stderr).toMatch(
      /took away what was made under a name that is protected or not granted: .*\.envrc, .*tasks\.json \(nono undo list/,
    );
    expect(planted.filter((name) => existsSync(join(box.project, name)))).toEqual([]);
    expect([...kept, '.git/hooks/mine'].filter((name) => !existsSync(join(box.project, name)))).toEqual([]);
  });

  const exclusively = `import os
def make(name):
    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
`;

  it('takes it away whatever modes the directories have, and leaves theirs to those from before', () => {
    const box = open();
    const before = dirname(box.file(join(box.project, '.vscode/old')));
    const script = `${exclusively}
os.mkdir('.claude', 0o300)
make('.claude/settings.json')
make('.vscode/tasks.json')
os.chmod('.vscode', 0)
os.chmod('.', 0o100)`;
    run(box, ['python3', '-c', script]);
    expect(statSync(box.project).mode & 0o777).toBe(0o100);
    chmodSync(box.project, 0o755);
    expect(statSync(before).mode & 0o777).toBe(0);
    chmodSync(before, 0o755);
    expect(readdirSync(box.project)).toEqual(['.vscode']);
    expect(readdirSync(before)).toEqual(['old']);
  });

  it('takes it away however deep the directories are', () => {
    const box = open();
    const script = `${exclusively}
import os
os.mkdir('.idea')
make('.idea/first.xml')
make('.envrc')
os.chdir('.idea')
for _ in range(1100):
    os.mkdir('d')
    os.chdir('d')
make('last.xml')`;
    const line = 'ulimit -n 8192 2>/dev/null; exec "$0" "$@"'; // the depth is not held up by what may be open
    const words = [box.nono, 'run', '--allow', '.', '--', 'python3', '-c', script];
    const { code, stderr } = box.outside(['bash', '-c', line, ...words]);
    expect([code, readdirSync(box.project)]).toEqual([0, []]);
    expect(stderr).toContain('.idea/first.xml');
  });

  it('takes it away where the command started, wherever that is by then', () => {
    const box = open();
    const start = dirname(box.file(join(box.project, 'sub/old')));
    const script = `${exclusively}
os.rename('../sub', '../other')
os.mkdir('.claude')
make('.claude/settings.json')`;
    box.run(['run', '-s', '--allow', '..', '--', 'python3', '-c', script], { cwd: start });
    expect(readdirSync(join(box.project, 'other'))).toEqual(['old']);
  });

  it('has the broker make everything where the end could not list it: in what may be written and not read', () => {
    const box = open();
    box.file(join(box.base, 'out/old'));
    const script = `${exclusively}
make('../out/new')
try: make('../out/.envrc')
except PermissionError: print('refused')`;
    const { stdout } = box.run([
      'run',
      '-s',
      '--read',
      '.',
      '--write',
      '../out',
      '--',
      'python3',
      '-c',
      script,
    ]);
    expect([stdout, readdirSync(join(box.base, 'out')).sort()]).toEqual(['refused\n', ['new', 'old']]);
  });

  it('leaves what had the name before, even if somebody outside saves it anew meanwhile', async () => {
    const box = open();
    const tasks = box.file(join(box.project, '.vscode/tasks.json'), 'old');
    const child = box.start(['run', '-s', '--allow', '.', '--', 'bash', '-c', 'echo > ready; sleep 1'], {
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await until(() => existsSync(join(box.project, 'ready')), 'the session');
    box.file(`${tasks}.new`, 'mine');
    renameSync(`${tasks}.new`, tasks);
    await ended;
    expect(readFileSync(tasks, 'utf8')).toBe('mine');
  });

  it('brings back what it took away only for who asks for it by name', () => {
    const box = open();
    run(box, ['python3', '-c', plant(['.envrc'])]);
    const envrc = join(box.project, '.envrc');
    expect(box.run(['undo', 'list']).stdout).toMatch(/planted/);
    expect(box.run(['undo', 'list', '--json']).code).toBe(0);
    box.run(['undo', 'restore', '--yes']);
    expect(existsSync(envrc)).toBe(false);
    box.run(['undo', 'restore', '--yes', '.envrc']);
    expect(existsSync(envrc)).toBe(true);
  });

  it('names settings of git that run commands, and changed files that somebody will run', () => {
    const box = open();
    box.outside(['git', 'init', '-q', '.']);
    box.file(join(box.project, 'package.json'), '{}');
    box.file(join(box.project, 'data.json'), '{}');
    const line =
      'git config core.hooksPath x && git config user.name y && echo 1 > package.json && echo 1 > data.json';
    const { stderr } = run(box, ['bash', '-c', line]);
    expect(stderr).toMatch(/project\/\.git\/config got settings that run commands: core\.hookspath=x\n/);
    expect(stderr).toMatch(/changed what runs later, outside: .*project\/package\.json\n/);
    expect(stderr).not.toMatch(/user\.name|data\.json/);
  });

  it('leaves a worktree in its repository, and names where a submodule or another worktree is led to', () => {
    const box = open();
    const git = ['git', '-c', 'user.name=x', '-c', 'user.email=x@x'];
    const pointers = ['.git', 'sub/.git', 'moved/.git'].map((name) =>
      box.file(join(box.project, name), 'gitdir: before\n'),
    );
    const script = `
for command in 'echo gitdir: evil > .git', 'mv .git x', 'ln -f sub/.git .git', 'mv sub/.git .git':
    print(os.system(command + ' 2>/dev/null') == 0)
os.system('echo gitdir: evil > sub/.git; mv moved/.git x; echo gitdir: other > moved/.git')`;
    const { stdout, stderr } = run(box, ['python3', '-c', `import os${script}`]);
    expect(stdout).toBe('False\n'.repeat(4));
    expect(pointers.map((file) => readFileSync(file, 'utf8'))).toEqual([
      'gitdir: before\n',
      'gitdir: evil\n',
      'gitdir: other\n',
    ]);
    expect(stderr).toMatch(/sub\/\.git got settings that run commands: gitdir: evil\n/);
    expect(stderr).toMatch(/moved\/\.git got settings that run commands: gitdir: other\n/);

    const repository = join(box.project, 'repository');
    box.outside([...git, 'init', '-q', repository]);
    box.outside([...git, '-C', repository, 'commit', '-q', '--allow-empty', '-m', 'x']);
    box.outside([...git, '-C', repository, 'worktree', 'add', '-q', '../first']);
    const line = 'git worktree add -q ../second && echo /evil > .git/worktrees/first/commondir';
    const ended = box.run(['run', '--allow', '..', '--', 'bash', '-c', line], { cwd: repository });
    expect([ended.code, existsSync(join(box.project, 'second/.git'))]).toEqual([0, true]);
    expect(ended.stderr).toMatch(/worktrees\/first\/commondir got settings that run commands: \/evil\n/);
  });

  it('says nothing of a run that changed nothing of the kind', () => {
    const box = open();
    expect(run(box, ['bash', '-c', 'echo > new']).stderr).toMatch(/^nono: writes .*\n$/);
  });
});
