// What dist/ has of one machine: which Node is there, and the planner as that Node loads it fastest. Made where nono is
// built, and where its package is set up.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSnapshot, helloFrame } from './snapshot.mjs';

/** Writes down which Node this is, for `nono` to find and to know again: native/node.c reads it. */
function writeNodeIdentity(dist) {
  const { size, mtimeNs } = statSync(process.execPath, { bigint: true });
  const second = 1_000_000_000n;
  const numbers = [size, mtimeNs / second, mtimeNs % second];
  writeFileSync(join(dist, 'node.id'), `${numbers.join(' ')} ${process.execPath}\0`);
}

/** Plans one run against a recorded hello, so that what a run compiles is in the cache. */
function writeCodeCache(dist) {
  const hello = join(dist, 'hello.tmp');
  const cache = join(dist, 'planner.cache');
  rmSync(cache, { force: true });
  writeFileSync(hello, helloFrame);
  const channel = openSync(hello, 'r+');
  const handover = openSync('/dev/null', 'w');
  const temporary = mkdtempSync(join(tmpdir(), 'nono-build-')); // the run makes its private directory, and nobody ends it
  const planned = spawnSync(process.execPath, [join(dist, 'cli.cjs'), 'run', '--silent', '--', 'true'], {
    stdio: ['ignore', 'ignore', 'inherit', channel, handover],
    env: { ...process.env, NONO_WRITE_CACHE: cache, TMPDIR: temporary },
  });
  closeSync(channel);
  closeSync(handover);
  rmSync(hello);
  rmSync(temporary, { recursive: true, force: true });
  if (planned.status !== 0) throw new Error('the planner does not run; see above');
}

/** Makes what the Node that runs this adds to the bundles. */
export function fitToMachine(dist) {
  writeNodeIdentity(dist);
  writeCodeCache(dist);
  buildSnapshot(join(dist, 'snapshot/entry.cjs'), join(dist, 'planner.blob'));
}
