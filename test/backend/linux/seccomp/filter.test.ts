// The bytes that the launcher gets: the same program that the other tests simulate.
import { describe, expect, it } from 'vitest';
import { assemble } from '../../../../src/backend/linux/seccomp/assemble.ts';
import { compileFilter } from '../../../../src/backend/linux/seccomp/filter.ts';
import { filterRules } from '../../../../src/backend/linux/seccomp/rules.ts';

function decode(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes);
  return Array.from({ length: buffer.length / 8 }, (_, index) => ({
    code: buffer.readUInt16LE(8 * index),
    jt: buffer.readUInt8(8 * index + 2),
    jf: buffer.readUInt8(8 * index + 3),
    k: buffer.readUInt32LE(8 * index + 4),
  }));
}

describe('compileFilter()', () => {
  it.each([
    ['open', 'x64'],
    ['open', 'arm64'],
    ['blocked', 'x64'],
    ['blocked', 'arm64'],
  ] as const)('writes the program of network %s on %s', (network, architecture) => {
    expect(decode(compileFilter(network, architecture))).toEqual(
      assemble(filterRules(network), architecture),
    );
  });
});
