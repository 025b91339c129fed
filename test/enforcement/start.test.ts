// How the planner starts: from the snapshot that the build made, and without it where Node does not take it.
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { withoutCodeCache } from '../../scripts/snapshot.mjs';
import { asEveryone, type Sandbox } from './sandbox.ts';

const installed = join(inject('installation'), 'nono');

/** A copy of nono of this test's own. */
function copyOf({ base }: Sandbox): { nono: string; blob: string } {
  for (const each of ['bin', 'dist'])
    cpSync(join(installed, each), join(base, 'nono', each), { recursive: true });
  return { nono: join(base, 'nono/dist/nono'), blob: join(base, 'nono/dist/planner.blob') };
}

/** A plan, less what is of its session alone. */
function planOf({ outside }: Sandbox, nono: string, flags: readonly string[]): unknown {
  const done = outside([nono, 'run', '--dry-run', '--json', ...flags, '--', 'true']);
  expect(done.stderr).toBe('');
  return JSON.parse(done.stdout.replaceAll(/\d{8}-\d{6}-\w+-\w+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'SESSION'));
}

/** The blob names the version of Node that made it: another one. */
function ofAnotherVersion(blob: string): void {
  const bytes = readFileSync(blob);
  bytes.write('9', bytes.indexOf(process.versions.node));
  writeFileSync(blob, bytes);
}

// Another build of nono under test has a snapshot only if it is one for Node.
const hasSnapshot =
  existsSync(join(installed, 'dist/planner.blob')) || process.env.NONO_INSTALLATION === undefined;

asEveryone.skipIf(!hasSnapshot)('the start of nono', (open) => {
  it('plans the same from the snapshot as from the script', () => {
    const sandbox = open();
    const { nono, blob } = copyOf(sandbox);
    sandbox.file(join(sandbox.project, 'sub/.env'));
    const lines = [
      [],
      ['--allow', '.'],
      ['--read', 'sub', '--deny', '**/.env', '--net-block'],
      ['--allow', '~'],
    ];
    const fromSnapshot = lines.map((flags) => planOf(sandbox, nono, flags));
    rmSync(blob);
    expect(lines.map((flags) => planOf(sandbox, nono, flags))).toEqual(fromSnapshot);
  });

  it('reads a profile of the user, whose reader is no part of the snapshot', () => {
    const sandbox = open();
    const file = sandbox.file(join(sandbox.base, 'mine.json'), '{ "filesystem": { "raed": ["/opt"] } }');
    expect(sandbox.run(['run', '--profile', file, '--', 'true']).stderr).toContain('profile/unknown-key');
  });

  it('keeps from the command what it tells the planner of memory, and not what the caller set', () => {
    const sandbox = open();
    const words = ['run', '--silent', '--env', 'GLIBC_TUNABLES', '--', 'env'];
    expect(sandbox.run(words).stdout).not.toContain('GLIBC_TUNABLES');
    const env = { GLIBC_TUNABLES: 'glibc.malloc.check=0' };
    expect(sandbox.run(words, { env }).stdout).toContain('GLIBC_TUNABLES=glibc.malloc.check=0\n');
    expect(sandbox.run(['run', '--silent', '--', 'env'], { env }).stdout).not.toContain('GLIBC_TUNABLES');
  });

  it('goes on without a snapshot that Node does not take, and says so', () => {
    const sandbox = open();
    const { nono, blob } = copyOf(sandbox);
    ofAnotherVersion(blob);
    const { code, stdout, stderr } = sandbox.outside([
      nono,
      'run',
      '--silent',
      '--',
      'sh',
      '-c',
      'echo ran; exit 3',
    ]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: 'ran\n' });
    expect(stderr).toContain('does not take the snapshot of the build');
  });

  it('does not offer the snapshot to a Node that is not the one of the build', () => {
    const sandbox = open();
    const { nono } = copyOf(sandbox);
    const identity = join(dirname(nono), 'node.id');
    const [bytes, seconds, ...rest] = readFileSync(identity, 'utf8').split(' ');
    writeFileSync(identity, [bytes, Number(seconds) - 1, ...rest].join(' '));
    const { code, stderr } = sandbox.outside([nono, 'run', '--silent', '--', 'true']);
    expect(code).toBe(0);
    expect(stderr).toBe(
      'nono: Node was replaced since nono was built, so nono starts slower\n  Try: npm run build\n',
    );
  });
});

it.skipIf(!hasSnapshot)('the snapshot is there, and holds nothing of the machine that built it', () => {
  const blob = readFileSync(join(installed, 'dist/planner.blob'));
  for (const trace of ['nono-build-', 'root:x:0:']) expect(blob.includes(trace), trace).toBe(false);
});

it('withoutCodeCache() leaves a blob alone that does not end in a list of code', () => {
  const blob = Buffer.from('no snapshot at all, but long enough to be looked through');
  expect(withoutCodeCache(blob)).toBe(blob);
});
