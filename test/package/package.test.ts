// The packages as they are published: packed, installed by npm, and run, with and without what npm may leave out.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asEveryone, asOrdinaryUser, type Result, type Sandbox } from '../enforcement/sandbox.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const platform = `nono-${process.platform}-${process.arch}`;

let packages = '';

const archive = (name: string) => join(packages, `${name}-0.1.0.tgz`);

beforeAll(() => {
  packages = mkdtempSync(join(tmpdir(), 'nono-packages-'));
  chmodSync(packages, 0o755);
  const env = { ...process.env, NONO_PACKAGES: packages };
  const run = (file: string, words: string[], cwd = root) =>
    execFileSync(file, words, { cwd, env, stdio: 'pipe' });
  if (!existsSync(join(root, 'dist/index.d.ts'))) run('npm', ['run', 'api']);
  run('node', ['scripts/build-platform.mjs']);
  run('node', ['scripts/build-package.mjs']);
  for (const name of ['nono', platform]) run('npm', ['pack', join(packages, name)], packages);
});

afterAll(() => rmSync(packages, { recursive: true, force: true }));

/** A project with these archives installed, and nothing from any registry. */
function install(box: Sandbox, names: readonly string[], { scripts = false } = {}): Result {
  box.file(join(box.project, 'package.json'), '{ "private": true, "type": "module" }');
  const archives = names.map((name) => {
    copyFileSync(archive(name), join(box.project, `${name}.tgz`));
    return `./${name}.tgz`;
  });
  const options = ['--offline', '--no-audit', '--no-fund', ...(scripts ? [] : ['--ignore-scripts'])];
  return box.outside(['npm', 'install', ...options, ...archives]);
}

const installed = (box: Sandbox, ...path: string[]) => join(box.project, 'node_modules', ...path);

/** nono, through what npm linked for it; without a compiler where none is to be used. */
function nono(box: Sandbox, words: readonly string[], env: Record<string, string> = {}): Result {
  return box.outside([installed(box, '.bin/nono'), ...words], { env });
}

const withoutCompiler = { CC: '/no/compiler/here' };

asEveryone('the package', (open) => {
  it('sets itself up at the first run from the platform’s package, and confines', () => {
    const box = open();
    expect(install(box, ['nono', platform])).toMatchObject({ code: 0 });
    expect(existsSync(installed(box, 'nono/dist/nono'))).toBe(false);
    box.file(join(box.home, '.ssh/id_ed25519'), 'secret');
    const words = [
      'run',
      '--silent',
      '--allow',
      '.',
      '--',
      'sh',
      '-c',
      'echo in > made; cat ~/.ssh/id_ed25519',
    ];
    const { code, stdout, stderr } = nono(box, words, withoutCompiler);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Permission denied');
    expect(readFileSync(join(box.project, 'made'), 'utf8')).toBe('in\n');
    const launcher = readFileSync(installed(box, 'nono/dist/nono-launcher'));
    expect(launcher.equals(readFileSync(installed(box, platform, 'nono-launcher')))).toBe(true);
    expect(nono(box, words, withoutCompiler).stderr, 'the snapshot is of this Node').not.toContain('slower');
    expect(readdirSync(installed(box, 'nono/dist')).filter((name) => name.startsWith('set'))).toEqual([]);
  });
});

asEveryone('the package on a Mac', (open) => {
  it('sets itself up without a compiler, and plans for Seatbelt', () => {
    const box = open();
    expect(install(box, ['nono'])).toMatchObject({ code: 0 });
    // A Node that believes to be on a Mac, which it writes down as the one to start.
    const mac = box.file(
      join(box.base, 'mac.mjs'),
      `Object.defineProperty(process, 'platform', { value: 'darwin' });
Object.defineProperty(process, 'execPath', { value: '${join(box.base, 'mac/node')}' });`,
    );
    const node = `#!/bin/sh\nexec ${process.execPath} --import ${mac} "$@"\n`;
    box.file(join(box.base, 'mac/node'), node, 0o755);
    const env = { PATH: `${join(box.base, 'mac')}:${box.env.PATH}` };
    const done = nono(box, ['run', '--dry-run', '--json', '--allow', '.', '--', 'true'], env);
    expect(done.stderr).toContain('nono selftest is not built: there is no compiler');
    // No sandbox-exec is here: what is refused is what only a Mac promises.
    expect([done.code, done.stderr]).toEqual([
      125,
      expect.stringContaining('/usr/bin/sandbox-exec does not run here'),
    ]);
    const doctor = nono(box, ['doctor'], env);
    expect([doctor.code, doctor.stdout]).toEqual([
      1,
      expect.stringContaining('/usr/bin/sandbox-exec is not there'),
    ]);
    expect(existsSync(installed(box, 'nono/dist/nono-launcher'))).toBe(false);
  });
});

// What npm leaves out, and who else lays files there, is the same for every user.
asOrdinaryUser('the package', (open) => {
  it('is set up by npm where npm runs scripts, and is a library with types', () => {
    const box = open();
    const { code, stderr } = install(box, ['nono', platform], { scripts: true });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    nono(box, ['--version']); // an npm that waits for its user's word ran none
    const program =
      "import { buildPlan } from 'nono'; console.log((await buildPlan({}).compile().exec('echo in')).stdout)";
    expect(box.outside(['node', '--input-type=module', '-e', program]).stdout).toBe('in\n\n');
    expect(readFileSync(installed(box, 'nono/dist/index.d.ts'), 'utf8')).toContain(
      'export declare function buildPlan',
    );
  });

  it('compiles its executables where there is no package for the platform, and says so', () => {
    const box = open();
    expect(install(box, ['nono'])).toMatchObject({ code: 0 });
    const { code, stdout, stderr } = nono(box, ['run', '--silent', '--', 'echo', 'in']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'in\n' });
    expect(stderr).toMatch(/no package with executables for linux-\w+, so they were compiled/);
  });

  it('says what is missing where it can neither find nor compile them', () => {
    const box = open();
    install(box, ['nono']);
    const { code, stdout, stderr } = nono(box, ['run', '--', 'echo', 'in'], withoutCompiler);
    expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
    expect(stderr).toContain('Try: apt-get install gcc');
  });

  it.each(['nono', 'nono-launcher'])('refuses another %s than the one that was published', (name) => {
    const box = open();
    install(box, ['nono', platform]);
    appendFileSync(installed(box, platform, name), 'x');
    for (const _ of ['the first time', 'and again']) {
      const { code, stdout, stderr } = nono(box, ['run', '--', 'echo', 'in']);
      expect({ code, stdout }).toEqual({ code: 125, stdout: '' });
      expect(stderr).toContain('its hash differs');
    }
  });

  it('is not set up by a Node that lies in the project', () => {
    const box = open();
    install(box, ['nono', platform]);
    const trace = join(box.project, 'planted-ran');
    for (const directory of ['node_modules/.bin', 'tools'])
      box.file(join(box.project, directory, 'node'), `#!/bin/sh\ntouch ${trace}\nexec node "$@"\n`, 0o755);
    const PATH = `${installed(box, '.bin')}:${join(box.project, 'tools')}:tools:${box.env.PATH}`;
    expect(nono(box, ['run', '--silent', '--', 'echo', 'in'], { PATH }).stdout).toBe('in\n');
    expect(existsSync(trace)).toBe(false);
  });

  it('is set up once where two first runs come at once', async () => {
    const box = open();
    install(box, ['nono', platform]);
    const line = 'for i in 1 2 3; do "$0" run --silent -- echo in & done; wait';
    const { stdout, stderr } = box.outside(['sh', '-c', line, installed(box, '.bin/nono')]);
    expect({ stdout, stderr }).toEqual({ stdout: 'in\nin\nin\n', stderr: '' });
  });
});

it('the package holds what it needs and nothing of this machine', () => {
  const listed = spawnSync('tar', ['tzf', archive('nono')], { encoding: 'utf8' }).stdout.split('\n');
  for (const name of ['nono', 'nono-launcher', 'nono-ways-out', 'node.id', 'planner.blob', 'planner.cache'])
    expect(listed).not.toContain(`package/dist/${name}`);
  mkdirSync(join(packages, 'unpacked'));
  execFileSync('tar', ['xzf', archive('nono'), '-C', join(packages, 'unpacked')]);
  const grep = spawnSync('grep', ['-rlF', root, join(packages, 'unpacked')], { encoding: 'utf8' });
  expect(grep.stdout).toBe('');
});
