// Many sandboxes at once, and what they leave behind.
import { leftBehind, leftovers } from './leftovers.mjs';
import { measure } from './measure.mjs';
import { held, heldFailure, ratio, table } from './record.mjs';

export function parallel(context) {
  const policy = { write: [context.work], read: [] };
  const tasks = context.ways.map(({ name, confine, ours }) => ({
    name,
    ours,
    words: confine(policy, ['true'], context),
  }));
  const before = leftovers(context);
  const results = measure(context, tasks, { atOnce: context.sizes.parallel });
  const left = leftBehind(context, before);
  const rows = tasks.map(({ name, ours }, index) => {
    const { ms, runs, failed } = results[index];
    if (failed) return [name, failed, ours ? heldFailure : '', ''];
    const value = ms / results[0].ms;
    return [name, `${ms.toFixed(0)} ms`, index === 0 ? '' : (ours ? held : ratio)(value), runs];
  });
  const heading = `${context.sizes.parallel} × \`true\` at once, each may write one directory`;
  return `${table([heading, 'median for all', 'ratio', 'runs'], rows)}\n\nLeft behind after all of them: ${left}.`;
}
