// A run that was made before is planned anew where planning would come to something else, and only there.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type RunOptions, type Sandbox } from './sandbox.ts';
import { project, remember, theMemory, type Watched, watched } from './watched.ts';

// biome-ignore lint/suspicious/noConfusingVoidType: most change the disk and nothing else
type Change = (sandbox: Sandbox, memory: string) => RunOptions | void;

/** What this nono consists of: the standalone has one file for several. */
function oneOf(base: string, ...names: string[]): string {
  const paths = names.map((name) => join(base, 'nono/dist', name));
  return paths.find((path) => existsSync(path)) as string;
}

// What a second installation, a user or a project may bring about between two runs.
const changes: Readonly<Record<string, Change>> = {
  'a variable': () => ({ env: { MORE: '1' } }),
  'a value': () => ({ env: { LANG: 'C' } }),
  'the directory': ({ base }) => ({ cwd: base }),
  'a link where a secret is': ({ home }) => {
    mkdirSync(join(home, 'vault'));
    symlinkSync('vault', join(home, '.ssh'));
  },
  'a protected directory': (sandbox) => void sandbox.file(join(sandbox.home, '.aws/credentials')),
  'a profile that is named': (sandbox) =>
    void sandbox.file(
      join(sandbox.home, '.config/nono/profiles/mine.jsonc'),
      '{ "network": { "block": true } }',
    ),
  'a file that the profile names': (sandbox) => void sandbox.file(project(sandbox, 'named')),
  'a directory of hooks': (sandbox) =>
    void sandbox.file(project(sandbox, '.git/config'), '[core]\n\thooksPath = elsewhere\n'),
  'the command on PATH': (sandbox) =>
    void sandbox.file(join(sandbox.base, 'bin/printf'), '#!/bin/sh\n', 0o755),
  'a granted directory became a link': ({ base }) => {
    renameSync(join(base, 'granted'), join(base, 'moved'));
    symlinkSync('moved', join(base, 'granted'));
  },
  'nono itself': ({ base }) => utimesSync(join(base, 'nono/dist/nono-launcher'), 1, 1),
  'nono itself, of the same size and time': ({ base }) => {
    const launcher = join(base, 'nono/dist/nono-launcher');
    execFileSync('cp', ['-p', launcher, join(base, 'before')]);
    writeFileSync(launcher, readFileSync(launcher));
    execFileSync('touch', ['-r', join(base, 'before'), launcher]);
  },
  'what reads profiles': ({ base }) => utimesSync(oneOf(base, 'tools.cjs', 'nono-planner'), 1, 1),
  'the planner': ({ base }) => utimesSync(oneOf(base, 'planner.blob', 'nono-planner'), 1, 1),
  'a byte of the memory': (_, memory) => {
    const bytes = readFileSync(memory);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(memory, bytes);
  },
  'the length of the memory': (_, memory) => truncateSync(memory, statSync(memory).size - 1),
  'that others may write the memory': (_, memory) => chmodSync(memory, 0o622),
  'that others may write its directory': (_, memory) => chmodSync(join(memory, '..'), 0o722),
  'a second name of the memory': ({ base }, memory) => linkSync(memory, join(base, 'second')),
  'a link in place of the memory': ({ base }, memory) => {
    renameSync(memory, join(base, 'moved'));
    symlinkSync(join(base, 'moved'), memory);
  },
};

asEveryone('a run that is made again elsewhere or later', (open) => {
  const flags = ['--profile', 'mine', '--allow', '.', '--read', '../granted', '--no-guide'];
  const line = ['run', ...flags, '--', 'printf', '%s', 'hello'];

  function prepared(sandbox: Sandbox): { nono: Watched; options: RunOptions } {
    const nono = watched(sandbox);
    sandbox.file(
      join(sandbox.home, '.config/nono/profiles/mine.jsonc'),
      '{ "filesystem": { "deny": ["$WORKDIR/named"] } }',
    );
    for (const each of ['granted/file', 'bin/other']) sandbox.file(join(sandbox.base, each));
    return { nono, options: { env: { PATH: `${join(sandbox.base, 'bin')}:${sandbox.env.PATH}` } } };
  }

  it.each(Object.entries(changes))('is planned anew where it is not: %s', (_what, change) => {
    const sandbox = open();
    const { nono, options } = prepared(sandbox);
    remember(nono, line, options);
    const memory = theMemory(nono.runs);
    if (sandbox.identity.uid !== 0) chownSync(memory, sandbox.identity.uid, sandbox.identity.gid);
    const other = change(sandbox, memory) ?? {};
    const done = nono.run(line, { ...options, ...other, env: { ...options.env, ...other.env } });
    expect(done.planned).toBeGreaterThan(0);
  });

  it('is the same where files come and go around it', () => {
    const sandbox = open();
    const { nono, options } = prepared(sandbox);
    sandbox.file(project(sandbox, 'old'));
    remember(nono, line, options);
    sandbox.file(project(sandbox, 'new'));
    sandbox.file(join(sandbox.home, '.history'));
    rmSync(project(sandbox, 'old'));
    expect(nono.run(line, options).planned).toBe(0);
  });

  it('is planned anew where a project has a profile since, and says that it is not used', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['run', '--allow', '.', '--', 'true'];
    remember(nono, words);
    sandbox.file(project(sandbox, '.nono/profile.jsonc'), '{}');
    for (const planned of [1, 0]) {
      const done = nono.run(words);
      expect(done.planned).toBe(planned);
      expect(done.stderr).toContain('.nono/profile.jsonc is not used');
    }
  });

  it('is planned anew with another word', () => {
    const sandbox = open();
    const { nono, options } = prepared(sandbox);
    remember(nono, line, options);
    expect(nono.run([...line.slice(0, -1), 'hellp'], options).planned).toBe(1);
    expect(nono.run([...line.slice(0, -2), '%s', 'hello', ''], options).planned).toBe(1);
  });

  it('is planned anew on a kernel that offers less, and stopped there as it would be the first time', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    const words = ['run', '--allow', '.', '--', 'true'];
    remember(nono, words);
    const without = [join(sandbox.tools, 'without'), 'notify', nono.nono, ...words];
    expect(sandbox.outside(without)).toMatchObject({
      code: 125,
      stderr: expect.stringContaining('no seccomp notifications'),
    });
  });

  it('is planned anew on a terminal, which it may open then', () => {
    const sandbox = open();
    const { nono } = watched(sandbox);
    const line = `${nono} wrap --read . -- sh -c '! tty -s || { tty; echo opened > $(tty); }'`;
    const elsewhere = `for count in 1 2 3; do ${line} < /dev/null > /dev/null 2>&1; done`;
    const words = ['script', '-qec', `${elsewhere}; ${line}`, '/dev/null'];
    expect(sandbox.outside(words, { input: '' }).stdout).toMatch(/\/dev\/pts\/\d+\s+opened/);
  });

  it('denies a secret that a link leads to since', () => {
    const sandbox = open();
    const nono = watched(sandbox);
    sandbox.file(join(sandbox.home, 'vault/key'), 'secret');
    const words = ['wrap', '--read', '~', '--', 'cat', join(sandbox.home, 'vault/key')];
    remember(nono, words);
    expect(nono.run(words).stdout).toBe('secret');
    symlinkSync('vault', join(sandbox.home, '.ssh'));
    expect(nono.run(words)).toMatchObject({ code: 1, stdout: '' });
  });
});
