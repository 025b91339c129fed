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
  const { linux } = waysOutSources(root);
  const isShared = (name) => name === 'support.c';
  const isFront = (name) => /^(front|planner|follow|node|siphash|exec.*|memory.*)\.c$/.test(name);
  const paths = (names) => names.map((name) => join(native, name));
  return {
    nono: paths(filesIn(native).filter((name) => isFront(name) || isShared(name))),
    'nono-launcher': paths(filesIn(native).filter((name) => !isFront(name))),
    'nono-ways-out': linux,
  };
}

/** What selftest runs, by platform: the same files, and one of its own. */
export function waysOutSources(root) {
  const sources = (platform) =>
    ['ways', 'common', 'victim', platform].map((name) => join(root, 'native/selftest', `${name}.c`));
  return { linux: sources('linux'), macos: sources('macos') };
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

/** Says what is missing where it cannot: nono itself needs no compiler on macOS. */
export function buildMacWaysOut(root, directory) {
  const hasTools = spawnSync('xcode-select', ['-p'], { stdio: 'ignore' }).status === 0; // cc alone would open a window
  const options = ['-std=c11', '-D_DARWIN_C_SOURCE', '-Wall', '-Wextra', '-O2'];
  const output = join(directory, 'nono-ways-out');
  const words = [...options, ...waysOutSources(root).macos, '-o', output];
  const done = hasTools ? spawnSync(compiler, words, { encoding: 'utf8' }) : null;
  if (done?.status === 0) return;
  const why = done === null ? 'there is no compiler' : (done.error?.message ?? done.stderr);
  process.stderr.write(
    `nono: nono selftest is not built: ${why}\n  Try: xcode-select --install, then npm run build\n`,
  );
}
