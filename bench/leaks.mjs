// What a program that uses the library is left with after many sandboxes: descriptors, processes, memory, directories.
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

const count = (directory, named = /./) =>
  existsSync(directory) ? readdirSync(directory).filter((name) => named.test(name)).length : 0;

/** Children, by the kernel's own list of them where it has one; the session's processes are theirs. */
function children() {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length;
}

async function holdings({ TMPDIR, XDG_STATE_HOME }) {
  await new Promise((next) => setTimeout(next, 50)); // what is being closed is closed by then
  collect();
  return {
    descriptors: count('/proc/self/fd'),
    processes: children(),
    'private directories': count(TMPDIR, /^nono-/),
    stores: count(join(XDG_STATE_HOME, 'nono/sessions')),
    'MiB of heap': process.memoryUsage().heapUsed / 2 ** 20,
  };
}

async function run(sandbox, env) {
  const child = sandbox.spawn('true', [], { stdio: 'ignore', env });
  await once(child, 'exit');
  await child.report;
}

/**
 * Runs sandboxes at once, then one after the other, and says what there is more of than after the first few.
 *
 * @param env must have a TMPDIR and an XDG_STATE_HOME of its own
 */
export async function findLeaks(sandbox, env, { parallel, sequence }) {
  const crowd = () => Promise.all(Array.from({ length: parallel }, () => run(sandbox, env)));
  await crowd();
  const before = await holdings(env);
  await crowd();
  for (let done = 0; done < sequence; done++) await run(sandbox, env);
  const after = await holdings(env);
  return Object.fromEntries(Object.keys(before).map((kind) => [kind, after[kind] - before[kind]]));
}
