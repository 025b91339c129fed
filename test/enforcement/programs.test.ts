// Real programs under `nono run --allow .`: they behave as outside.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { asEveryone, type Result, type RunOptions, type Sandbox, unguarded } from './sandbox.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Variables by which this machine reaches its registry and trusts it; the rest of the environment is the sandbox's. */
const registryVariables = [
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
];

function registryEnvironment(): Record<string, string> {
  return Object.fromEntries(
    registryVariables.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

function confined(box: Sandbox, script: string, options?: RunOptions): Result {
  return box.run(
    ['run', '-s', ...unguarded, '--allow', '.', '--', 'bash', '--norc', '-euc', script],
    options,
  );
}

asEveryone('programs', (open) => {
  const withIdentity = () => {
    const box = open();
    box.file(join(box.home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.org\n');
    return box;
  };

  it('git: init, add, commit, branch, merge, rebase, stash, gc, clone, worktree, fsck', () => {
    const box = withIdentity();
    const result = confined(
      box,
      `git init -q -b main here; cd here
       echo one > file; git add file; git commit -qm one
       git checkout -qb side; echo two > file; git commit -qam two
       git checkout -q main; echo more > other; git add other; git commit -qm more
       git merge -q side -m merged; echo three >> file; git stash -q; git stash pop -q; git checkout -q file
       git gc -q; git fsck --no-dangling; git worktree add -q ../tree side
       git clone -q . ../copy; git -C ../copy log --format=%an -1; git status --short`,
    );
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe('Ada\n');
    expect(result.code).toBe(0);
  });

  it('git: a submodule with links in it, as links', () => {
    const box = withIdentity();
    box.outside([
      'bash',
      '-euc',
      `git init -q lib; cd lib; ln -s file link; echo 1 > file; git add .; git commit -qm 1
       git init -q ../app; cd ../app; git commit -q --allow-empty -m 1`,
    ]);
    const line = `cd app; git -c protocol.file.allow=always submodule --quiet add ../lib lib; readlink lib/link
       git -C lib config core.symlinks || echo unset`;
    const { stdout, stderr } = box.run(['run', '-s', '--allow', '.', '--', 'bash', '--norc', '-euc', line]);
    expect([stdout, stderr]).toEqual([
      'file\nunset\n',
      expect.stringMatching(/^nono: kept \d+ originals.*\n$/),
    ]);
  });

  it('git: clones a local repository that is only granted for reading', () => {
    const box = withIdentity();
    const source = join(box.base, 'source');
    box.outside([
      'bash',
      '-euc',
      `git init -q ${source}; cd ${source}; echo 1 > f; git add f; git commit -qm 1`,
    ]);
    const words = ['run', '-s', '--allow', '.', '--read', source, '--', 'git', 'clone', '-q', source, 'copy'];
    const result = box.run(words);
    expect([result.code, result.stderr]).toEqual([0, '']);
    expect(existsSync(join(box.project, 'copy/f'))).toBe(true);
  });

  it('tmux: a server of its own, gone with the run', () => {
    const line = `tmux new-session -d 'sleep 60'; tmux display -p from-within; ls $TMPDIR/tmux-*`;
    const { code, stdout, stderr } = confined(open(), line);
    expect([code, stdout, stderr]).toEqual([0, 'from-within\ndefault\n', '']);
  });

  it('an interactive shell, which keeps its history to itself', () => {
    const box = open();
    const shell = (...flags: string[]) =>
      box.run(['run', '--allow', '.', ...flags, '--', 'bash', '--norc', '-i'], {
        input: 'echo $HISTFILE; history\n',
      });
    const { stdout, stderr } = shell();
    expect(stdout).toMatch(/shell_history\n.*echo \$HISTFILE/s);
    expect(stderr).not.toContain('denied');
    const usual = shell('--env', `HISTFILE=${box.home}/.bash_history`);
    expect(usual.stderr).toMatch(
      /denied write .*\.bash_history: Shell and interpreter history are protected/,
    );
  });

  it('npm install, from the registry, with a script that runs', () => {
    const box = open();
    const manifest = {
      name: 'x',
      version: '1.0.0',
      dependencies: { 'is-number': '7.0.0' },
      scripts: { postinstall: 'echo ran > ran' },
    };
    box.file(join(box.project, 'package.json'), JSON.stringify(manifest));
    const result = box.run(['run', '-s', '--allow', '.', '--', 'npm', 'install', '--no-audit', '--no-fund'], {
      env: registryEnvironment(),
    });
    expect([result.code, result.stderr]).toEqual([0, expect.not.stringContaining('npm error')]);
    expect(existsSync(join(box.project, 'node_modules/is-number/package.json'))).toBe(true);
    expect(readFileSync(join(box.project, 'ran'), 'utf8')).toBe('ran\n');
    expect(existsSync(join(box.home, '.npm'))).toBe(false);
  });

  it('tsc from node_modules', () => {
    const box = open();
    const modules = join(box.project, 'node_modules');
    for (const name of ['typescript', '@typescript'])
      if (existsSync(join(root, 'node_modules', name)))
        cpSync(join(root, 'node_modules', name), join(modules, name), { recursive: true });
    execFileSync('chmod', ['-R', 'a+rX', modules]);
    box.file(join(box.project, 'a.ts'), 'export const a: number = 1;\n');
    const result = box.run([
      'run',
      '-s',
      '--allow',
      '.',
      '--',
      'node',
      'node_modules/typescript/bin/tsc',
      '--outDir',
      'out',
      'a.ts',
    ]);
    expect([result.code, result.stdout, result.stderr]).toEqual([0, '', '']);
    expect(readFileSync(join(box.project, 'out/a.js'), 'utf8')).toContain('a = 1');
  });

  it('python: modules, a virtual environment, threads, subprocesses, temporary files', () => {
    const box = open();
    const script = `
import concurrent.futures, json, sqlite3, ssl, subprocess, tempfile
print(subprocess.run(['echo', 'sub'], capture_output=True, text=True).stdout.strip())
print(list(concurrent.futures.ThreadPoolExecutor().map(lambda x: x * 2, range(3))))
with tempfile.NamedTemporaryFile('w+') as f: f.write('x')
db = sqlite3.connect('db'); db.execute('create table t (a)'); db.commit()
print(open('/etc/shadow').read() if False else 'done')`;
    const result = confined(
      box,
      `/usr/bin/python3 - <<'EOF'\n${script}\nEOF\n/usr/bin/python3 -m venv --without-pip env; env/bin/python -c 'import sys; print(sys.prefix != sys.base_prefix)'`,
    );
    expect(result.stderr).toBe('');
    expect(result.stdout).toBe('sub\n[0, 2, 4]\ndone\nTrue\n');
  });

  it('make with gcc, in parallel', () => {
    const box = open();
    for (const name of ['a', 'b', 'c'])
      box.file(join(box.project, `${name}.c`), `int ${name}(void) { return 1; }\n`);
    box.file(
      join(box.project, 'main.c'),
      '#include <stdio.h>\nint a(void), b(void), c(void);\nint main(void) { printf("%d\\n", a() + b() + c()); }\n',
    );
    box.file(join(box.project, 'Makefile'), 'main: main.o a.o b.o c.o\n\t$(CC) -o $@ $^\n');
    const result = confined(box, 'make -s -j4 && ./main');
    expect([result.stderr, result.stdout]).toEqual(['', '3\n']);
  });

  it('sed -i, tar, find, xargs, rsync-like atomic saves, a shell pipeline', () => {
    const box = open();
    const result = confined(
      box,
      `echo a > x; sed -i s/a/b/ x; cat x; mkdir d; cp x d; tar cf t.tar d; rm -r d; tar xf t.tar; find d -type f | xargs cat
       printf '3\\n1\\n2\\n' | sort | tr '\\n' ' '; diff x d/x; mktemp > /dev/null; : > /dev/null; echo to-tty 2>/dev/null > /dev/stderr`,
    );
    expect([result.code, result.stdout]).toEqual([0, 'b\nb\n1 2 3 ']);
  });
});
