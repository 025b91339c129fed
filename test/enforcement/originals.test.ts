// Nothing that existed before the session can be lost: every tool, on a file from before and on one of the session's own.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { asEveryone, type Result, type Sandbox, unguarded } from './sandbox.ts';

const original = `${'one two three\n'.repeat(700)}`; // more than a page, so that ranges of it can be taken out

/** What becomes of a file from before: `refused` leaves it as it was, `kept` goes ahead with an original in the store. */
type Fate = 'refused' | 'kept' | 'moved' | 'untouched';

/** A shell line that works on `f`; `n` is a file of the session's own, with other content. */
const tools: readonly (readonly [name: string, line: string, fate: Fate])[] = [
  ['rm', 'rm -f f', 'refused'],
  ['rm -rf of its directory', 'rm -rf ../project/. f', 'refused'],
  ['unlink', 'unlink f', 'refused'],
  ['find -delete', 'find f -delete', 'refused'],
  ['mv away', 'mv f g', 'moved'],
  ['mv away and back', 'mv f g && mv g f', 'untouched'],
  ['mv over', 'mv n f', 'kept'],
  ['cp over', 'cp n f', 'kept'],
  ['cp --remove-destination', 'cp --remove-destination n f', 'refused'],
  ['install over', 'install n f', 'refused'],
  ['ln -f over', 'ln -f n f', 'kept'],
  ['ln -sf over', 'ln -sf n f', 'kept'],
  ['sed -i', 'sed -i s/one/ONE/ f', 'kept'],
  ['perl -i', 'perl -pi -e s/one/ONE/ f', 'kept'],
  ['truncate', 'truncate -s 3 f', 'refused'],
  ['truncate to more', 'truncate -s 100000 f', 'kept'],
  ['dd of=', 'dd if=n of=f status=none', 'kept'],
  ['dd conv=notrunc', 'dd if=n of=f conv=notrunc status=none', 'kept'],
  [': >', ': > f', 'kept'],
  ['>>', 'cat n >> f', 'kept'],
  ['<>', 'cat n 1<> f', 'kept'],
  ['tee', 'tee f < n > /dev/null', 'kept'],
  ['shred', 'shred -n 1 f', 'kept'],
  ['python open w', "python3 -c \"open('f','w').write('x')\"", 'kept'],
  ['python open r+', "python3 -c \"open('f','r+').write('x')\"", 'kept'],
  ['python truncate', "python3 -c \"open('f','r+').truncate(1)\"", 'refused'],
  ['python os.replace', "python3 -c \"import os; os.replace('n','f')\"", 'kept'],
  ['python os.remove', 'python3 -c "import os; os.remove(\'f\')"', 'refused'],
  ['node writeFileSync', "node -e \"fs.writeFileSync('f','x')\"", 'kept'],
  ['node appendFileSync', "node -e \"fs.appendFileSync('f','x')\"", 'kept'],
  ['node rmSync', 'node -e "fs.rmSync(\'f\')"', 'refused'],
  ['node truncateSync', 'node -e "fs.truncateSync(\'f\',1)"', 'refused'],
  ['node copyFileSync, which cuts by ftruncate', "node -e \"fs.copyFileSync('n','f')\"", 'refused'],
  ['vim :w', 'vim -u NONE -n -es -c "%s/one/ONE/" -c wq f', 'kept'],
  [
    'vim :w by rename',
    'vim -u NONE -n -es -c "set backupcopy=no" -c "%s/one/ONE/" -c wq f && test ! -e f~',
    'kept',
  ],
  ['rsync', 'rsync n f', 'kept'],
  ['rsync --inplace', 'rsync --inplace n f', 'kept'],
  ['rsync --delete', 'mkdir empty && rsync -r --delete --include=f --exclude="*" empty/ ./', 'refused'],
  ['tar x over', 'mkdir t && cp n t/f && tar c -C t f | tar x', 'refused'],
  ['tar x --overwrite', 'mkdir t && cp n t/f && tar c -C t f | tar x --overwrite', 'kept'],
  ['tar x --unlink-first', 'mkdir t && cp n t/f && tar c -C t f | tar x --unlink-first', 'refused'],
];

const keeping = ['--allow', '.', '--on-delete', 'keep'];

function confined(box: Sandbox, line: string, flags: readonly string[] = ['--allow', '.']): Result {
  const tools = ['--read', box.tools];
  return box.run([
    'run',
    '-s',
    '--no-diagnostics',
    ...unguarded,
    ...flags,
    ...tools,
    '--',
    'bash',
    '--norc',
    '-c',
    `echo new > n; ${line}`,
  ]);
}

function undo(box: Sandbox, ...words: string[]): Result {
  return box.run(['undo', ...words]);
}

function sessions(box: Sandbox): { kept: number; refused: number; moved: number; id: string }[] {
  return JSON.parse(undo(box, 'list', '--json').stdout).sessions;
}

function withOriginal(open: () => Sandbox): Sandbox {
  const box = open();
  box.file(join(box.project, 'f'), original, 0o640);
  box.outside(['touch', '-d', '2021-03-04 05:06:07.123456', join(box.project, 'f')]);
  return box;
}

function expectOriginal(path: string): void {
  const status = statSync(path);
  expect(readFileSync(path, 'utf8') === original, `${path} is as before`).toBe(true);
  expect(status.mode & 0o777).toBe(0o640);
  expect(status.mtime.toISOString()).toBe('2021-03-04T05:06:07.123Z');
}

asEveryone('a file from before', (open) => {
  it.each(tools)('%s', (_, line, fate) => {
    const box = withOriginal(open);
    const file = join(box.project, 'f');
    const { stderr } = confined(box, line);
    const [session] = sessions(box);
    if (fate === 'refused') expectOriginal(file);
    if (fate === 'untouched') expectOriginal(file);
    if (fate === 'moved') expectOriginal(join(box.project, 'g'));
    if (fate === 'kept') expect(readlinkOr(file) ?? readFileSync(file, 'utf8'), stderr).not.toBe(original);
    if (fate === 'kept') expect(session?.kept).toBe(1);
    if (fate === 'refused') expect(session?.refused).toBeGreaterThan(0);
    if (fate === 'kept' || fate === 'moved')
      expect(undo(box, 'restore', '--yes').stderr).toMatch(/restored 1/);
    expectOriginal(file);
  });

  it.each(tools)('%s, with --on-delete keep', (_, line) => {
    const box = withOriginal(open);
    confined(box, line, keeping);
    if (sessions(box).length > 0) undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
  });

  it.each([
    'unlink',
    'unlinkat',
    'unlink-high',
    'truncate',
    'truncate-proc',
    'ftruncate',
    'ftruncate-append',
    'punch',
    'zero',
    'collapse',
    'link-remove',
    'move-remove',
  ])('is not lost by %s', (what) => {
    const box = withOriginal(open);
    const loss = join(box.tools, 'loss');
    const result = confined(box, `${loss} ${what} f other`);
    expect(result.stdout).toBe('EPERM\n');
    if (existsSync(join(box.project, 'other')) && !existsSync(join(box.project, 'f')))
      undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
  });

  it.each([
    ['creat', 'ok'],
    ['open-trunc', 'ok'],
    ['open-read-trunc', 'ok'],
    ['open-high', 'ok'],
    ['open-both', 'ok'],
    ['open-proc-trunc', 'ok'],
    ['openat2-trunc', 'ok'],
    ['openat2-beneath', 'ok'],
    ['rename', 'ok'],
    ['exchange', 'ok'],
    ['noreplace', 'EEXIST'],
    ['whiteout', 'EINVAL'],
    ['openat2-out', 'EXDEV'],
    ['openat2-root', 'ENOSYS'],
  ])('is kept first by %s', (what, answer) => {
    const box = withOriginal(open);
    const loss = join(box.tools, 'loss');
    const result = confined(box, `${loss} ${what} f n`);
    expect(result.stdout).toBe(`${answer}\n`);
    if (answer === 'ok') expect(readFileSync(join(box.project, 'f'), 'utf8')).not.toBe(original);
    if (answer === 'ok') undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
  });

  it('is not cut through a descriptor that the caller handed over', () => {
    const box = withOriginal(open);
    const loss = join(box.tools, 'loss');
    for (const what of ['ftruncate-inherited', 'punch-inherited']) {
      const line = `exec "$0" run -s --allow . -- ${loss} ${what} f <> f`;
      expect(box.outside(['bash', '-c', line, box.nono]).stdout).toBe('EPERM\n');
    }
    expectOriginal(join(box.project, 'f'));
  });

  it('is reached by no link, no handle of /proc and no other spelling', () => {
    const box = withOriginal(open);
    mkdirSync(join(box.project, 'd'));
    box.outside(['ln', '-s', '../f', 'd/link']);
    const lines = [
      'rm -f ./d/../f',
      'rm -f "$PWD/f"',
      'rm -f /proc/self/cwd/f',
      'rm -f /proc/$$/cwd/f',
      'cd d && rm -f ../f',
      'truncate -s 0 d/link',
      'exec 5<f; truncate -s 0 /proc/self/fd/5',
      'exec 5<.; rm -f /proc/self/fd/5/f',
    ];
    for (const line of lines) {
      confined(box, line);
      expectOriginal(join(box.project, 'f'));
    }
  });

  it('keeps the other names of its inode, and gives all of them their content back', () => {
    const box = withOriginal(open);
    box.outside(['ln', 'f', 'twin']);
    const line = 'echo x > twin; ln f third; rm third; rm twin; rm f';
    expect(confined(box, line).stderr.match(/not permitted/g)).toHaveLength(3);
    undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
    expectOriginal(join(box.project, 'twin'));
    expect(statSync(join(box.project, 'f')).ino).toBe(statSync(join(box.project, 'twin')).ino);
  });

  it('keeps its content by itself before the inode, which the store has by a link, is written to', () => {
    const box = withOriginal(open);
    confined(box, `${join(box.tools, 'loss')} exchange f n; echo x > n`);
    undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
  });

  it('keeps a name that was moved into a directory of the session, though its content has another', () => {
    const box = withOriginal(open);
    box.outside(['ln', 'f', 'twin']);
    expect(confined(box, 'mkdir own && mv twin own/x && rm own/x').stderr).toMatch(/not permitted/);
    expectOriginal(join(box.project, 'own/x'));
  });

  it('lets the names go that the session gave it in a directory of its own', () => {
    const box = withOriginal(open);
    expect(confined(box, 'mkdir own && ln f own/f && rm -r own && echo gone').stdout).toBe('gone\n');
    expect(confined(box, 'mkdir own && mv f own/f && ln own/f own/g && rm own/g && rm own/f').stderr).toMatch(
      /not permitted/,
    );
    undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
  });
});

function readlinkOr(path: string): string | null {
  return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null;
}

asEveryone('what the session made', (open) => {
  it.each(tools)('%s', (_, line) => {
    const box = open();
    const make = `seq 5000 > f; chmod 640 f`;
    const inside = confined(box, `${make}; ${line}; echo $?; ls`);
    const outside = box.outside(
      ['bash', '--norc', '-c', `cd ../outside; echo new > n; ${make}; ${line}; echo $?; ls`],
      {
        cwd: dirname(box.file(join(box.base, 'outside/.keep'))),
      },
    );
    expect([inside.stdout, inside.stderr]).toEqual([outside.stdout, outside.stderr]);
    expect(sessions(box)).toEqual([]);
  });

  it('goes away with whole trees', () => {
    const box = open();
    const line =
      'mkdir -p t/{1..20}/{1..20} && touch t/{1..20}/{1..20}/{1..5} && rm -rf t && git init -q r && rm -rf r; ls';
    expect(confined(box, line).stdout).toBe('n\n');
    expect(sessions(box)).toEqual([]);
  });
});

asEveryone('directories and links from before', (open) => {
  const withTree = () => {
    const box = open();
    box.file(join(box.project, 'd/e/file'), original, 0o640);
    box.outside(['mkdir', 'empty']);
    box.outside(['ln', '-s', 'd/e/file', 'link']);
    return box;
  };

  it('refuses to remove them', () => {
    const box = withTree();
    const loss = join(box.tools, 'loss');
    expect(confined(box, `${loss} rmdir empty`).stdout).toBe('EPERM\n');
    expect(confined(box, `${loss} rmdirat empty`).stdout).toBe('EPERM\n');
    expect(confined(box, `${loss} rmdir d`).stdout).toBe('ENOTEMPTY\n');
    expect(confined(box, `${loss} unlink d`).stdout).toBe('EISDIR\n');
    expect(confined(box, `${loss} unlink link`).stdout).toBe('EPERM\n');
    expect(readlinkSync(join(box.project, 'link'))).toBe('d/e/file');
    expect(readdirSync(box.project)).toContain('empty');
  });

  it('says of what is missing, forbidden or no directory what it would say outside', () => {
    const box = withTree();
    const loss = join(box.tools, 'loss');
    box.file(join(box.base, 'data/one'), 'one');
    for (const [what, path, answer] of [
      ['unlink', 'nothing', 'ENOENT'],
      ['unlink', 'link/x', 'ENOTDIR'],
      ['rmdir', 'link', 'ENOTDIR'],
      ['rmdir', '.', 'EINVAL'],
      ['rmdir', 'd/..', 'ENOTEMPTY'],
      ['unlink', '""', 'ENOENT'],
      ['unlink', 'x'.repeat(300), 'ENAMETOOLONG'],
      ['unlink', '/'.repeat(5000), 'ENAMETOOLONG'],
      ['unlink', join(box.base, 'data/one'), 'EACCES'],
      ['truncate', join(box.base, 'data/one'), 'EACCES'],
      ['creat', join(box.base, 'data/one'), 'EACCES'],
      ['creat', join(box.base, 'data/two'), 'EACCES'],
      ['creat', 'd', 'EISDIR'],
      ['creat', 'new/', 'EISDIR'],
      ['creat', 'nowhere/new', 'ENOENT'],
      ['rename', join(box.base, 'data/one'), 'EACCES'],
    ] as const)
      expect([what, path, confined(box, `${loss} ${what} ${path} n`).stdout]).toEqual([
        what,
        path,
        `${answer}\n`,
      ]);
  });

  it.each([
    'unlink',
    'truncate',
    'ftruncate',
    'zero',
    'link-remove',
    'move-remove',
  ])('--on-delete keep lets %s go ahead, and undo takes it back', (what) => {
    const box = withOriginal(open);
    const loss = join(box.tools, 'loss');
    expect(confined(box, `${loss} ${what} f other`, keeping).stdout).toBe('ok\n');
    undo(box, 'restore', '--yes');
    expectOriginal(join(box.project, 'f'));
  });

  it('--on-delete keep takes whole trees away, and undo brings them back', () => {
    const box = withTree();
    expect(confined(box, 'rm -rf d empty link; ls', keeping).stdout).toBe('n\n');
    expect(undo(box, 'restore', '--yes').code).toBe(0);
    expect(readFileSync(join(box.project, 'd/e/file'), 'utf8')).toBe(original);
    expect(statSync(join(box.project, 'd/e/file')).mode & 0o777).toBe(0o640);
    expect(readlinkSync(join(box.project, 'link'))).toBe('d/e/file');
    expect(readdirSync(join(box.project, 'empty'))).toEqual([]);
  });

  // A name with a slash behind it changes places with the next.
  const moving = `import ctypes, os, sys
swap = lambda one, other: ctypes.CDLL(None, use_errno=True).renameat2(-100, one.encode(), -100, other.encode(), 2)
words = sys.argv[1:]
for one, other in zip(words[::2], words[1::2]):
    os.makedirs(os.path.dirname(other) or '.', exist_ok=True)
    if one.endswith('/'): assert swap(one[:-1], other) == 0
    else: os.rename(one, other)`;

  it.each([
    ['went on', 'd/e/file new/file new newer newer last/newest'],
    [
      'changed places with another of its kind',
      'd/e/file one/file also two/also one/ two two/ one one/ two two last',
    ],
    ['changed places with one from before', 'd/e/file new/file empty/ new new/ empty empty last'],
    ['took in what was in it', 'd/e/file a/file a b/a b c'],
  ])('undo finds what was moved into a directory of the session that %s', (_, words) => {
    const box = withTree();
    box.file(join(box.project, 'move.py'), moving);
    box.file(join(box.project, 'also'));
    const { stdout, stderr } = confined(box, `python3 move.py ${words}`);
    expect([stdout, stderr]).toEqual(['', '']);
    expect(existsSync(join(box.project, 'd/e/file'))).toBe(false);
    undo(box, 'restore', '--yes');
    expect(readFileSync(join(box.project, 'd/e/file'), 'utf8')).toBe(original);
    for (const name of ['also', 'empty'])
      expect([name, existsSync(join(box.project, name))]).toEqual([name, true]);
  });

  it('undo finds what was in a directory that was moved', () => {
    const box = withTree();
    confined(box, 'mv d moved && echo x > moved/e/file && mv moved/e again');
    expect(undo(box, 'restore', '--yes').code).toBe(0);
    expect(readFileSync(join(box.project, 'd/e/file'), 'utf8')).toBe(original);
  });
});

// Only root can mount one; the ordinary user's runs are then on it as well.
asEveryone.skipIf(process.getuid?.() !== 0)(
  'on an overlay, where a change gives a file a new birth',
  (open) => {
    const mounted: string[] = [];
    afterEach(() => {
      for (const path of mounted.splice(0)) execFileSync('umount', ['-l', path]);
    });

    const onOverlay = () => {
      const box = open();
      for (const name of ['lower', 'upper', 'work', 'merged']) box.outside(['mkdir', join(box.base, name)]);
      for (const file of ['a', 'b', 'c', 'd/e']) box.file(join(box.base, 'lower', file), original, 0o640);
      const merged = join(box.base, 'merged');
      const layers = ['lower', 'upper', 'work'].map((name) => `${name}dir=${join(box.base, name)}`).join(',');
      execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', layers, merged]);
      mounted.push(merged);
      return { box, merged };
    };

    it('loses nothing after chmod, touch, mv or a link', () => {
      const { box, merged } = onOverlay();
      const line = 'chmod 600 a; rm a; touch b; rm b; mv c x; rm x; chmod 700 d; rm -r d; ln b l; rm l';
      const result = box.run(['run', '-s', ...unguarded, '--allow', '.', '--', 'sh', '-c', line], {
        cwd: merged,
      });
      expect(result.stderr.match(/not permitted/g)).toHaveLength(5);
      for (const file of ['a', 'b', 'x', 'd/e'])
        expect(readFileSync(join(merged, file), 'utf8')).toBe(original);
    });

    it('lets what the session made go again, however it was made', () => {
      const { box, merged } = onOverlay();
      const line =
        "git init -q r && cd r && echo 1 > f && git add f && git -c user.name=a -c user.email=a@b commit -qm 1 && git gc -q && cd .. && rm -rf r && mkfifo p && ln -s p q && mkdir -p m/n && rm -r p q m && set -C && echo x > y && rm y && python3 -c \"import tempfile; tempfile.TemporaryFile(dir='.').write(b'x')\" && python3 -c \"import os, socket; socket.socket(socket.AF_UNIX).bind('s'); os.unlink('s')\" && echo done";
      const result = box.run(['run', '-s', ...unguarded, '--allow', '.', '--', 'bash', '-c', line], {
        cwd: merged,
      });
      expect([result.stdout, result.stderr]).toEqual(['done\n', '']);
    });

    it('applies the umask of the caller to what it makes', () => {
      const { box, merged } = onOverlay();
      const line = 'umask 027; mkdir m; echo > n; mkfifo p; stat -c %a m n p';
      const result = box.run(['run', '-s', ...unguarded, '--allow', '.', '--', 'sh', '-c', line], {
        cwd: merged,
      });
      expect(result.stdout).toBe('750\n640\n640\n');
    });
  },
);

asEveryone('the private directory', (open) => {
  it.each([
    ['moved there', 'mv f $TMPDIR/x || mv f $TMPDIR'],
    ['moved there in a directory of the session', 'mkdir d && mv f d/x && mv d $TMPDIR/'],
    ['moved there under two names', 'mkdir d && mv f d/x && ln d/x d/y && mv d $TMPDIR/'],
    ['linked there and then removed', 'ln f $TMPDIR/x; rm f; mv f g'],
  ])('does not take along what was %s', (_, line) => {
    const box = withOriginal(open);
    confined(box, line);
    expect(filesLeft(box).some((path) => readFileSync(path, 'utf8') === original)).toBe(true);
  });

  it('cannot be moved away, and another directory put in its place', () => {
    const box = withOriginal(open);
    const flags = ['--allow', '.', '--allow', box.env.TMPDIR as string];
    confined(box, 'mkdir e; mv $TMPDIR away; mv ../project/f $TMPDIR.x && mv $TMPDIR.x $TMPDIR', flags);
    expect(filesLeft(box).some((path) => readFileSync(path, 'utf8') === original)).toBe(true);
  });
});

/** Every file below the sandbox but the store. */
function filesLeft(box: Sandbox): string[] {
  return box
    .outside(['find', box.base, '-type', 'f', '-not', '-path', '*/.local/*'])
    .stdout.split('\n')
    .filter(Boolean);
}

asEveryone('git on a repository from before', (open) => {
  const withRepository = () => {
    const box = open();
    box.file(join(box.home, '.gitconfig'), '[user]\n\tname = Ada\n\temail = ada@example.org\n');
    const make =
      'git init -q -b main && echo 1 > a && echo 2 > b && git add . && git commit -qm 1 && git checkout -qb other && echo 3 > a && git commit -qam 2 && git checkout -q main && echo junk > junk';
    box.outside(['bash', '-c', make]);
    return box;
  };

  it('commits, and every file from before can be had back', () => {
    const box = withRepository();
    const line =
      'rm -f n; echo more >> a && git commit -qam 3 && echo c > c && git add c && git commit -qm 4 && git log --oneline | wc -l && git status --short';
    expect(confined(box, line)).toMatchObject({ stdout: '3\n?? junk\n', stderr: '' });
    expect(box.outside(['git', 'fsck', '--strict']).code).toBe(0);
    undo(box, 'restore', '--yes');
    expect(readFileSync(join(box.project, 'a'), 'utf8')).toBe('1\n');
    expect(box.outside(['git', 'log', '--oneline']).stdout.split('\n')).toHaveLength(2);
  });

  it.each([
    ['git rm', 'git rm -q b', 'b', '2\n'],
    ['git clean', 'git clean -fdxq', 'junk', 'junk\n'],
    ['git checkout of another branch', 'git checkout -q other', 'a', '1\n'],
    ['git reset --hard', 'git reset -q --hard other', 'a', '1\n'],
    ['git gc', 'git gc -q --prune=now', 'a', '1\n'],
  ])('%s loses nothing, and with --on-delete keep it works', (_, line, file, content) => {
    const box = withRepository();
    confined(box, line);
    expect(readFileSync(join(box.project, file), 'utf8')).toBe(content);
    expect(confined(box, `rm -f n; ${line}`, keeping)).toMatchObject({ code: 0, stderr: '' });
    expect(box.outside(['git', 'fsck']).code).toBe(0);
    undo(box, 'restore', '--yes');
    expect(readFileSync(join(box.project, file), 'utf8')).toBe(content);
  });
});

asEveryone('sqlite on a database from before', (open) => {
  it('inserts, updates and vacuums', () => {
    const box = open();
    const sql = (text: string) => `sqlite3 db "${text}"`;
    box.outside(['bash', '-c', sql('create table t(a); insert into t values(1);')]);
    const before = readFileSync(join(box.project, 'db'));
    expect(
      confined(box, sql('insert into t values(2); update t set a=a+1; select sum(a) from t;')).stdout,
    ).toBe('5\n');
    undo(box, 'restore', '--yes');
    expect(readFileSync(join(box.project, 'db')).equals(before)).toBe(true);
  });
});

asEveryone('the store', (open) => {
  it('refuses what is more than it may hold, and says so', () => {
    const box = withOriginal(open);
    const result = confined(box, 'echo x > f', ['--allow', '.', '--keep-limit', '20K']);
    expect(result.stderr).toMatch(/quota/i);
    expectOriginal(join(box.project, 'f'));
    expect(confined(box, 'echo x > f', ['--allow', '.', '--keep-limit', '100K']).code).toBe(0);
  });

  it('cannot be reached from inside, nor by a grant that covers it', () => {
    const box = withOriginal(open);
    const state = join(box.home, '.local/state');
    box.file(join(box.project, 'state/beside'));
    const script = `echo x > f; cat ${state}/nono/sessions/*/journal || ls ${state}/nono/sessions || mv f ${state}/nono/sessions/ || echo closed`;
    expect(confined(box, script).stdout).toBe('closed\n');
    const covered = box.run(
      [
        'run',
        '-s',
        '--allow',
        '.',
        '--',
        'sh',
        '-c',
        'echo x > f; ls state/nono/sessions || cat state/nono/sessions/*/journal || mv state/nono state/x || echo x > state/nono/sessions/x || echo closed',
      ],
      { env: { XDG_STATE_HOME: join(box.project, 'state') } },
    );
    expect(covered.stdout).toBe('closed\n');
    expect(readdirSync(join(box.project, 'state/nono/sessions'))).toHaveLength(1);
  });

  it('is not made where nothing from before can be written, and is gone where nothing was kept', () => {
    const box = open();
    box.run(['run', '-s', '--', 'true']);
    expect(existsSync(join(box.home, '.local/state/nono/sessions'))).toBe(false);
    box.run(['run', '-s', '--allow', '.', '--', 'true']);
    expect(readdirSync(join(box.home, '.local/state/nono/sessions'))).toEqual([]);
  });

  it('stops the run where it cannot be made', () => {
    const box = open();
    const state = box.file(join(box.base, 'state'), '');
    const result = box.run(['run', '-s', '--allow', '.', '--', 'true'], { env: { XDG_STATE_HOME: state } });
    expect(result).toMatchObject({ code: 125, stdout: '' });
    expect(result.stderr).toMatch(/from environment:XDG_STATE_HOME.*launch\/store/);
    expect(readdirSync(box.env.TMPDIR as string)).toEqual([]);
  });

  // Node makes directories there for ever.
  it('stops the run where the kernel lets nobody make it, naming what says where', () => {
    const box = open();
    for (const [name, value] of [
      ['XDG_STATE_HOME', '/proc'],
      ['HOME', '/proc/home'],
    ] as const) {
      const env = { [name]: value };
      const ran = box.run(['run', '-s', '--allow', '.', '--', 'true'], { env });
      expect([ran.code, ran.stderr]).toEqual([125, expect.stringContaining(`(from environment:${name})`)]);
      const compiled = box.run(['compile', '--allow', '.', '-o', join(box.base, 'plan')], { env });
      expect([compiled.code, compiled.stderr]).toEqual([125, expect.stringContaining('[launch/store]')]);
    }
  });
});

asEveryone('undo', (open) => {
  it('leaves newer work alone without --force, keeps it with --force, and can be undone itself', () => {
    const box = withOriginal(open);
    const file = join(box.project, 'f');
    confined(box, 'echo x > f');
    box.outside(['bash', '-c', 'sleep 0.01; echo mine > f']);
    const left = undo(box, 'restore', '--yes');
    expect(left).toMatchObject({ code: 1 });
    expect(left.stderr).toMatch(/--force/);
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
    const forced = JSON.parse(undo(box, 'restore', '--force', '--json').stdout);
    expectOriginal(file);
    undo(box, 'restore', '--force', '--yes', forced.replaced);
    expect(readFileSync(file, 'utf8')).toBe('mine\n');
  });

  it('restores the paths that were named alone, and says when there is no original of one', () => {
    const box = withOriginal(open);
    box.file(join(box.project, 'other'), 'other');
    confined(box, 'echo x > f; echo x > other');
    undo(box, 'restore', '--yes', 'f');
    expectOriginal(join(box.project, 'f'));
    expect(readFileSync(join(box.project, 'other'), 'utf8')).toBe('x\n');
    expect(undo(box, 'restore', 'nothing')).toMatchObject({ code: 1 });
  });

  it('shows text as a diff, anything else by size and hash, and nothing where nothing differs', () => {
    const box = withOriginal(open);
    execFileSync('head', ['-c', '1000', '/dev/zero'], {});
    box.file(join(box.project, 'binary'), 'a\0b');
    box.file(join(box.project, 'text'), 'one\ntwo\n');
    confined(box, 'printf "a\\0c" > binary; echo three >> text; : > f; cat n > f');
    const { stdout } = undo(box, 'diff');
    expect(stdout).toContain('+three');
    expect(stdout).toMatch(/binary .*\n {2}before: 3 bytes, sha256 [0-9a-f]{64}\n {2}now: 3 bytes/);
    undo(box, 'restore', '--yes');
    expect(undo(box, 'diff').stdout).toBe('');
  });

  it('shows what patch takes back, whatever the name and the indentation', () => {
    const box = open();
    const names = ['plain', '-dash', 'sp ace', 'quo"te\\', 'new\nline', 'ünï', '\u001b[31mred'];
    for (const name of names) box.file(join(box.project, name), '\told\n');
    box.outside(['bash', '-c', "printf 'old\\n' > $'\\xff\\xfe'"]);
    confined(box, "for f in * $'\\xff\\xfe'; do printf '\\tnew\\n' > ./\"$f\"; done");
    const input = undo(box, 'diff').stdout;
    expect(input).not.toContain('\u001b');
    const patched = box.outside(['patch', '-R', '-p1', '-d', '/'], { input });
    expect([patched.code, patched.stderr]).toEqual([0, '']);
    for (const name of names) expect(readFileSync(join(box.project, name), 'utf8')).toBe('\told\n');
    expect(box.outside(['bash', '-c', "cat $'\\xff\\xfe'"]).stdout).toBe('old\n');
  });

  it('finds what was named by bytes that are no UTF-8, or by a link to its directory', () => {
    const box = withOriginal(open);
    symlinkSync(box.project, join(box.home, 'link'));
    box.outside(['bash', '-c', "printf old > $'\\xff'"]);
    confined(box, "printf x > $'\\xff'; echo x > f");
    const named = box.outside(['bash', '-c', `exec "$0" undo restore --yes $'\\xff'`, box.nono]);
    expect([named.code, named.stderr]).toEqual([0, expect.stringContaining('restored 1')]);
    expect(undo(box, 'restore', '--yes', join(box.home, 'link/f')).code).toBe(0);
    expectOriginal(join(box.project, 'f'));
  });

  it('says that there is nothing to put back, where all is as it was', () => {
    const box = withOriginal(open);
    confined(box, 'echo x > f');
    expect(undo(box, 'restore', '--yes').code).toBe(0);
    const { code, stderr } = undo(box, 'restore', '--yes');
    expect([code, stderr]).toEqual([1, expect.stringContaining('[undo/nothing]')]);
  });

  it('follows no link that the session left, neither in place of a directory nor beside the file', () => {
    const box = withOriginal(open);
    const victim = box.file(join(box.home, 'victim/f'), 'mine');
    box.file(join(box.project, 'd/f'), original);
    box.file(join(box.project, 'e/f'), original);
    const lines = [
      `ln -s ${victim} f.nono-restore`,
      'echo x > f; echo x > d/f; echo x > e/f',
      `mv d away; ln -s ${dirname(victim)} d`,
      `ln -s ${dirname(victim)} to; ${join(box.tools, 'loss')} exchange e to`,
    ];
    confined(box, lines.join('; '));
    const alone = undo(box, 'restore', '--yes', 'd/f');
    expect(alone).toMatchObject({ code: 1 });
    expect(alone.stderr).toMatch(/was not restored: a link or a file is in place/);
    expect(undo(box, 'restore', '--yes').code).toBe(0);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    for (const file of ['f', 'd/f', 'e/f'])
      expect(readFileSync(join(box.project, file), 'utf8')).toBe(original);
    expectOriginal(join(box.project, 'f'));
  });

  it('gives directories that were exchanged their names back', () => {
    const box = open();
    box.file(join(box.project, 'one/a'), 'a');
    box.file(join(box.project, 'two/b'), 'b');
    const loss = join(box.tools, 'loss');
    confined(box, `${loss} exchange one two; mkdir three; ${loss} exchange three two`);
    expect(readdirSync(join(box.project, 'three'))).toEqual(['a']);
    expect(undo(box, 'restore', '--yes').code).toBe(0);
    expect(readdirSync(join(box.project, 'one'))).toEqual(['a']);
    expect(readdirSync(join(box.project, 'two'))).toEqual(['b']);
  });

  it('brings odd names back: newlines, bytes that are no UTF-8, links to nothing', () => {
    const box = open();
    symlinkSync('no\nwhere', join(box.project, 'to\nnothing'));
    box.outside(['bash', '-c', "printf old > $'\\xff\\xfe'; printf old > $'new\\nline'"]);
    confined(box, "printf x > $'\\xff\\xfe'; printf x > $'new\\nline'; ln -sfn n $'to\\nnothing'");
    expect(undo(box, 'list', sessions(box)[0]?.id ?? '').stdout).toContain('new\\nline');
    undo(box, 'restore', '--yes');
    expect(box.outside(['bash', '-c', "cat $'\\xff\\xfe' $'new\\nline'"]).stdout).toBe('oldold');
    expect(readlinkSync(join(box.project, 'to\nnothing'))).toBe('no\nwhere');
  });
});

asEveryone('racing', (open) => {
  it('threads that change the path between check and use lose nothing', () => {
    const box = open();
    box.file(join(box.project, 'old/file'), original, 0o640);
    const loss = join(box.tools, 'loss');
    const seconds = process.env.NONO_RACE_SECONDS ?? '3';
    expect(confined(box, `${loss} race ${seconds}`).stdout).toBe('ok\n');
    undo(box, 'restore', '--yes');
    expect(readFileSync(join(box.project, 'old/file'), 'utf8') === original).toBe(true);
  });
});
