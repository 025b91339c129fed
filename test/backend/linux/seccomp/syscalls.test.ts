// A handful of numbers that are known by heart, and the shape of the whole table.
import { describe, expect, it } from 'vitest';
import { auditArchitecture } from '../../../../src/backend/linux/seccomp/architecture.ts';
import { lastReviewed, syscallNumbers } from '../../../../src/backend/linux/seccomp/syscalls.ts';

const wellKnown = [
  ['ioctl', 16, 29],
  ['socket', 41, 198],
  ['clone', 56, 220],
  ['mount', 165, 40],
  ['personality', 135, 92],
  ['io_uring_setup', 425, 425],
  ['clone3', 435, 435],
  ['open_tree_attr', 467, 467],
  ['ioperm', 173, null],
  ['modify_ldt', 154, null],
] as const;

describe('syscallNumbers', () => {
  it.each(wellKnown)('knows %s', (name, x64, arm64) => {
    expect(syscallNumbers[name]).toEqual({ x64, arm64 });
  });

  it.each(['x64', 'arm64'] as const)('gives no number twice on %s', (architecture) => {
    const numbers = Object.values(syscallNumbers)
      .map((each): number | null => each[architecture])
      .filter((number) => number !== null);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('has no number beyond those that were looked at', () => {
    for (const { x64, arm64 } of Object.values(syscallNumbers))
      expect(Math.max(x64, arm64 ?? 0)).toBeLessThanOrEqual(lastReviewed);
  });

  it('agrees with the calls that every architecture since 424 shares', () => {
    const late = Object.entries(syscallNumbers).filter(([, { x64 }]) => x64 >= 424);
    expect(late.length).toBeGreaterThan(10);
    for (const [name, { x64, arm64 }] of late) expect([name, arm64]).toEqual([name, x64]);
  });
});

describe('auditArchitecture', () => {
  it('is the ELF machine with the marks for 64 bits and little-endian', () => {
    const [EM_X86_64, EM_AARCH64, marks] = [62, 183, 0xc0000000];
    expect(auditArchitecture).toEqual({ x64: marks + EM_X86_64, arm64: marks + EM_AARCH64 });
  });
});
