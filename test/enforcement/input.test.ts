// Bad input: every mistake ends in a code, the value, its origin and one thing to try, and runs nothing.
import { closeSync, mkdirSync, openSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Result, type Sandbox } from './sandbox.ts';

/** The issues of a failed run, from its JSON. */
function issues(
  box: Sandbox,
  words: readonly string[],
  options = {},
): { codes: string[]; result: Result; text: string } {
  const [command = '', ...rest] = words;
  const result = box.run([command, '--json', ...rest], options);
  const parsed = result.stderr.startsWith('{') ? JSON.parse(result.stderr) : { issues: [] };
  for (const issue of parsed.issues) expect(issue.remedy).not.toBe('');
  return { codes: parsed.issues.map(({ code }: { code: string }) => code), result, text: result.stderr };
}

asEveryone('bad input', (open) => {
  it.each([
    ['no command', ['run'], ['usage/no-command'], 2],
    ['no command after --', ['run', '--allow', '.', '--'], ['usage/no-command'], 2],
    ['an unknown flag', ['run', '--alow', '.', '--', 'true'], ['usage/unknown-flag'], 2],
    ['an unknown command', ['rnu', '--', 'true'], ['usage/unknown-command'], 2],
    ['a flag without its value', ['run', '--allow'], ['usage/flag-value'], 2],
    ['an empty path', ['run', '--allow', '', '--', 'true'], ['usage/flag-value'], 2],
    ['a variable without a name', ['run', '--env', '=x', '--', 'true'], ['usage/flag-value'], 2],
    ['a missing path', ['run', '--allow', 'missing/deep', '--', 'true'], ['plan/path-missing'], 125],
    ['a missing path with a newline', ['run', '--allow', 'a\nb', '--', 'true'], ['plan/path-missing'], 125],
    ['a file for a directory flag', ['run', '--allow', 'file', '--', 'true'], ['plan/not-a-directory'], 125],
    ['a directory for a file flag', ['run', '--read-file', '.', '--', 'true'], ['plan/not-a-file'], 125],
    ['a path through a file', ['run', '--read', 'file/below', '--', 'true'], ['plan/path-missing'], 125],
    ['a link that leads nowhere', ['run', '--allow', 'dangling', '--', 'true'], ['plan/path-dangling'], 125],
    ['a link to itself', ['run', '--allow', 'loop', '--', 'true'], ['plan/path-loop'], 125],
    ['a grant of a secret', ['run', '--allow', '~/.ssh', '--', 'true'], ['plan/sensitive-path'], 125],
    ['a grant of git hooks', ['run', '--allow', '.git/hooks', '--', 'true'], ['plan/path-missing'], 125],
    ['an empty deny', ['run', '--deny', '', '--', 'true'], ['usage/flag-value'], 2],
    ['a deny with dots in a glob', ['run', '--deny', 'a/../*', '--', 'true'], ['usage/flag-value'], 2],
    ['a port that is none', ['run', '--allow-port', '0', '--', 'true'], ['usage/flag-value'], 2],
    [
      'a socket in no directory',
      ['run', '--allow-unix-socket', 'no/x', '--', 'true'],
      ['plan/path-missing'],
      125,
    ],
    ['a directory as socket', ['run', '--allow-unix-socket', '.', '--', 'true'], ['plan/not-a-file'], 125],
    [
      'a file as sockets',
      ['run', '--allow-unix-socket-dir', 'file', '--', 'true'],
      ['plan/not-a-directory'],
      125,
    ],
    ['a blocked command', ['run', '--', 'rm', 'file'], ['command/blocked'], 126],
    ['a command that is blocked', ['run', '--block-command', 'true', '--', 'true'], ['command/blocked'], 126],
    [
      'a grant inside what is protected',
      ['run', '--read', '~/.ssh', '--', 'true'],
      ['plan/sensitive-path'],
      125,
    ],
    ['a workdir that is a file', ['run', '--workdir', 'file', '--', 'true'], ['plan/workdir'], 125],
    ['a command that does not exist', ['run', '--', 'no-such-command'], ['command/not-found'], 127],
    ['a command path that does not exist', ['run', '--', './missing'], ['command/not-found'], 127],
    ['a command that is not executable', ['run', '--', './file'], ['command/not-executable'], 126],
    ['a directory as command', ['run', '--', '.'], ['command/not-executable'], 126],
    ['an interpreter that does not exist', ['run', '--', './orphan'], ['command/not-found'], 127],
    [
      'several mistakes at once',
      ['run', '--allow', 'missing', '--read', 'file', '--', 'no-such-command'],
      ['plan/path-missing', 'plan/not-a-directory', 'command/not-found'],
      125,
    ],
  ])('%s', (_, words, codes, exitCode) => {
    const box = open();
    box.file(join(box.project, 'file'), 'x', 0o644);
    box.file(join(box.project, 'orphan'), '#!/no/such/interpreter\n', 0o755);
    box.file(join(box.home, '.ssh/id_rsa'), 'key');
    symlinkSync('nowhere', join(box.project, 'dangling'));
    symlinkSync('loop', join(box.project, 'loop'));
    const found = issues(box, words);
    expect(found.codes).toEqual(codes);
    expect(found.result.code).toBe(exitCode);
    expect(found.result.stdout).toBe('');
  });

  it('names the protected path that a grant would expose', () => {
    const box = open();
    box.file(join(box.home, '.ssh/id_rsa'), 'key');
    const { stderr } = box.run(['run', '--allow', '~/.ssh', '--', 'true']);
    expect(stderr).toMatch(/would expose ~\/\.ssh \(/);
    expect(stderr).toContain('Try: ');
  });

  it('suggests the flag that was meant', () => {
    expect(open().run(['run', '--alow', '.', '--', 'true']).stderr).toContain('Try: --allow');
  });

  it('prints control characters escaped', () => {
    const { stderr } = open().run(['run', '--allow', 'a\u001b[31m\nb', '--', 'true']);
    expect(stderr).toContain('a\\x1b[31m\\nb');
    expect(stderr).not.toContain('\u001b[31m\n');
  });

  it('refuses a path and an argument that are not valid UTF-8', () => {
    const box = open();
    const shell = (line: string) => box.outside(['bash', '-c', line, box.nono]);
    const path = shell(`mkdir $'x\\xff'; exec "$0" run --allow $'x\\xff' -- true`);
    expect(path.code).toBe(125);
    expect(path.stderr).toContain('plan/path-encoding');
    const argument = shell(`exec "$0" run -- echo $'\\xff'`);
    expect(argument.code).toBe(125);
    expect(argument.stderr).toContain('command/encoding');
    const value = shell(`exec "$0" run --env X=$'\\xff' -- true`);
    expect([value.code, value.stderr]).toEqual([125, expect.stringContaining('command/encoding')]);
    const directory = shell(`cd $'x\\xff'; exec "$0" run --allow . -- true`);
    expect([directory.code, directory.stderr]).toEqual([125, expect.stringContaining('plan/path-encoding')]);
  });

  it('takes a path with a newline, quotes and spaces when it exists', () => {
    const box = open();
    mkdirSync(join(box.project, 'a\n"b\' c'), { mode: 0o777 });
    expect(box.run(['run', '-s', '--read', 'a\n"b\' c', '--', 'ls', 'a\n"b\' c']).code).toBe(0);
  });

  it('follows a link that a grant names to where it leads', () => {
    const box = open();
    box.file(join(box.base, 'real/file'), 'real');
    symlinkSync(join(box.base, 'real'), join(box.project, 'link'));
    expect(box.run(['run', '-s', '--read', 'link', '--', 'cat', 'link/file']).stdout).toBe('real');
  });

  it('says that the working directory was deleted', () => {
    const box = open();
    const result = box.outside([
      'sh',
      '-c',
      'mkdir gone && cd gone && rmdir ../gone && exec "$0" run -- true',
      box.nono,
    ]);
    expect(result.code).toBe(125);
    expect(result.stderr).toContain('host/no-working-directory');
  });

  it('starts elsewhere from a working directory that was deleted, and says nothing of that to the command', () => {
    const box = open();
    const from = (workdir: string) =>
      box.outside([
        'sh',
        '-c',
        'mkdir gone && cd gone && rmdir ../gone && exec "$0" run -s --workdir "$1" -- sh -c "pwd; env"',
        ...[box.nono, workdir],
      ]);
    const { code, stdout } = from(box.project);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toBe(box.project);
    expect(stdout).not.toContain('_GONE=');
    expect(from('relative').stderr).toContain('host/no-working-directory');
  });

  it('works in a working directory that cannot be read', () => {
    const box = open();
    const result = box.outside([
      'sh',
      '-c',
      'mkdir -m 711 shut && cd shut && chmod 111 . && exec "$0" run -s -- sh -c "echo in"',
      box.nono,
    ]);
    expect(result.stdout).toBe('in\n');
  });

  it('works without a home, and says so where ~ is asked for', () => {
    const box = open();
    expect(box.run(['run', '-s', '--', 'echo', 'in'], { env: { HOME: undefined } }).stdout).toBe('in\n');
    expect(box.run(['run', '-s', '--', 'echo', 'in'], { env: { HOME: '' } }).stdout).toBe('in\n');
  });

  it('works with a home that cannot be written, and without a PATH', () => {
    const box = open();
    box.outside(['chmod', '500', box.home]);
    expect(box.run(['run', '-s', '--', 'echo', 'in']).stdout).toBe('in\n');
    expect(box.run(['run', '-s', '--', '/bin/echo', 'in']).stdout).toBe('in\n');
  });

  it('works with closed standard input and output', () => {
    const box = open();
    const shell = (line: string) => box.outside(['sh', '-c', line, box.nono]);
    expect(shell('"$0" run -s -- sh -c "cat; echo in" <&-').stdout).toBe('in\n');
    expect(shell('"$0" run -s -- true >&-').code).toBe(0);
    expect(shell('"$0" run -s -- sh -c "echo in" 2>&-').stdout).toBe('in\n');
  });

  it('takes 10,000 grants', () => {
    const box = open();
    for (let i = 0; i < 10_000; i++) mkdirSync(join(box.project, `d${i}`));
    const words = Array.from({ length: 10_000 }, (_, i) => ['-r', `d${i}`]).flat();
    expect(box.run(['run', '-s', ...words, '--', 'ls', 'd9999']).code).toBe(0);
  });

  it.each([
    ['--help'],
    ['completion', 'bash'],
    ['profile', 'list'],
    ['why', 'a'],
    ['undo', 'list', '--json'],
    ['why', 'a', '--json'],
    ['run', '--dry-run', '--', 'true'],
  ])('says where %s %s cannot be written', (...words) => {
    const full = openSync('/dev/full', 'w');
    const { code, stderr } = open().run(words, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    expect(code).not.toBe(0);
    expect(stderr).toContain('standard output cannot be written (ENOSPC)');
    expect(stderr).toContain('output/unwritable');
  });

  it('says when the private directory cannot be made', () => {
    const box = open();
    const result = box.run(['run', '--', 'true'], { env: { TMPDIR: '/proc' } });
    expect(result.code).toBe(125);
    expect(result.stderr).toContain('launch/temporary');
  });

  it.each([
    '--help',
    'run --help',
    'why --help',
    '--version',
  ])('%s says nothing of a reader that has gone', (words) => {
    const box = open();
    const { stderr } = box.outside(['bash', '-c', `(sleep 0.2; exec "$0" ${words}) | true`, box.nono]);
    expect(stderr).toBe('');
  });
});
