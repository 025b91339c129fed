// The library from within one Node process: the start of `true` beside a bare spawn and the peers', and what is left.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { findLeaks } from './leaks.mjs';
import { median } from './measure.mjs';
import { held, ratio, signed, table } from './record.mjs';

async function timed(start) {
  const before = process.hrtime.bigint();
  const child = start();
  const [code] = await once(child, 'exit');
  const ms = Number(process.hrtime.bigint() - before) / 1e6;
  await child.report;
  if (code !== 0) throw new Error(`exit code ${code}`);
  return ms;
}

/** Each round starts every one of them once, so that a busy moment falls on all. */
async function timeAll(tasks, rounds) {
  const times = tasks.map(() => []);
  for (let round = 0; round < rounds; round++)
    for (const [at, { start }] of tasks.entries()) times[at].push(await timed(start));
  return times.map(median);
}

export async function library(context) {
  const { buildPlan } = await import(join(context.root, 'dist/index.mjs'));
  const { env, work, rounds, sizes } = context;
  const sandboxFor = (policy) => buildPlan(policy, { cwd: work, env }).compile();
  const options = { cwd: work, env, stdio: 'ignore' };
  const policy = { write: [], read: [] };
  const contenders = context.ways
    .filter(({ name }) => !name.startsWith('nono run'))
    .map(({ name, confine, ours }) => {
      const [file, ...words] = confine(policy, ['true'], context);
      return { name, ours, start: () => spawn(file, words, options) };
    });
  const own = [
    ['library spawn', sandboxFor({})],
    ['library spawn, one directory may be written', sandboxFor({ allow: ['.'] })],
  ].map(([name, sandbox]) => ({ name, ours: true, start: () => sandbox.spawn('true', [], options) }));
  const tasks = [...contenders, ...own];
  await timeAll(tasks, 3); // what is compiled by the first runs is compiled by then
  const results = await timeAll(tasks, rounds);
  const rows = tasks.map(({ name, ours }, at) => {
    const over = `${signed(results[at] - results[0], 2)} ms`;
    return [
      name,
      `${results[at].toFixed(2)} ms`,
      over,
      at === 0 ? '' : (ours ? held : ratio)(results[at] / results[0]),
    ];
  });
  const left = await findLeaks(sandboxFor({ allow: ['.'] }), env, sizes);
  const more = Object.entries(left).map(([kind, number]) => `${Number(number.toFixed(1))} ${kind}`);
  return `${table(['start of `true` from Node', 'median', 'over bare', 'ratio'], rows)}

More than before, after ${sizes.parallel} at once and ${sizes.sequence} one after the other: ${more.join(', ')}.`;
}
