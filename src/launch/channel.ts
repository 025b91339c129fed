// The planner's end of the channel: asks what the kernel offers, hands the program over. Blocking on purpose: there is
// nothing else to do, and streams take longer to load than the answer takes to come.
import { closeSync, readSync, writeSync } from 'node:fs';
import { formatVersion } from '../backend/linux/encode.ts';
import type { Host, Support } from '../plan/host.ts';
import type { SessionDirectories } from './directories.ts';
import { decodeFrame, type Frame, frameHeaderBytes, payloadLength } from './frames.ts';
import { encodeReportWish, type ReportWish } from './report-wish.ts';
import { mismatch, supportOf } from './support.ts';

const channel = 3;
const handover = 4;
function readExactly(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let filled = 0; filled < length; ) {
    const got = readSync(channel, bytes, filled, length - filled, null);
    if (got === 0) throw mismatch('it ended without a word');
    filled += got;
  }
  return bytes;
}

function readFrame(): Frame {
  const header = readExactly(frameHeaderBytes);
  return decodeFrame(header, readExactly(payloadLength(header)));
}

// Anyone can set the variable: all it changes is how a missing Landlock is explained.
function isInsideSession({ environment }: Pick<Host, 'environment'>): boolean {
  return environment.NONO === '1';
}

/**
 * What the kernel offers, from the launcher's first frame: it is said once.
 *
 * @throws {NonoError} `launch/launcher-mismatch` when it is of another version.
 */
export function askSupport(host: Pick<Host, 'environment'>): Support {
  return { ...supportOf(readFrame(), formatVersion), nested: isInsideSession(host) };
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
}

/** Gives the program to the launcher and this process's place to nono's own, which follows the run to its end. */
export function handOver(
  program: Uint8Array,
  { temporary, store, planFile, cgroup }: SessionDirectories,
  wish: ReportWish,
): void {
  writeAll(channel, program);
  const texts = [temporary, store ?? '', planFile, cgroup ?? '', encodeReportWish(wish)];
  writeAll(handover, Buffer.from(texts.map((text) => `${text}\0`).join('')));
  closeSync(handover);
}
