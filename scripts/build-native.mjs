// Compiles nono's executables with the system's C compiler; says what is missing when there is none.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotFlags } from './snapshot.mjs';

export const warnings = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror'];
const hardening = [
  '-O2',
  '-pthread',
  '-fPIE',
  '-fstack-protector-strong',
  '-D_FORTIFY_SOURCE=2',
  '-fno-strict-aliasing',
];
const linking = ['-Wl,-z,relro,-z,now', '-Wl,-z,noexecstack'];

export const compiler = process.env.CC ?? 'cc';

/** A string of C: every byte as it is. */
function text(value) {
  const bytes = [...Buffer.from(value)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`);
  return `"${bytes.join('')}"`;
}

/** How Node is told to load the planner's snapshot: the executables know it. */
const definitions = [`-DSNAPSHOT_FLAGS=${snapshotFlags.map((flag) => `${text(flag)},`).join('')}`];

function compile(sources, output, link) {
  const options = [...warnings, ...hardening, ...definitions, ...sources, ...link, ...linking];
  return spawnSync(compiler, [...options, '-o', output], { encoding: 'utf8' });
}

/** Which sources make which executable: some are nono's own process, all others the launcher's; selftest's are apart. */
export function sourcesOf(root) {
  const native = join(root, 'native');
  const filesIn = (directory) => readdirSync(directory).filter((name) => name.endsWith('.c'));
  const isShared = (name) => name === 'support.c';
  const isFront = (name) => /^(front|planner|follow|node|exec.*|memory.*)\.c$/.test(name);
  const paths = (names) => names.map((name) => join(native, name));
  const selftest = join(native, 'selftest');
  return {
    nono: paths(filesIn(native).filter((name) => isFront(name) || isShared(name))),
    'nono-launcher': paths(filesIn(native).filter((name) => !isFront(name))),
    'nono-ways-out': filesIn(selftest).map((name) => join(selftest, name)),
  };
}

function compileOne(sources, output) {
  const first = compile(sources, output, ['-static-pie']);
  if (first.error) {
    throw new Error(`nono needs a C compiler, and "${compiler}" cannot be started (${first.error.code}).
  Try: apt-get install gcc libc6-dev   (or: dnf install gcc glibc-static, apk add gcc musl-dev)`);
  }
  if (first.status === 0) return;
  const second = compile(sources, output, ['-pie']);
  if (second.status !== 0) throw new Error(`${output} does not compile:\n${second.stderr}`);
  process.stderr.write('nono: no static C library here, so it is linked dynamically and starts slower\n');
}

/** Builds the executables into `directory`, statically where the C library can be linked so. */
export function buildNative(root, directory) {
  mkdirSync(directory, { recursive: true });
  for (const [name, sources] of Object.entries(sourcesOf(root))) compileOne(sources, join(directory, name));
}
