// Limits as they are written, and which of several stands.
import { describe, expect, it } from 'vitest';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { layerFromProfile } from '../../src/policy/from-profile.ts';
import { formatLimit } from '../../src/policy/limits.ts';
import { formatSeconds, formatSize, parseSeconds, parseSize } from '../../src/policy/quantity.ts';
import { readProfile } from '../../src/policy/read-profile.ts';

const profile = (name: string, limits: object) =>
  layerFromProfile(
    { name, file: null, profile: readProfile(JSON.stringify({ limits }), name) },
    { platform: 'linux', environment: {} },
  );

describe('quantities', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['512M', 512 * 2 ** 20],
    ['4g', 2 ** 32],
    ['4GiB', 2 ** 32],
    ['1TB', 2 ** 40],
    ['', null],
    ['-1', null],
    ['1.5G', null],
    ['4 G', null],
    ['9999999999999', null],
  ])('read the size %j as %j', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each([
    ['90', 90],
    ['90s', 90],
    ['10m', 600],
    ['2h', 7200],
    ['1d', 86_400],
    ['4294967295', 4_294_967_295],
    ['4294967296', null],
    ['9999999999d', null],
    ['', null],
    ['m', null],
    ['1.5', null],
    ['10 m', null],
  ])('read the time %j as %j', (text, seconds) => {
    expect(parseSeconds(text)).toBe(seconds);
  });

  it('are written in the largest unit that leaves them whole', () => {
    expect([formatSize(2 ** 32), formatSize(2 ** 32 + 1), formatSize(1536)]).toEqual([
      '4G',
      '4294967297',
      '1536',
    ]);
    expect([formatSeconds(7200), formatSeconds(90), formatSeconds(86_400)]).toEqual(['2h', '90s', '1d']);
    expect(formatLimit({ kind: 'pids', most: 64 })).toBe('64');
  });
});

describe('the limits of a policy', () => {
  it('are those of the flags, each with its origin', () => {
    const flags = { memory: 2 ** 29, pids: 64, cpuTime: 60, timeout: 3600 };
    expect(policyFromFlags(flags, ['true']).limits).toEqual([
      { kind: 'memory', most: 2 ** 29, origin: 'flag:--memory' },
      { kind: 'pids', most: 64, origin: 'flag:--pids' },
      { kind: 'cpu-time', most: 60, origin: 'flag:--cpu-time' },
      { kind: 'timeout', most: 3600, origin: 'flag:--timeout' },
    ]);
  });

  it('are the smallest of what profiles say, in whatever order, and a flag says it anew', () => {
    const one = profile('one', { memory: '1G', pids: 10, cpu_time: '1m', timeout: 30 });
    const other = profile('other', { memory: '512M', pids: 20, cpu_time: 50 });
    const smallest = [
      { kind: 'memory', most: 2 ** 29, origin: 'profile:other' },
      { kind: 'pids', most: 10, origin: 'profile:one' },
      { kind: 'cpu-time', most: 50, origin: 'profile:other' },
      { kind: 'timeout', most: 30, origin: 'profile:one' },
    ];
    expect(policyFromFlags({}, ['true'], [one, other]).limits).toEqual(smallest);
    expect(policyFromFlags({}, ['true'], [other, one]).limits).toEqual(smallest);
    expect(policyFromFlags({ pids: 99 }, ['true'], [one, other]).limits[1]).toEqual({
      kind: 'pids',
      most: 99,
      origin: 'flag:--pids',
    });
  });
});
