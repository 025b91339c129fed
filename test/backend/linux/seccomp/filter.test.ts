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
  const choices = (['open', 'blocked'] as const).flatMap((network) =>
    (['absent', 'judging', 'remembering'] as const).flatMap((broker) =>
      (['x64', 'arm64'] as const).map((architecture) => [network, broker, architecture] as const),
    ),
  );
  it.each(choices)('writes the program of network %s, broker %s, on %s', (network, broker, architecture) => {
    expect(decode(compileFilter(network, broker, architecture))).toEqual(
      assemble(filterRules(network, broker), architecture),
    );
  });
});
