// A file system in memory, for the projects that are worked on: a disk that others use as well takes ten times as long,
// and never as long twice. Every contender can be let into this one, and it is in a mount namespace of the benchmark's own:
// whatever becomes of the benchmark, it goes with it. Only root can have one. /dev/shm is closed to those who bring a /dev.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';

const mark = 'NONO_BENCH_MOUNTS';
const roomForProjects = 4 * 2 ** 30; // bytes

const works = (words) => spawnSync(words[0], words.slice(1), { stdio: 'ignore' }).status === 0;

/** Runs the benchmark once more in a namespace of its own where that can be had, and does not come back then. */
export function enterNamespace() {
  if (process.getuid() !== 0 || process.env[mark] !== undefined || !works(['unshare', '-m', 'true'])) return;
  const words = ['-m', process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync('unshare', words, { stdio: 'inherit', env: { ...process.env, [mark]: '1' } });
  process.exit(status ?? 1);
}

function mount(directory) {
  if (process.env[mark] === undefined || freemem() < roomForProjects) return false;
  if (!works(['mount', '-t', 'tmpfs', '-o', `size=${roomForProjects},mode=755`, 'nono-bench', directory]))
    return false;
  process.prependListener('exit', () => works(['umount', '-l', directory])); // before what it lies in is removed
  return true;
}

/** New directories for the projects, and for what is kept of them: in memory, or on disk where that cannot be had. */
export function placeForProjects(directory) {
  mkdirSync(directory);
  const where = mount(directory) ? 'in memory' : 'on disk';
  const [work, state] = ['work', 'state'].map((name) => join(directory, name));
  for (const each of [work, state]) mkdirSync(each);
  return { work, state, where };
}
