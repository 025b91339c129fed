// What sandboxes could leave behind on the machine: processes, private directories, stores.
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

function isOfCheckout(pid, dist) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return readlinkSync(`/proc/${pid}/exe`).startsWith(dist) || words.some((word) => word.startsWith(dist));
  } catch {
    return false; // it has just ended
  }
}

const processes = (dist) =>
  readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isOfCheckout(name, dist)).length;

/** Those that nono makes begin so; peers leave some of their own. */
const ours = /^nono-/;

const entries = (directory, named) =>
  existsSync(directory) ? readdirSync(directory).filter((name) => named.test(name)).length : 0;

export const leftovers = ({ env, root }) => ({
  processes: processes(join(root, 'dist/')),
  'private directories': entries(env.TMPDIR, ours),
  stores: entries(join(env.XDG_STATE_HOME, 'nono/sessions'), /./),
});

/** What there is now and was not before, as words. */
export function leftBehind(context, before) {
  const after = leftovers(context);
  const kinds = Object.keys(before).map((kind) => `${after[kind] - before[kind]} ${kind}`);
  return kinds.join(', ');
}
