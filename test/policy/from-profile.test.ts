// Conditions of rules, and rules in their short and long form.
import { describe, expect, it } from 'vitest';
import { layerFromProfile } from '../../src/policy/from-profile.ts';
import { readProfile } from '../../src/policy/read-profile.ts';

function pathsWith(when: object, environment: Record<string, string> = {}): string[] {
  const profile = readProfile(
    JSON.stringify({
      filesystem: {
        allow: [{ path: '/allow', when }],
        files: [{ path: '/file', access: 'read', when }],
        deny: [{ path: '/deny', when }],
        bypass_protection: [{ path: '/bypass', when }],
        unix_sockets: [{ path: '/socket', when }],
      },
    }),
    'p',
  );
  const layer = layerFromProfile({ name: 'p', file: null, profile }, { platform: 'linux', environment });
  return [...layer.grants, ...layer.denies, ...layer.bypasses, ...layer.sockets].map(({ path }) => path);
}

const all = ['/allow', '/file', '/deny', '/bypass', '/socket'];

describe('layerFromProfile()', () => {
  it.each<[object, Record<string, string>, readonly string[]]>([
    [{}, {}, all],
    [{ platform: 'linux' }, {}, all],
    [{ platform: 'macos' }, {}, []],
    [{ set: 'A' }, { A: '1' }, all],
    [{ set: 'A' }, { A: '' }, []],
    [{ set: 'A' }, {}, []],
    [{ set: 'constructor' }, {}, []],
    [{ set: 'constructor' }, { constructor: '1' } as never, all],
    [{ platform: 'linux', set: 'A' }, {}, []],
    [{ platform: 'macos', set: 'A' }, { A: '1' }, []],
  ])('holds every kind of rule to %j with %j', (when, environment, paths) => {
    expect(pathsWith(when, environment)).toEqual(paths);
  });

  it('gives short rules the meaning of long ones, and each its profile', () => {
    const profile = readProfile(
      JSON.stringify({
        filesystem: {
          allow: ['/a', { path: '/s', create: true, state: true }],
          unix_sockets: ['/s', { path: '/d', right: 'bind', extent: 'subtree' }],
        },
      }),
      'p',
    );
    const layer = layerFromProfile(
      { name: 'p', file: null, profile },
      { platform: 'linux', environment: {} },
    );
    const origin = 'profile:p';
    expect(layer.grants).toEqual([
      { path: '/a', access: 'readwrite', kind: 'directory', origin, ifMissing: 'skip' },
      { path: '/s', access: 'readwrite', kind: 'directory', origin, ifMissing: { make: '' }, isState: true },
    ]);
    expect(layer.sockets).toEqual([
      { path: '/s', right: 'connect', extent: 'socket', origin },
      { path: '/d', right: 'bind', extent: 'subtree', origin },
    ]);
  });
});
