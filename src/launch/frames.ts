// The launcher's frames as values: docs/program-format.md lists them.
import type { LimitKind } from '../policy/limits.ts';

export type Frame =
  | { readonly kind: 'hello'; readonly format: number; readonly landlock: number; readonly seccomp: number }
  | { readonly kind: 'failure'; readonly errno: number; readonly step: string; readonly detail: string }
  | { readonly kind: 'stopped'; readonly signal: number }
  | {
      readonly kind: 'ended';
      readonly signalled: boolean;
      readonly value: number;
      readonly leftover: number;
    }
  | LimitFrame
  | DeniedFrame;

/** A limit that was reached, and how often. */
export type LimitFrame = { readonly kind: 'limit'; readonly limit: LimitKind; readonly count: number };

/** What the broker refused; `unlisted` counts what there was no room for. */
export type DeniedFrame = {
  readonly kind: 'denied';
  readonly operation: DeniedOperation;
  readonly count: number;
  /** A path, or a host; may be anything, since the sandboxed side wrote it. */
  readonly first: string;
  /** Where a rename or a link goes, or a port; else empty. */
  readonly second: string;
};

const deniedOperations = [
  'unlisted',
  'read',
  'write',
  'readwrite',
  'create',
  'delete',
  'rename',
  'truncate',
  'execute',
  'chmod',
  'connect',
  'bind',
  'socket',
  'mkdir',
  'link',
  'symlink',
] as const;

export type DeniedOperation = (typeof deniedOperations)[number];

function decodeDenied(payload: Buffer): DeniedFrame {
  const operation = deniedOperations[payload.readUInt32LE(0)];
  if (operation === undefined) throw new Error('the launcher refused an unknown operation');
  const [first = '', second = ''] = payload.toString('utf8', 12).split('\0');
  return { kind: 'denied', operation, count: payload.readUInt32LE(8), first, second };
}

const limits: Record<number, LimitKind> = { 1: 'memory', 2: 'pids', 3: 'cpu-time', 4: 'timeout' };

function decodeLimit(payload: Buffer): LimitFrame {
  const limit = limits[payload.readUInt32LE(0)];
  if (limit === undefined) throw new Error('the launcher reached an unknown limit');
  return { kind: 'limit', limit, count: payload.readUInt32LE(4) };
}

/** The number by which frames name an operation. */
export function deniedNumber(operation: DeniedOperation): number {
  return deniedOperations.indexOf(operation);
}

export const frameHeaderBytes = 8;

const decoders: Record<number, (payload: Buffer) => Frame> = {
  1: (payload) => ({
    kind: 'hello',
    format: payload.readUInt32LE(0),
    landlock: payload.readInt32LE(4),
    seccomp: payload.readUInt32LE(8),
  }),
  2: (payload) => {
    const [step = '', detail = ''] = payload.toString('utf8', 4).split('\0');
    return { kind: 'failure', errno: payload.readUInt32LE(0), step, detail };
  },
  3: (payload) => ({ kind: 'stopped', signal: payload.readUInt32LE(0) }),
  4: (payload) => ({
    kind: 'ended',
    signalled: payload.readUInt32LE(0) === 1,
    value: payload.readUInt32LE(4),
    leftover: payload.readUInt32LE(8),
  }),
  5: decodeDenied,
  6: decodeLimit,
};

export function payloadLength(header: Buffer): number {
  return header.readUInt32LE(4);
}

/** @throws {Error} on a frame that this version does not know: the launcher is not ours. */
export function decodeFrame(header: Buffer, payload: Buffer): Frame {
  const decode = decoders[header.readUInt32LE(0)];
  if (decode === undefined) throw new Error(`the launcher sent an unknown frame: ${header.readUInt32LE(0)}`);
  return decode(payload);
}

/** All whole frames of a byte sequence, in order. */
export function decodeFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let offset = 0; offset + frameHeaderBytes <= bytes.length; ) {
    const header = bytes.subarray(offset, offset + frameHeaderBytes);
    const end = offset + frameHeaderBytes + payloadLength(header);
    frames.push(decodeFrame(header, bytes.subarray(offset + frameHeaderBytes, end)));
    offset = end;
  }
  return frames;
}
