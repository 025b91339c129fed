// Files that are granted by themselves go on being granted when programs save them by putting another in their place.
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Sandbox, unguarded, until } from './sandbox.ts';

function granted(box: Sandbox, content = 'one\n'): string {
  box.file(join(box.base, 'data/beside'), 'secret\n', 0o666);
  return box.file(join(box.base, 'data/conf.json'), content, 0o644);
}

const words = ['run', '-s', '--no-diagnostics', ...unguarded, '--allow', '.'];

const save = `const fs = require('fs'), [file] = process.argv.slice(1), temporary = file + '.' + process.pid;
fs.writeFileSync(temporary, 'two\\n', { mode: 0o600 }); fs.chmodSync(temporary, 0o640); fs.chownSync(temporary, process.getuid(), process.getgid());
fs.renameSync(temporary, file);`;

const python = `import os, sys, tempfile
with tempfile.NamedTemporaryFile("w", dir=os.path.dirname(sys.argv[1]), delete=False) as new: new.write("two\\n")
os.replace(new.name, sys.argv[1])`;

asEveryone('a file that is granted by itself', (open) => {
  it.each([
    ['sed', 'sed -i s/one/two/ "$1"'],
    ['a shell', 'sed s/one/two/ "$1" > "$1.new" && cat "$1.new" > /dev/null && mv "$1.new" "$1"'],
    ['node', 'node -e "$SAVE" "$1"'],
    ['Python', 'python3 -c "$PYTHON" "$1"'],
    ['rsync', 'echo two > new && rsync -I new "$1"'],
    ['vim', 'vim -Nes -u NONE -c %s/one/two/ -c wq "$1"'],
    ['vim that renames', 'vim -Nes -u NONE -c "set bkc=no backup" -c %s/one/two/ -c wq "$1"'],
  ])('is saved by %s, read again, written again and saved again', (_, line) => {
    const box = open();
    const file = granted(box);
    const again = `${line}; cat "$1"; echo one > "$1"; ${line}; cat "$1"; echo three >> "$1"; cat "$1"`;
    const { stdout, stderr } = box.run(
      [...words, '--allow-file', file, '--', 'bash', '-c', again, 'x', file],
      {
        env: { SAVE: save, PYTHON: python },
      },
    );
    expect([stdout, stderr]).toEqual(['two\ntwo\ntwo\nthree\n', '']);
    expect(readdirSync(join(box.base, 'data')).sort()).toEqual(['beside', 'conf.json']);
    expect(box.run(['undo', 'restore', '--yes']).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('one\n');
  });

  it('is saved by git config', () => {
    const box = open();
    const file = granted(box, '[a]\n');
    const line = 'git config --file "$0" b.c d && git config --file "$0" b.e f && git config --file "$0" b.c';
    expect(box.run([...words, '--allow-file', file, '--', 'bash', '-c', line, file]).stdout).toBe('d\n');
  });

  it('keeps its name when somebody outside saves it', async () => {
    const box = open();
    const file = granted(box);
    const line =
      'cat "$0"; touch ready; until [ -e go ]; do sleep 0.05; done; cat "$0"; echo three >> "$0"; cat "$0"';
    const child = box.start([...words, '--allow-file', file, '--', 'bash', '-c', line, file]);
    let printed = '';
    child.stdout?.on('data', (bytes) => {
      printed += bytes;
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await until(() => existsSync(join(box.project, 'ready')), 'the session');
    renameSync(box.file(`${file}.mine`, 'two\n', 0o666), file);
    box.file(join(box.project, 'go'));
    await ended;
    expect(printed).toBe('one\ntwo\ntwo\nthree\n');
  });

  it('is written, and not read, where it is granted for writing', () => {
    const box = open();
    const file = granted(box);
    const line =
      'echo two > "$0.new" && mv "$0.new" "$0" && echo three >> "$0"; cat "$0" || echo closed; : <> "$0" || echo closed; : <> "$0.new" || echo closed';
    expect(box.run([...words, '--write-file', file, '--', 'bash', '-c', line, file]).stdout).toBe(
      'closed\nclosed\nclosed\n',
    );
    expect(readFileSync(file, 'utf8')).toBe('two\nthree\n');
  });

  it('opens nothing else of its directory', () => {
    const box = open();
    const file = granted(box);
    const attempts = `import os, sys
file = sys.argv[1]; d = os.path.dirname(file) + "/"
os.mkdir("here"); open("here/mine", "w").write("x"); open(file + ".a", "w").write("x")
attempts = dict(
    read=lambda: open(d + "beside"), write=lambda: open(d + "beside", "a"), listing=lambda: os.listdir(d),
    make=lambda: open(d + "other", "w"), dotted=lambda: open(d + ".conf.json", "w"), longer=lambda: open(d + "conf.jsonx", "w"),
    exclusive=lambda: os.open(d + "other", os.O_CREAT | os.O_EXCL | os.O_WRONLY), unnamed=lambda: os.open(d, os.O_TMPFILE | os.O_RDWR),
    directory=lambda: os.mkdir(file + ".d"), link=lambda: os.link(d + "beside", file + ".l"), symlink=lambda: os.symlink("beside", file + ".s"),
    node=lambda: os.mkfifo(file + ".p"), below=lambda: open(d + "deep/conf.json.x", "w"),
    take=lambda: os.rename(d + "beside", file), keep=lambda: os.rename(file, file + "~"), move=lambda: os.rename(file + ".a", "stolen"),
    bring=lambda: os.rename("here/mine", file), over=lambda: os.rename(file + ".a", d + "beside"), out=lambda: os.rename(file + ".a", d + "other"),
    exchange=lambda: __import__("ctypes").CDLL(None, use_errno=True).renameat2(-100, (file + ".a").encode(), -100, file.encode(), 2) and os.stat(d + "none"),
    remove=lambda: os.unlink(file), remove_beside=lambda: os.unlink(d + "beside"), mark=lambda: os.chmod(d + "beside", 0o777),
    cut=lambda: os.truncate(d + "beside", 0))
for name, attempt in attempts.items():
    try: attempt(); print(name)
    except OSError: pass
print("tried")`;
    box.file(join(box.base, 'data/deep/x'));
    const { stdout } = box.run([...words, '--allow-file', file, '--', 'python3', '-c', attempts, file]);
    expect(stdout).toBe('tried\n');
    expect(readdirSync(join(box.base, 'data')).sort()).toEqual(['beside', 'conf.json', 'deep']);
    expect([readFileSync(file, 'utf8'), readFileSync(join(box.base, 'data/beside'), 'utf8')]).toEqual([
      'one\n',
      'secret\n',
    ]);
    expect(statSync(join(box.base, 'data/beside')).mode & 0o777).toBe(0o666);
  });

  it('leaves nothing beside it: what did not take its place is in the store, and the end says so', () => {
    const box = open();
    const file = granted(box);
    const line = 'echo x > "$0.kept"; echo y > "$0.gone"; mv "$0.gone" "$0~"; rm "$0~"';
    const { stderr } = box.run([
      'run',
      '--allow-command',
      'rm',
      '--allow-file',
      file,
      '--',
      'bash',
      '-c',
      line,
      file,
    ]);
    expect(stderr).toMatch(
      /took away what was made under a name that is protected or not granted: .*conf\.json\.kept \(/,
    );
    expect(readdirSync(join(box.base, 'data')).sort()).toEqual(['beside', 'conf.json']);
    box.run(['undo', 'restore', '--yes', `${file}.kept`]);
    expect(readFileSync(`${file}.kept`, 'utf8')).toBe('x\n');
  });

  it('is not reached through a link that took its name', async () => {
    const box = open();
    const file = granted(box);
    const line = 'touch ready; until [ -e go ]; do sleep 0.05; done; cat "$0" || echo closed';
    const child = box.start([...words, '--allow-file', file, '--', 'bash', '-c', line, file]);
    let printed = '';
    child.stdout?.on('data', (bytes) => {
      printed += bytes;
    });
    const ended = new Promise((resolve) => child.on('exit', resolve));
    await until(() => existsSync(join(box.project, 'ready')), 'the session');
    box.outside(['ln', '-sf', 'beside', file]);
    writeFileSync(join(box.project, 'go'), '');
    await ended;
    expect(printed).toBe('closed\n');
  });

  it('is what nono why says of it', () => {
    const box = open();
    const file = granted(box);
    const ask = (op: string, path: string) =>
      JSON.parse(box.run(['why', '--json', '--allow-file', file, '--path', path, '--op', op]).stdout).status;
    expect(['.tmp', '~', 'x', ''].map((rest) => ask('create', file + rest))).toEqual([
      'allowed',
      'allowed',
      'denied',
      'allowed',
    ]);
    expect([
      ask('create', join(box.base, 'data/sedAb12Zz')),
      ask('create', join(box.base, 'data/other')),
    ]).toEqual(['allowed', 'denied']);
    expect([ask('read', file), ask('delete', file), ask('read', join(box.base, 'data/beside'))]).toEqual([
      'allowed',
      'denied',
      'denied',
    ]);
  });
});
