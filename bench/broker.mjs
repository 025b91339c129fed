// What the broker costs: single calls, and work that is full of them, outside and inside in one run. Prints Markdown.
// The work is done in memory where the machine has a /dev/shm, so that the disk's moods do not count.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const rounds = Number(process.argv[2] ?? 7);
const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'nono-bench-'));
const { NODE_EXTRA_CA_CERTS: _, ...environment } = process.env;
const env = { ...environment, XDG_STATE_HOME: join(base, 'state') };
const nono = [join(root, 'dist/nono'), 'run', '-s', '--allow-command', 'rm', '--allow', '.', '--'];

const denying = [...nono.slice(0, -1), '--deny', 'secret', '--'];

function run(words, cwd) {
  const [file, ...rest] = words;
  const done = spawnSync(file, rest, { cwd, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.stderr}`);
  return done.stdout;
}

function directory(name) {
  const path = join(base, name);
  mkdirSync(path, { recursive: true });
  return path;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

function measureCalls() {
  const where = directory('calls');
  run(['cc', '-O2', '-o', join(where, 'calls'), join(root, 'bench/calls.c')], where);
  const pinned = ['taskset', '-c', '0'];
  const ways = {
    'outside, pinned': [...pinned, './calls'],
    'inside, pinned': [...pinned, ...nono, './calls'],
    outside: ['./calls'],
    inside: [...nono, './calls'],
    'with a deny, pinned': [...pinned, ...denying, './calls'],
  };
  const results = Object.fromEntries(
    Object.entries(ways).map(([way, words]) => [way, JSON.parse(run(words, where))]),
  );
  console.log(`| call, median of 3000, µs | ${Object.keys(ways).join(' | ')} | more, pinned | with a deny |`);
  console.log('|---|---|---|---|---|---|---|---|');
  for (const call of Object.keys(results.outside)) {
    const cells = Object.keys(ways).map((way) => results[way][call].toFixed(1));
    const more = results['inside, pinned'][call] - results['outside, pinned'][call];
    const denies = results['with a deny, pinned'][call] - results['outside, pinned'][call];
    console.log(`| ${call} | ${cells.join(' | ')} | +${more.toFixed(1)} | +${denies.toFixed(1)} |`);
  }
}

function prepareWork() {
  const where = directory('work');
  for (let i = 0; i < 10_000; i++) {
    const inside = directory(`work/src/${i % 40}/${i % 17}`);
    writeFileSync(join(inside, `file-${i}.txt`), `line ${i}\n`.repeat(20));
  }
  const git =
    'git init -q src && cd src && git add . && git -c gc.auto=0 -c user.name=a -c user.email=a@b commit -qm 1 && git gc -q';
  run(['sh', '-c', git], where);
  run(['tar', 'cf', 'src.tar', '--exclude=.git', 'src'], where);
  const project = directory('work/c');
  for (let i = 0; i < 60; i++) {
    const lines = Array.from(
      { length: 60 },
      (__, j) => `int f${i}_${j}(int x) { return x * ${j} + puts("x"); }`,
    );
    writeFileSync(join(project, `f${i}.c`), `#include <stdio.h>\n#include <stdlib.h>\n${lines.join('\n')}\n`);
  }
  const objects = Array.from({ length: 60 }, (__, i) => `f${i}.o`).join(' ');
  writeFileSync(join(project, 'Makefile'), `all: lib.a\nlib.a: ${objects}\n\tar rcs $@ $^\n`);
  return where;
}

const works = {
  'nothing (the start alone)': 'true',
  'git clone of 10,000 files': 'rm -rf clone && git clone -q src clone',
  'git status of 10,000 files': 'git -C src status > /dev/null',
  'tar x of 10,000 small files': 'rm -rf out && mkdir out && tar xf src.tar -C out',
  'make -j2 of 60 C files': 'cd c && rm -f *.o lib.a && make -s -j2',
};

function measureWork() {
  const where = prepareWork();
  const times = {};
  for (let round = 0; round < rounds; round++)
    for (const [name, line] of Object.entries(works))
      for (const [way, prefix] of [
        ['outside', []],
        ['inside', nono],
      ]) {
        run(['sh', '-c', 'rm -rf clone out c/*.o c/lib.a'], where);
        const start = process.hrtime.bigint();
        run([...prefix, 'sh', '-c', line], where);
        times[name] ??= { outside: [], inside: [] };
        times[name][way].push(Number(process.hrtime.bigint() - start) / 1e6);
      }
  const start =
    median(times['nothing (the start alone)'].inside) - median(times['nothing (the start alone)'].outside);
  console.log(`\n| work, median of ${rounds}, ms | outside | inside | ratio | without the start |`);
  console.log('|---|---|---|---|---|');
  for (const [name, { outside, inside }] of Object.entries(times)) {
    const [out, within] = [median(outside), median(inside)];
    const net = name.startsWith('nothing') ? '' : ((within - start) / out).toFixed(2);
    console.log(
      `| ${name} | ${out.toFixed(0)} | ${within.toFixed(0)} | ${(within / out).toFixed(2)} | ${net} |`,
    );
  }
}

try {
  measureCalls();
  measureWork();
} finally {
  rmSync(base, { recursive: true, force: true });
}
