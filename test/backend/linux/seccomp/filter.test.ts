// The bytes that the launcher gets: the same program that the other tests simulate.
import { describe, expect, it } from 'vitest';
import { assembleFilters } from '../../../../scripts/filter-plugin.mjs';
import { assemble } from '../../../../src/backend/linux/seccomp/assemble.ts';
import { compileFilter, filterChoices, filterKey } from '../../../../src/backend/linux/seccomp/filter.ts';
import { brokers, filterRules } from '../../../../src/backend/linux/seccomp/rules.ts';

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
  it.each(
    filterChoices,
  )('writes the program of network %s, broker %s, on %s', (network, broker, architecture) => {
    expect(decode(compileFilter(network, broker, architecture))).toEqual(
      assemble(filterRules(network, broker), architecture),
    );
  });

  it.each(['x64', 'arm64'])('is in the bundle as bytes, for every choice on %s', async (architecture) => {
    const bundled = await assembleFilters(architecture);
    expect(Object.keys(bundled)).toHaveLength(3 * brokers.length);
    for (const choice of filterChoices.filter(([, , each]) => each === architecture))
      expect(bundled[filterKey(...choice)]).toBe(Buffer.from(compileFilter(...choice)).toString('base64'));
  });
});
