// What the broker adds to single calls: outside, inside, and with a deny in a readable grant, in one run.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './measure.mjs';
import { held, signed, table } from './record.mjs';

function run(context, words, cwd) {
  const [file, ...rest] = words;
  const done = spawnSync(file, rest, { cwd, env: context.env, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (done.status !== 0) throw new Error(`${words.join(' ')}: ${done.stderr}`);
  return JSON.parse(done.stdout);
}

export function calls(context) {
  const where = join(context.fast, 'calls');
  mkdirSync(where, { recursive: true });
  const program = compile(context, 'calls.c', 'calls');
  const nono = [join(context.root, 'dist/nono'), 'run', '-s', '--allow-command', 'rm', '--allow', '.'];
  const inside = [...nono, '--read-file', program, '--', program];
  const denying = [...nono, '--deny', 'secret', '--read-file', program, '--', program];
  const pinned = ['taskset', '-c', '0'];
  const ways = [[...pinned, program], [...pinned, ...inside], [program], inside, [...pinned, ...denying]];
  const results = ways.map((words) => run(context, words, where));
  const rows = Object.keys(results[0]).map((call) => {
    const [outside, within, free, freeWithin, denied] = results.map((each) => each[call]);
    const times = [outside, within, free, freeWithin, denied].map((each) => each.toFixed(1));
    const more = [within - outside, denied - outside].map((each) => signed(each, 1));
    return [call, ...times, ...more, held(within / outside)];
  });
  const columns = ['outside, pinned', 'inside, pinned', 'outside', 'inside', 'with a deny, pinned'];
  const heading = 'call, median of 3000, µs';
  return table([heading, ...columns, 'more, pinned', 'with a deny', 'inside to outside, pinned'], rows);
}
