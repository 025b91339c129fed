// Which file runs, and what becomes readable because it runs.
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../src/errors.ts';
import { type Command, commandGrants, findCommand } from '../../src/plan/command.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { protect } from '../../src/plan/sensitive.ts';
import { disk } from '../golden/machine.ts';
import { type Disk, machine } from './fake-host.ts';

function find(words: readonly string[], host: Host, workdir: AbsolutePath | null = null): Command {
  const found = findCommand(words, host, workdir);
  if ('code' in found) throw new Error(found.message);
  return found;
}

function refusal(words: readonly string[], host: Host = machine(disk)): Issue {
  const found = findCommand(words, host, null);
  if (!('code' in found)) throw new Error(`found: ${found.executable}`);
  return found;
}

describe('findCommand()', () => {
  it('looks through PATH in order and passes over what cannot run', () => {
    const host = machine(
      { '/a/tool': { mode: 0o644 }, '/b/tool': 'directory', '/c/tool': 'file', '/d/tool': 'file' },
      { environment: { PATH: '/none:/a:/b:/c:/d' } },
    );
    expect(find(['tool', '-x'], host)).toEqual({ executable: '/c/tool', argv: ['tool', '-x'] });
  });

  it('passes over relative directories of PATH', () => {
    const host = machine({ '/home/ada/project/tool': 'file' }, { environment: { PATH: '.:project:' } });
    expect(refusal(['tool'], host).code).toBe('command/not-found');
  });

  it('keeps the name by which it was found, link or not', () => {
    const host = machine({ ...disk, '/usr/bin/busy': { link: 'true' } });
    expect(find(['busy'], host).executable).toBe('/usr/bin/busy');
  });

  it('starts a path with a slash at the directory where the command will start', () => {
    const host = machine({ ...disk, '/home/ada/project/out/run': 'file', '/home/ada/project/run': 'file' });
    expect(find(['./run'], host).executable).toBe('/home/ada/project/run');
    expect(find(['./run'], host, '/home/ada/project/out').executable).toBe('/home/ada/project/out/run');
    expect(find(['~/project/run'], host).executable).toBe('/home/ada/project/run');
  });

  it.each([
    [['no-such'], 'command/not-found', '"no-such" was not found on PATH', 'command -v no-such'],
    [['./no-such'], 'command/not-found', '"./no-such" was not found', 'ls -l ./no-such'],
    [['./notes'], 'command/not-executable', '"./notes" is not executable', 'chmod +x'],
    [['./out'], 'command/not-executable', '"./out" is a directory', '--workdir ./out'],
    [[''], 'command/not-found', 'the command is empty', "''"],
    [[], 'command/not-found', 'the command is empty', "''"],
    [['a\uFFFD'], 'command/encoding', 'not valid UTF-8', 'script'],
    [['true', 'a\uFFFD'], 'command/encoding', 'not valid UTF-8', 'script'],
  ])('refuses %j with %s', (words, code, message, remedy) => {
    const issue = refusal(words);
    expect(issue.code).toBe(code);
    expect(issue.message).toContain(message);
    expect(issue.remedy).toContain(remedy);
  });

  it('says that a file which may not be looked up cannot run', () => {
    expect(refusal(['/closed/tool'], machine({ '/closed': { fails: 'EACCES' } })).code).toBe(
      'command/not-executable',
    );
  });
});

describe('commandGrants()', () => {
  type Writable = (path: AbsolutePath) => boolean;
  const nowhere: Writable = () => false;
  const grantsOf = (words: readonly string[], host: Host, mayWrite = nowhere) =>
    commandGrants(find(words, host), host, protect(host, []), mayWrite, () => false);
  const granted = (words: readonly string[], nodes: Disk, shebangs: Record<string, string> = {}) => {
    const host = machine({ ...disk, ...nodes }, { shebang: (file) => shebangs[file] ?? null });
    return grantsOf(words, host).map(({ path }) => path);
  };
  /** By its name, as an installed tool is found. */
  const onPath = (directory: string, nodes: Disk) =>
    machine({ ...disk, ...nodes }, { environment: { PATH: `/usr/bin:${directory}` } });
  const script = '/home/ada/project/script';
  const scripts: Disk = { [script]: 'file', '/home/ada/tools/interpreter': 'file' };

  it('reads the file alone, and nothing beside it', () => {
    expect(granted(['./script'], scripts)).toEqual([script]);
  });

  it('reads the file that a link leads to', () => {
    const nodes: Disk = { '/home/ada/project/link': { link: '/srv/tool' }, '/srv/tool': 'file' };
    expect(granted(['./link'], nodes)).toEqual(['/srv/tool']);
  });

  it('only ever reads, and requires nothing', () => {
    const host = machine(disk);
    for (const grant of grantsOf(['true'], host))
      expect(grant).toMatchObject({ access: 'read', required: false, origin: 'command' });
  });

  it.each([
    ['/home/ada/tools/interpreter', 'its path'],
    ['/home/ada/tools/interpreter -x', 'arguments'],
    ['  /home/ada/tools/interpreter ', 'blanks'],
    ['/usr/bin/env interpreter', 'env'],
    ['/usr/bin/env -S interpreter --flag', 'env -S'],
    ['/usr/bin/env -S A=b interpreter', 'env with a variable'],
  ])('reads the interpreter of "#!%s": %s', (line) => {
    const host = machine(
      { ...disk, ...scripts },
      {
        shebang: () => line,
        environment: { PATH: '/usr/bin:/home/ada/tools' },
      },
    );
    const paths = grantsOf(['./script'], host).map(({ path }) => path);
    expect(paths).toEqual([script, '/home/ada/tools/interpreter']);
  });

  it.each([
    '',
    '   ',
    '/usr/bin/env',
    '/usr/bin/env -i',
    '/no/such/interpreter',
  ])('reads nothing more for "#!%s"', (line) => {
    expect(granted([script], scripts, { [script]: line })).toEqual([script]);
  });

  it.each([
    '/home/ada/.ssh/id_ed25519',
    '/usr/bin/env -S -u /home/ada/.ssh/id_ed25519 true',
    '/usr/bin/env -S -u /home/ada/.ssh/helper true',
    '/home/ada/project/key',
    '/home/ada/data/table',
  ])('gives a script no secret by "#!%s": its author writes that line, not the user', (line) => {
    const nodes: Disk = {
      ...scripts,
      '/home/ada/.ssh/helper': 'file', // executable, and protected
      '/home/ada/project/key': { link: '/home/ada/.ssh/helper' },
    };
    expect(granted([script], nodes, { [script]: line })).toEqual([script]);
  });

  it('reads the outermost node_modules around a package', () => {
    const file = '/srv/app/node_modules/a/node_modules/b/cli.js';
    const host = onPath('/srv/bin', { [file]: 'file', '/srv/bin/b': { link: file } });
    expect(grantsOf(['b'], host).map(({ path }) => path)).toEqual([file, '/srv/app/node_modules']);
  });

  it('reads of what a project names the file alone: by a link, by a first line, or where it could write it', () => {
    const tree: Disk = {
      '/srv/private/bin/tool': 'file',
      '/srv/private/lib': 'directory',
      '/srv/private/node_modules/b/cli.js': 'file',
      '/home/ada/project/go': { link: '/srv/private/bin/tool' },
      '/home/ada/project/b': { link: '/srv/private/node_modules/b/cli.js' },
      '/home/ada/project/bin/mine': { link: '/srv/private/bin/tool' },
      ...scripts,
    };
    expect(granted(['./go'], tree)).toEqual(['/srv/private/bin/tool']);
    expect(granted(['./b'], tree)).toEqual(['/srv/private/node_modules/b/cli.js']);
    expect(granted([script], tree, { [script]: '/srv/private/bin/tool' })).toEqual([
      script,
      '/srv/private/bin/tool',
    ]);
    const host = onPath('/home/ada/project/bin', tree);
    const inProject: Writable = (path) => path.startsWith('/home/ada/project');
    expect(grantsOf(['mine'], host, inProject).map(({ path }) => path)).toEqual(['/srv/private/bin/tool']);
  });

  it('reads no node_modules that holds something protected', () => {
    const nodes: Disk = {
      '/srv/node_modules/b/cli.js': 'file',
      '/home/ada/.ssh': { link: '/srv/node_modules/keys' },
      '/srv/node_modules/keys': 'directory',
    };
    const host = onPath('/srv/node_modules/b', nodes);
    const paths = grantsOf(['cli.js'], host).map(({ path }) => path);
    expect(paths).toEqual(['/srv/node_modules/b/cli.js']);
  });

  it('reads the installation around bin, by the name of the command and of what it leads to', () => {
    const nodes: Disk = {
      '/srv/one/bin/tool': { link: '/srv/two/bin/tool' },
      '/srv/one/lib': 'directory',
      '/srv/two/bin/tool': 'file',
      '/srv/two/libexec': 'directory',
    };
    const host = onPath('/srv/one/bin', nodes);
    expect([...new Set(grantsOf(['tool'], host).map(({ path }) => path))]).toEqual([
      '/srv/two/bin/tool',
      '/srv/one',
      '/srv/two',
    ]);
    expect([...new Set(granted(['/srv/one/bin/tool'], nodes))]).toEqual(['/srv/two/bin/tool', '/srv/one']);
  });
});
