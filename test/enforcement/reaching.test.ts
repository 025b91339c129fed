// What the session around another has, and the kernel would open to its broker, is not opened to the one inside.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { nestedWith } from './nested.ts';
import { asEveryone, type Result } from './sandbox.ts';

const { around, begin } = nestedWith('reaching.py');

const told = ({ stdout }: Result): Record<string, string>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

asEveryone('a session inside another', (open) => {
  const judgingReads = ['--deny', 'elsewhere'];
  const holding = 'mkdir work; python3 "$2" hold > held & while [ ! -s held ]; do sleep 0.05; done';

  it('reaches nothing of the processes around it, but what everybody is told', () => {
    const script = [
      holding,
      'python3 "$2" reach $(cat held)',
      begin('--allow work', 'python3 "$2" reach $(cat held)'),
      begin('--allow work', 'python3 "$2" open $(cat held)'),
      'kill $!',
    ].join('\n');
    const [outer = {}, inner = {}, everybody = {}] = told(around(open(), script, judgingReads));
    expect(Object.keys(outer).length).toBeGreaterThan(10);
    for (const way of Object.keys(outer)) {
      expect([way, outer[way]]).toEqual([way, 'done']);
      expect([way, inner[way]]).toEqual([way, 'Permission denied']);
    }
    expect(new Set(Object.values(everybody))).toEqual(new Set(['done']));
  });

  it('reaches nothing of another beside it', () => {
    const script = [
      'mkdir work',
      `${begin('--allow work', 'python3 "$2" hold')} > held & while [ ! -s held ]; do sleep 0.05; done`,
      begin('--allow work', 'python3 "$2" reach $(cat held)'),
      'kill $!',
    ].join('\n');
    const [inner = {}] = told(around(open(), script, judgingReads));
    expect(new Set(Object.values(inner))).toEqual(new Set(['Permission denied']));
  });

  it('has no say in what is swept when the one around it ends', () => {
    const box = open();
    const cwd = join(box.project, 'below');
    box.file(join(cwd, 'work/file'));
    box.file(join(cwd, '.vscode/settings.json'), 'before');
    const script = [
      'set -C; echo x > .vscode/tasks.json',
      `exec 3< <(${begin('--allow work', `sh -c 'echo x > work/file; echo called; exec sleep 300'`)})`,
      'read -u 3 line; echo "$line"',
    ].join('\n');
    const done = around(box, script, ['--allow', '..'], { cwd });
    expect(done.stdout).toBe('called\n');
    expect(existsSync(join(cwd, '.vscode/settings.json'))).toBe(true);
    expect(existsSync(join(cwd, '.vscode/tasks.json'))).toBe(false);
  });

  it('changes no entry of a directory that it was not granted', () => {
    const box = open();
    for (const name of ['a', 'b', 'c', 'd', 'e', 'missing']) box.file(join(box.project, 'old', name));
    const inside = `sh -c 'echo > work/ready; while [ -e alone/missing ]; do sleep 0.05; done; python3 "$0" names' "$2"`;
    const files = ['a', 'b', 'c', 'd', 'e', 'missing'].map((name) => `--allow-file alone/${name}`).join(' ');
    const script = [
      'mkdir -p work empty; cp -r old alone; touch work/file work/other',
      `${begin(`--allow work --allow empty ${files}`, inside)} & while [ ! -e work/ready ]; do sleep 0.05; done`,
      'rm alone/missing; wait; python3 "$2" names',
    ].join('\n');
    const [inner = {}, outer = {}] = told(around(box, script));
    expect(Object.keys(outer).length).toBe(11);
    for (const way of Object.keys(outer)) {
      expect([way, inner[way]]).toEqual([way, 'Permission denied']);
      expect([way, outer[way]]).toEqual([way, 'done']);
    }
  });

  it('reaches the sockets that both were granted', () => {
    const script = [
      'mkdir -p work sockets',
      'for each in sockets/one sockets/two @nono-$$; do python3 "$2" serve $each >> ready & done',
      'while [ "$(wc -l < ready)" != 3 ]; do sleep 0.05; done',
      begin(
        '--allow work --allow-unix-socket sockets/one',
        'python3 "$2" join sockets/one sockets/two @nono-$$',
      ),
      'python3 "$2" join @nono-$$; kill $(jobs -p)',
    ].join('\n');
    const [inner = {}, outer = {}] = told(around(open(), script));
    expect(Object.values(inner)).toEqual(['done', 'Permission denied', 'Permission denied']);
    expect(Object.values(outer)).toEqual(['done']);
  });

  it('changes nothing of what is made beside a file that only the one around it was granted', () => {
    const box = open();
    box.file(join(box.base, 'kept/file'));
    const change = `python3 -c "import os; os.chmod('../kept/file.tmp', 0o600); print('done')"`;
    const script = [
      `mkdir work; echo > ../kept/file.tmp; ${begin('--allow work', change)}; ${change}; rm ../kept/file.tmp`,
    ].join('\n');
    const done = around(box, script, ['--allow-file', '../kept/file']);
    expect(done.stdout).toBe('done\n');
    expect(done.stderr).toMatch(/PermissionError/);
  });

  it('moves nothing, and makes no link, by which what is denied to it would be another path', () => {
    const box = open();
    box.file(join(box.project, 'work/next/secret'), 'secret');
    const ways = 'mv work/next work/other; ln -s next work/later; ls work';
    const inside = begin(
      '--allow work --deny work/next/secret --deny work/later/secret',
      `sh -c '${ways}' 2>/dev/null`,
    );
    const script = `${inside}; ${ways}`;
    expect(around(box, script, judgingReads).stdout).toBe('next\nlater\nother\n');
  });
});
