// The bytes of `struct sock_filter`, and what does not fit into them.
import { describe, expect, it } from 'vitest';
import {
  and,
  branch,
  encodeInstructions,
  finish,
  jump,
  load,
} from '../../../../src/backend/linux/seccomp/instruction.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('encodeInstructions()', () => {
  // By hand from linux/filter.h: u16 code, u8 jt, u8 jf, u32 k, little-endian.
  it.each([
    ['load', load(16), '2000000010000000'],
    ['and', and(0xf), '540000000f000000'],
    ['jump', jump(0x1234), '0500000034120000'],
    ['equal', branch('jumpEqual', 0xc000003e, 1, 2), '150001023e0000c0'],
    ['at least', branch('jumpAtLeast', 0x40000000, 255, 0), '3500ff0000000040'],
    ['return', finish(0x80000000), '0600000000000080'],
  ])('writes %s as the kernel reads it', (_, instruction, bytes) => {
    expect(hex(encodeInstructions([instruction]))).toBe(bytes);
  });

  it('keeps the order', () => {
    expect(hex(encodeInstructions([load(0), finish(1)]))).toBe('20000000000000000600000001000000');
  });

  it.each([
    { code: 0x10000, jt: 0, jf: 0, k: 0 },
    { code: 0x15, jt: 256, jf: 0, k: 0 },
    { code: 0x15, jt: 0, jf: -1, k: 0 },
    { code: 0x06, jt: 0, jf: 0, k: 2 ** 32 },
    { code: 0x05, jt: 0, jf: 0, k: -1 },
  ])('refuses %o, which would be cut off', (instruction) => {
    expect(() => encodeInstructions([instruction])).toThrow(RangeError);
  });
});

describe('branch()', () => {
  it('refuses a distance that eight bits do not hold', () => {
    expect(() => branch('jumpEqual', 0, 256, 0)).toThrow(RangeError);
    expect(() => branch('jumpAtLeast', 0, 0, 256)).toThrow(RangeError);
  });
});
