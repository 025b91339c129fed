// The library's end of the channel: the launcher's frames as they come, until it and its guard are gone.
import type { Duplex } from 'node:stream';
import { decodeFrame, type Frame, frameHeaderBytes, payloadLength } from '../launch/frames.ts';

/** Whole frames of what came so far, and the rest. */
function split(bytes: Buffer): { frames: Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let at = 0;
  while (bytes.length - at >= frameHeaderBytes) {
    const header = bytes.subarray(at, at + frameHeaderBytes);
    const end = at + frameHeaderBytes + payloadLength(header);
    if (end > bytes.length) break;
    frames.push(decodeFrame(header, bytes.subarray(at + frameHeaderBytes, end)));
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

/**
 * Hands a program to the launcher, and follows the session.
 *
 * @param ended gets all of the launcher's frames, once nothing of the session is left
 */
export function follow(
  channel: Duplex,
  program: Uint8Array,
  ended: (frames: readonly Frame[]) => void,
): void {
  const all: Frame[] = [];
  let pending: Buffer = Buffer.alloc(0);
  channel.on('data', (chunk: Buffer) => {
    const { frames, rest } = split(pending.length === 0 ? chunk : Buffer.concat([pending, chunk]));
    pending = rest;
    all.push(...frames);
  });
  channel.on('error', () => {}); // the launcher is gone: its exit says why
  channel.on('close', () => ended(all));
  channel.write(program); // and not ended: the open channel says that this process lives
}
