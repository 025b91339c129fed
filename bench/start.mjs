// The start of `true`: bare, every contender, and what Node's own start is beside them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { compile, measure } from './measure.mjs';
import { held, heldFailure, ratio, signed, table } from './record.mjs';

/** A recorded program, handed over without planning: what the launcher alone costs. Its driver has a row of its own. */
function launcherTasks(context) {
  const driver = compile(context, 'launch.c', 'launch');
  const program = join(context.scratch, 'program');
  const recorded = spawnSync(driver, ['record', program, join(context.root, 'dist/cli.cjs')], {
    env: context.env,
    encoding: 'utf8',
  });
  if (recorded.status !== 0) throw new Error(`no program could be recorded: ${recorded.stderr}`);
  return [
    { name: 'bare, by the driver below', words: [driver, 'bare', 'true'] },
    {
      name: 'the launcher alone, a recorded program',
      words: [driver, 'run', program, join(context.root, 'dist/nono-launcher')],
      ours: true,
      to: 'bare, by the driver below',
    },
  ];
}

/** The first time of a run: where it cannot be remembered, every time is the first. */
function plannedAnew(context, policy) {
  const { confine } = context.ways.find(({ name }) => name === 'nono run');
  const words = ['env', 'XDG_STATE_HOME=/dev/null', ...confine(policy, ['true'], context)];
  return { name: 'nono run, planned', words, ours: true, to: 'node -e 0' };
}

function tasksOf(context) {
  const policy = { write: [], read: [] };
  const contenders = context.ways.map(({ name, confine, ours }) => ({
    name,
    words: confine(policy, ['true'], context),
    ours,
    to: name.startsWith('nono run') ? 'node -e 0' : 'bare',
  }));
  return [
    ...contenders,
    plannedAnew(context, policy),
    { name: 'node -e 0', words: ['node', '-e', '0'] },
    ...launcherTasks(context),
  ];
}

export function start(context) {
  const tasks = tasksOf(context);
  const results = new Map(measure(context, tasks).map((result, index) => [tasks[index].name, result]));
  const bare = results.get('bare').ms;
  const rows = tasks.map(({ name, ours, to = 'bare' }) => {
    const { ms, runs, failed } = results.get(name);
    if (failed) return [name, failed, '', ours ? heldFailure : '', '', ''];
    const value = ms / results.get(to).ms;
    return [
      name,
      `${ms.toFixed(2)} ms`,
      `${signed(ms - bare, 2)} ms`,
      name === to ? '' : (ours ? held : ratio)(value),
      name === to ? '' : to,
      runs,
    ];
  });
  return table(['start of `true`', 'median', 'over bare', 'ratio', 'to', 'runs'], rows);
}
