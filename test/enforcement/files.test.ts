// What the kernel says about files, inside and outside the grants. `outside` shows that nothing but nono refuses.
import { linkSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Sandbox } from './sandbox.ts';

type Case = { readonly op: readonly string[]; readonly outside: string; readonly inside: string };

function tree(open: () => Sandbox) {
  const box = open();
  box.file(join(box.home, 'secret'), 'secret');
  box.file(join(box.home, 'tool'), '#!/bin/sh\necho ran\n', 0o755);
  box.file(join(box.home, 'folder/inner'), 'inner');
  box.file(join(box.project, 'mine'), 'mine');
  return box;
}

asEveryone('outside every grant', (open) => {
  const cases: readonly Case[] = [
    { op: ['read', 'secret'], outside: 'ok', inside: 'EACCES' },
    { op: ['write', 'secret'], outside: 'ok', inside: 'EACCES' },
    { op: ['append', 'secret'], outside: 'ok', inside: 'EACCES' },
    { op: ['readwrite', 'secret'], outside: 'ok', inside: 'EACCES' },
    { op: ['create', 'new'], outside: 'ok', inside: 'EACCES' },
    { op: ['list', 'folder'], outside: 'ok', inside: 'EACCES' },
    { op: ['list', '.'], outside: 'ok', inside: 'EACCES' },
    { op: ['truncate', 'secret'], outside: 'ok', inside: 'EACCES' },
    { op: ['mkdir', 'directory'], outside: 'ok', inside: 'EACCES' },
    { op: ['mkfifo', 'fifo'], outside: 'ok', inside: 'EACCES' },
    { op: ['symlink', 'secret', 'link'], outside: 'ok', inside: 'EACCES' },
    { op: ['link', 'secret', 'hardlink'], outside: 'ok', inside: 'EACCES' },
    { op: ['rename', 'secret', 'other'], outside: 'ok', inside: 'EACCES' },
    { op: ['unlink', 'secret'], outside: 'ok', inside: 'EACCES' },
    { op: ['rmdir', 'empty'], outside: 'ok', inside: 'EACCES' },
  ];
  it.each(cases)('refuses $op', ({ op, outside, inside }) => {
    const box = tree(open);
    box.outside(['mkdir', '-p', join(box.home, 'empty')]);
    const [what = '', ...paths] = op;
    const words = [what, ...paths.map((path) => join(box.home, path))];
    // nono's own store of originals is in .local.
    const entries = () => readdirSync(box.home).filter((name) => name !== '.local');
    const before = entries().sort();
    expect(box.probed(['--allow', '.'], words)).toBe(inside);
    expect(entries().sort()).toEqual(before);
    expect(readFileSync(join(box.home, 'secret'), 'utf8')).toBe('secret');
    expect(box.outside([box.probe, ...words]).stdout.trim()).toBe(outside);
  });

  it('refuses execution', () => {
    const box = tree(open);
    expect(box.probed(['--allow', '.'], ['execute', join(box.home, 'tool')])).toBe('EACCES');
    expect(box.outside([join(box.home, 'tool')]).stdout).toBe('ran\n');
  });

  it('refuses what a link inside a grant leads to, and a link swapped for a directory', () => {
    const box = tree(open);
    symlinkSync(box.home, join(box.project, 'home'));
    symlinkSync(join(box.home, 'secret'), join(box.project, 'link'));
    expect(box.probed(['--allow', '.'], ['read', 'link'])).toBe('EACCES');
    expect(box.probed(['--allow', '.'], ['read', 'home/secret'])).toBe('EACCES');
    expect(box.probed(['--allow', '.'], ['read', '../home/secret'])).toBe('EACCES');
    expect(box.probed(['--allow', '.'], ['read', `/proc/self/cwd/../home/secret`])).toBe('EACCES');
    expect(box.probed(['--allow', '.'], ['read', `/proc/self/root${box.home}/secret`])).toBe('EACCES');
  });

  it('refuses to move or link anything out of a grant, or in', () => {
    const box = tree(open);
    const [inside, out] = [join(box.project, 'mine'), join(box.home, 'taken')];
    expect(box.probed(['--allow', '.'], ['rename', inside, out])).toMatch(/EACCES|EXDEV/);
    expect(box.probed(['--allow', '.'], ['link', inside, out])).toMatch(/EACCES|EXDEV/);
    expect(
      box.probed(['--allow', '.'], ['link', join(box.home, 'secret'), join(box.project, 'stolen')]),
    ).toMatch(/EACCES|EXDEV/);
    expect(
      box.probed(['--allow', '.'], ['rename', join(box.home, 'secret'), join(box.project, 'stolen')]),
    ).toMatch(/EACCES|EXDEV/);
  });

  it('refuses to walk from a directory that the caller handed over', () => {
    const box = tree(open);
    const inside = `cat secret || cat /proc/self/fd/0/secret || (cd /proc/self/fd/0 && cat secret) || echo refused`;
    const outer = `exec "$0" run -s --allow . -- sh -c '${inside}' < ${box.home}`;
    expect(box.outside(['sh', '-c', outer, box.nono]).stdout).toBe('refused\n');
  });

  it('gives no more through a descriptor of a file than it was opened for', () => {
    const box = tree(open);
    const inside = 'cat <&0; echo new > /proc/self/fd/0 || echo refused';
    const outer = `exec "$0" run -s --allow . -- sh -c '${inside}' < ${box.home}/secret`;
    expect(box.outside(['sh', '-c', outer, box.nono]).stdout).toBe('secretrefused\n');
  });

  it('lets standard output and error be written to by their names where they lead out of the grants, and cuts nothing', () => {
    const box = tree(open);
    const log = box.file(join(box.home, 'log'), 'before\n');
    const names = ['/dev/stderr', '/dev/fd/2', '/proc/self/fd/2'];
    const inside = `${names.map((name) => `echo ${name} > ${name}`).join('; ')}; echo more >> /dev/stderr
      python3 -c 'open("/dev/stderr", "w").write("python\\n")'
      for name in ${box.home}/log /proc/$$/fd/2/. /dev/stdin; do (echo no > $name) 2> /dev/null; done
      cat /dev/stderr; exec 1<> /dev/stderr`;
    const outer = `exec "$0" run -s --no-diagnostics --allow . -- bash --norc -c "$1" 2>> ${log} < ${box.home}/secret`;
    expect(box.outside(['sh', '-c', outer, box.nono, inside]).stdout).toBe('');
    const said = readFileSync(log, 'utf8').split('\n');
    expect(said.slice(0, 6)).toEqual(['before', ...names, 'more', 'python']);
    expect(said.slice(6).join('\n')).toMatch(
      /^cat: \/dev\/stderr: Permission denied\n.*Permission denied\n$/,
    );
    expect(readFileSync(join(box.home, 'secret'), 'utf8')).toBe('secret');
  });

  it("refuses root's machine secrets and the listing of /etc, and lets what programs need be read", () => {
    const box = tree(open);
    expect(box.probed([], ['read', '/etc/shadow'])).toBe('EACCES');
    expect(box.probed([], ['list', '/etc'])).toBe('EACCES');
    expect(box.probed([], ['read', '/etc/passwd'])).toBe('ok');
    expect(box.probed([], ['list', '/usr/lib'])).toBe('ok');
    expect(box.probed([], ['list', '/tmp'])).toBe('EACCES');
    expect(box.probed([], ['list', '/dev/pts'])).toBe('EACCES');
    expect(box.probed([], ['write', '/dev/null'])).toBe('ok');
    expect(box.probed([], ['list', box.project])).toBe('EACCES');
  });
});

asEveryone('inside a grant', (open) => {
  const everything = ['read', 'write', 'append', 'readwrite'] as const;

  it('--allow reads and writes', () => {
    const box = tree(open);
    for (const op of everything) expect([op, box.probed(['--allow', '.'], [op, 'mine'])]).toEqual([op, 'ok']);
    for (const op of ['truncate', 'unlink']) // originals.test.ts says more
      expect([op, box.probed(['--allow', '.'], [op, 'mine'])]).toEqual([op, 'EPERM']);
    for (const op of ['create', 'mkdir', 'mkfifo'])
      expect([op, box.probed(['--allow', '.'], [op, `n-${op}`])]).toEqual([op, 'ok']);
    expect(box.probed(['--allow', '.'], ['list', '.'])).toBe('ok');
    expect(box.probed(['--allow', '.'], ['rename', 'n-create', 'n-mkdir/moved'])).toBe('ok');
    expect(box.probed(['--allow', '.'], ['link', 'n-mkdir/moved', 'again'])).toBe('ok');
  });

  it('--allow makes no device nodes', () => {
    const box = tree(open);
    expect(box.probed(['--allow', '.'], ['mknod', 'null'])).toMatch(/EACCES|EPERM/);
  });

  it('--read reads and executes, and changes nothing', () => {
    const box = tree(open);
    box.file(join(box.base, 'data/one'), 'one');
    box.file(join(box.base, 'data/tool'), '#!/bin/sh\necho ran\n', 0o755);
    const data = ['--read', join(box.base, 'data')];
    expect(box.probed(data, ['read', join(box.base, 'data/one')])).toBe('ok');
    expect(box.probed(data, ['list', join(box.base, 'data')])).toBe('ok');
    expect(box.run(['run', '-s', ...data, '--', join(box.base, 'data/tool')]).stdout).toBe('ran\n');
    for (const op of ['write', 'append', 'truncate', 'unlink'])
      expect([op, box.probed(data, [op, join(box.base, 'data/one')])]).toEqual([op, 'EACCES']);
    expect(box.probed(data, ['create', join(box.base, 'data/new')])).toBe('EACCES');
  });

  it('--write writes, and reads and lists nothing', () => {
    const box = tree(open);
    box.file(join(box.base, 'out/one'), 'one');
    const out = ['--write', join(box.base, 'out')];
    expect(box.probed(out, ['create', join(box.base, 'out/new')])).toBe('ok');
    expect(box.probed(out, ['append', join(box.base, 'out/one')])).toBe('ok');
    expect(box.probed(out, ['read', join(box.base, 'out/one')])).toBe('EACCES');
    expect(box.probed(out, ['readwrite', join(box.base, 'out/one')])).toBe('EACCES');
    expect(box.probed(out, ['list', join(box.base, 'out')])).toBe('EACCES');
  });

  it('the file flags open one file and not its neighbour', () => {
    const box = tree(open);
    box.file(join(box.base, 'etc/one'), 'one');
    box.file(join(box.base, 'etc/two'), 'two');
    const [one, two] = [join(box.base, 'etc/one'), join(box.base, 'etc/two')];
    expect(box.probed(['--read-file', one], ['read', one])).toBe('ok');
    expect(box.probed(['--read-file', one], ['write', one])).toBe('EACCES');
    expect(box.probed(['--write-file', one], ['append', one])).toBe('ok');
    expect(box.probed(['--write-file', one], ['read', one])).toBe('EACCES');
    expect(box.probed(['--allow-file', one], ['readwrite', one])).toBe('ok');
    expect(box.probed(['--allow-file', one], ['read', two])).toBe('EACCES');
    expect(box.probed(['--allow-file', one], ['unlink', one])).toBe('EACCES');
  });

  it('--allow-cwd is the working directory, and a hard link to it from elsewhere is not granted', () => {
    const box = tree(open);
    expect(box.probed(['--allow-cwd'], ['write', 'mine'])).toBe('ok');
    linkSync(join(box.project, 'mine'), join(box.home, 'same'));
    expect(box.probed(['--allow-cwd'], ['read', join(box.home, 'same')])).toBe('EACCES');
  });

  it('--workdir starts there and grants nothing', () => {
    const box = tree(open);
    const result = box.run([
      'run',
      '-s',
      '--workdir',
      box.home,
      '--',
      'sh',
      '-c',
      'pwd; echo $PWD; ls || echo refused',
    ]);
    expect(result.stdout).toBe(`${box.home}\n${box.home}\nrefused\n`);
  });

  it('--bypass-protection with a grant opens what is protected, and alone nothing', () => {
    const box = tree(open);
    box.file(join(box.home, '.ssh/config'), 'Host x');
    const config = join(box.home, '.ssh/config');
    expect(box.probed([], ['read', config])).toBe('EACCES');
    expect(box.probed(['--bypass-protection', config], ['read', config])).toBe('EACCES');
    expect(box.probed(['--read-file', config], ['read', config])).toContain('plan/sensitive-path');
    expect(box.probed(['--bypass-protection', config, '--read-file', config], ['read', config])).toBe('ok');
    expect(box.probed(['--override-deny', '~/.ssh', '--read', '~/.ssh'], ['read', config])).toBe('ok');
  });
});
