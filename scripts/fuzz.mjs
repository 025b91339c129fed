// Fuzzes the launcher's decoder: clang's libFuzzer with ASan and UBSan, from test/native/corpus.
// node scripts/fuzz.mjs [--seconds N] [--keep DIRECTORY]
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const corpus = join(root, 'test/native/corpus');
const sources = ['test/native/fuzz.c', 'native/program.c'].map((path) => join(root, path));
const compilation = [
  ...['-std=c11', '-D_GNU_SOURCE', '-g', '-O1'],
  ...['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all'],
];
const longestInput = 16 << 10;

function stop(message, code) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readFlags() {
  try {
    return parseArgs({ options: { seconds: { type: 'string', default: '60' }, keep: { type: 'string' } } })
      .values;
  } catch (error) {
    return stop(`fuzz: ${error.message}\n  Try: npm run fuzz -- --seconds 60 --keep /tmp/nono-fuzz`, 2);
  }
}

const install = '  Try: apt-get install clang libclang-rt-14-dev   (or the libclang-rt-N-dev of your clang)';

/** What keeps the fuzz target from being built, or null. */
function build(output) {
  const clang = process.env.CLANG ?? 'clang';
  const done = spawnSync(clang, [...compilation, ...sources, '-o', output], { encoding: 'utf8' });
  if (done.error)
    return `fuzz: "${clang}" cannot be started (${done.error.code}), and only clang has libFuzzer\n${install}`;
  if (done.status === 0) return null;
  const lacksRuntime = /libclang_rt/.test(done.stderr);
  return `fuzz: the fuzz target does not build\n${done.stderr}${lacksRuntime ? install : ''}`;
}

/** libFuzzer writes what it finds into the first directory; the corpus after it is read only. */
function fuzz(target, workbench, seconds) {
  const found = join(workbench, 'found');
  mkdirSync(found, { recursive: true });
  const limits = [
    `-max_total_time=${seconds}`,
    `-max_len=${longestInput}`,
    '-timeout=5',
    '-rss_limit_mb=2048',
  ];
  const output = [`-artifact_prefix=${workbench}/`, '-print_final_stats=1'];
  return spawnSync(target, [...limits, ...output, found, corpus], { stdio: 'inherit' }).status ?? 1;
}

const { seconds, keep } = readFlags();
if (!/^[1-9][0-9]*$/.test(seconds))
  stop(`fuzz: "${seconds}" is no number of seconds\n  Try: --seconds 60`, 2);
const workbench = keep === undefined ? mkdtempSync(join(tmpdir(), 'nono-fuzz-')) : resolve(keep);
const discard = () => keep === undefined && rmSync(workbench, { recursive: true });
mkdirSync(workbench, { recursive: true });
const target = join(workbench, 'fuzz');
const hindrance = build(target);
if (hindrance !== null) {
  discard();
  stop(hindrance, 1);
}
if (fuzz(target, workbench, seconds) !== 0)
  stop(`fuzz: a finding; its input and the target are in ${workbench}\n  Try: ${target} ${workbench}/*-*`, 1);
discard();
process.stdout.write(`fuzz: nothing found in ${seconds} s\n`);
