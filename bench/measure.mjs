// Times commands side by side: each round runs every one of them once, so that a busy moment falls on all.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneCell } from './record.mjs';

/** The middle value of at least one. */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Compiles one of the benchmark's C programs into the scratch directory. */
export function compile(context, source, name) {
  const output = join(context.scratch, name);
  const built = spawnSync('cc', ['-O2', '-static', '-o', output, join(context.root, 'bench', source)], {
    encoding: 'utf8',
  });
  if (built.error) throw new Error('the benchmark needs a C compiler\n  Try: apt-get install gcc libc6-dev');
  if (built.status !== 0) throw new Error(`bench/${source} does not compile:\n${built.stderr}`);
  return output;
}

const killed = 9; // the timer ends what takes too long, and it alone

function reasonOf(status, errors) {
  const said = readFileSync(errors, 'utf8').trim().split('\n').at(-1);
  if ((status & 127) === killed) return 'took more than 60 s';
  return said ? oneCell(said) : status & 127 ? `signal ${status & 127}` : `exit code ${status >> 8}`;
}

function readResult({ status, ns }, errors) {
  if (status !== 0) return { failed: reasonOf(status, errors) };
  const ms = ns.map((each) => each / 1e6);
  return { ms: median(ms), runs: ms.length, all: ms };
}

/**
 * Medians in milliseconds, in the order of the tasks; a task whose command failed has the reason instead.
 *
 * @param tasks `{ words, prepare? }`: the command, and a shell line that is run before each run and not timed
 */
export function measure(
  context,
  tasks,
  { rounds = context.rounds, seconds = context.seconds, atOnce = 1 } = {},
) {
  const file = join(context.scratch, 'tasks');
  const text = tasks.map(({ words, prepare = '-' }) => `${[prepare, ...words].join('\0')}\0\0`).join('');
  writeFileSync(file, text);
  for (const index of tasks.keys()) writeFileSync(`${file}.${index}`, '');
  const done = spawnSync(context.timer, [file, `${rounds}`, `${seconds}`, `${atOnce}`], {
    cwd: context.work,
    env: context.env,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (done.status !== 0) throw new Error('the timer failed');
  const lines = done.stdout.trim().split('\n');
  return lines.map((line, index) => readResult(JSON.parse(line), `${file}.${index}`));
}
