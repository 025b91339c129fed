// Makes the planner's snapshot, which Node loads in place of its own start: see docs/performance.md.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A snapshot is refused by a Node that was started with others. One plan is made and the process ends: compiling to
 * machine code, collecting garbage and a new seed for hashing (a search for primes) do not pay.
 */
export const snapshotFlags = [
  '--no-opt',
  '--no-sparkplug',
  '--no-flush-bytecode',
  '--no-rehash-snapshot',
  '--single-threaded',
  '--min-semi-space-size=4',
];

/** The launcher's first words, as a frame: kind, length, format, Landlock ABI, seccomp. */
export const helloFrame = Buffer.from(new Uint32Array([1, 12, 4, 7, 7]).buffer);
const word = 8;
const most = { entries: 4096, id: 128 };

/** Whether the list of cached code begins here: entries of an id and bytes, each with its length before it, to the end. */
function isCodeCache(blob, at) {
  const count = blob.readUInt32LE(at);
  let offset = at + word;
  for (let part = 0; part < 2 * count; part++) {
    if (offset + word > blob.length) return false;
    offset += word + blob.readUInt32LE(offset);
  }
  return offset === blob.length;
}

function mayBeCodeCache(blob, at) {
  const count = blob.readUInt32LE(at);
  if (count === 0 || count > most.entries) return false;
  const id = blob.readUInt32LE(at + word);
  return id > 0 && id < most.id && blob.readUInt32LE(at + 4) === 0 && blob.readUInt32LE(at + word + 4) === 0;
}

/**
 * Leaves out the cached code of Node's own modules, which a run does not load: it is half of the file, and Node reads all
 * of it. It is the last list of the file. A file that ends in none is left as it is.
 */
export function withoutCodeCache(blob) {
  for (let at = 0; at + 2 * word <= blob.length; at++)
    if (mayBeCodeCache(blob, at) && isCodeCache(blob, at))
      return Buffer.concat([blob.subarray(0, at), Buffer.alloc(word)]);
  return blob;
}

/** Spells texts as files that the entry reads when the snapshot is made: in its source each would stay there as well. */
export function spellAsFiles(directory) {
  let count = 0;
  return (text) => {
    const name = `${count++}.json`;
    // One character beyond Latin-1 would double what the whole text takes.
    const ascii = text.replace(/[^\0-\x7f]/g, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
    writeFileSync(join(directory, name), ascii);
    return `require('node:fs').readFileSync(__dirname + '/${name}', 'latin1')`;
  };
}

/** Lets the entry plan against a recorded hello, so that what a run compiles is in the snapshot. */
function rehearse(script, blob) {
  const scratch = mkdtempSync(join(tmpdir(), 'nono-build-')); // a run makes its private directory, and nobody ends it
  const hello = join(scratch, 'hello');
  writeFileSync(hello, Buffer.concat([helloFrame, helloFrame]));
  const channel = openSync(hello, 'r+');
  const handover = openSync('/dev/null', 'w');
  const built = spawnSync(
    process.execPath,
    [...snapshotFlags, '--snapshot-blob', blob, '--build-snapshot', script],
    {
      stdio: ['ignore', 'ignore', 'pipe', channel, handover],
      encoding: 'utf8',
      // Nothing of the caller's environment, which may hold secrets, and names that are found should they stay.
      env: { PATH: '/usr/bin:/bin', HOME: scratch, TMPDIR: scratch },
    },
  );
  closeSync(channel);
  closeSync(handover);
  rmSync(scratch, { recursive: true, force: true });
  return built;
}

/** Builds `blob` from the bundled entry; without one nono plans from its code cache, and the build says so. */
export function buildSnapshot(script, blob) {
  rmSync(blob, { force: true });
  const built = rehearse(script, blob);
  if (built.status === 0) {
    writeFileSync(blob, withoutCodeCache(readFileSync(blob)));
    return;
  }
  rmSync(blob, { force: true });
  process.stderr.write(`${built.stderr}nono: this Node makes no snapshot, so nono starts slower\n`);
}
