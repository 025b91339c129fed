// The simulator against filters written by hand, and the filters that the kernel would not load.
import { describe, expect, it } from 'vitest';
import {
  and,
  branch,
  dataOffset,
  finish,
  type Instruction,
  jump,
  load,
} from '../../../../src/backend/linux/seccomp/instruction.ts';
import { simulate, verify } from './simulate.ts';

const ALLOW = 0x7fff0000;
const ERRNO = 0x00050000;
const allow = finish(ALLOW);
const refuse = finish(ERRNO | 1);

const call = { architecture: 0xc000003e, number: 7, arguments: [0x1122334455667788n, 2n, 3n, 4n, 5n, 6n] };

/** Whether a word of the call is what it should be. */
const holds = (offset: number, value: number): boolean =>
  simulate([load(offset), branch('jumpEqual', value, 0, 1), allow, refuse], call).kind === 'allow';

describe('simulate()', () => {
  it('lays the call out as the kernel does', () => {
    expect(holds(0, 7)).toBe(true);
    expect(holds(4, 0xc000003e)).toBe(true);
    expect(holds(dataOffset.argument(0), 0x55667788)).toBe(true);
    expect(holds(dataOffset.argument(0) + 4, 0x11223344)).toBe(true);
    expect(holds(dataOffset.argument(5), 6)).toBe(true);
    expect(holds(dataOffset.argument(5), 7)).toBe(false);
  });

  it('reads a missing argument as zero and a negative number as unsigned', () => {
    const equals = (offset: number, value: number) => [
      load(offset),
      branch('jumpEqual', value, 0, 1),
      allow,
      refuse,
    ];
    expect(simulate(equals(24, 0), { ...call, arguments: [] })).toEqual({ kind: 'allow' });
    expect(simulate(equals(0, 0xffffffff), { ...call, number: -1 })).toEqual({ kind: 'allow' });
  });

  it('masks and compares without a sign', () => {
    const masked = [load(4), and(0x80000000), branch('jumpAtLeast', 0x80000000, 0, 1), allow, refuse];
    expect(simulate(masked, call)).toEqual({ kind: 'allow' });
  });

  it('takes each way of a branch and the whole of a jump', () => {
    const atLeast = (pivot: number) => [load(0), branch('jumpAtLeast', pivot, 1, 0), refuse, allow];
    expect(simulate(atLeast(7), call)).toEqual({ kind: 'allow' });
    expect(simulate(atLeast(8), call)).toEqual({ kind: 'errno', errno: 'EPERM' });
    expect(simulate([jump(300), ...Array(300).fill(refuse), allow], call)).toEqual({ kind: 'allow' });
  });

  it.each([
    [0x80000000, { kind: 'kill' }],
    [0x7fc00000, { kind: 'notify' }],
    [ERRNO | 13, { kind: 'errno', errno: 'EACCES' }],
    [ERRNO | 38, { kind: 'errno', errno: 'ENOSYS' }],
    [ERRNO | 97, { kind: 'errno', errno: 'EAFNOSUPPORT' }],
  ])('names the answer %i', (number, action) => {
    expect(simulate([finish(number)], call)).toEqual(action);
  });

  it('refuses an answer that no rule can give', () => {
    expect(() => simulate([finish(0x7ff00000)], call)).toThrow('no action');
  });

  it('refuses to read the instruction pointer', () => {
    expect(() => simulate([load(8), allow], call)).toThrow('instruction pointer');
  });
});

describe('verify()', () => {
  const broken: [string, readonly Instruction[], string][] = [
    ['nothing', [], '0 instructions'],
    ['more than the kernel takes', Array(4097).fill(allow), '4097 instructions'],
    ['an end without a return', [load(0)], 'leaves'],
    ['a branch past the end', [branch('jumpEqual', 0, 1, 0), allow], 'leaves'],
    ['its other way past the end', [branch('jumpAtLeast', 0, 0, 1), allow], 'leaves'],
    ['a jump past the end', [jump(1), allow], 'leaves'],
    ['a jump backwards', [allow, { ...jump(0), k: -1 }, allow], 'does not fit'],
    ['a branch backwards', [allow, { ...branch('jumpEqual', 0, 0, 0), jf: -1 }, allow], 'does not fit'],
    [
      'a branch of nine bits',
      [{ ...branch('jumpEqual', 0, 0, 0), jt: 256 }, ...Array(300).fill(allow)],
      'fit',
    ],
    ['a load past the data', [load(64), allow], 'load at 64'],
    ['an unaligned load', [load(18), allow], 'load at 18'],
    ['an unknown code', [{ code: 0x16, jt: 0, jf: 0, k: 0 }, allow], 'unknown code'],
  ];

  it.each(broken)('refuses %s', (_, instructions, message) => {
    expect(() => verify(instructions)).toThrow(message);
    expect(() => simulate(instructions, call)).toThrow(message);
  });

  it('accepts the longest filter', () => {
    expect(() => verify(Array(4096).fill(allow))).not.toThrow();
  });
});
