// What each flag asks for.
import { describe, expect, it } from 'vitest';
import { grantFlagFor, grantFlags, policyFromFlags } from '../../src/policy/from-flags.ts';

describe('policyFromFlags()', () => {
  it('asks for nothing without flags', () => {
    expect(policyFromFlags({}, ['true', '-x'])).toEqual({
      grants: [],
      bypasses: [],
      network: { mode: 'open', origin: 'built-in:network' },
      environment: { pass: [], set: [] },
      originals: { onDelete: 'refuse', mostBytes: 2 ** 30 },
      workdir: null,
      command: ['true', '-x'],
      bestEffort: false,
    });
  });

  it.each([
    ['allow', '--allow', 'readwrite', 'directory'],
    ['read', '--read', 'read', 'directory'],
    ['write', '--write', 'write', 'directory'],
    ['allowFile', '--allow-file', 'readwrite', 'file'],
    ['readFile', '--read-file', 'read', 'file'],
    ['writeFile', '--write-file', 'write', 'file'],
  ] as const)('%s keeps its paths, in order, with the flag as origin', (key, flag, access, kind) => {
    expect(policyFromFlags({ [key]: ['a', 'b'] }, ['true']).grants).toEqual([
      { path: 'a', access, kind, origin: `flag:${flag}` },
      { path: 'b', access, kind, origin: `flag:${flag}` },
    ]);
  });

  it('grants the working directory for --allow-cwd', () => {
    expect(
      policyFromFlags({ allowCwd: true, allow: ['a'] }, ['true']).grants.map((each) => each.path),
    ).toEqual(['a', '.']);
    expect(policyFromFlags({ allowCwd: true }, ['true']).grants).toEqual([
      { path: '.', access: 'readwrite', kind: 'directory', origin: 'flag:--allow-cwd' },
    ]);
  });

  it('blocks the network and says by which flag', () => {
    expect(policyFromFlags({ netBlock: true }, ['true']).network).toEqual({
      mode: 'blocked',
      origin: 'flag:--net-block',
    });
  });

  it('tells a variable that is passed from one that is set, at the first equals sign', () => {
    const { environment } = policyFromFlags({ env: ['A', 'B=1', 'C=', 'D=a=b', '', '=x'] }, ['true']);
    expect(environment).toEqual({
      pass: ['A', ''],
      set: [
        { name: 'B', value: '1' },
        { name: 'C', value: '' },
        { name: 'D', value: 'a=b' },
        { name: '', value: 'x' },
      ],
    });
  });

  it('keeps bypasses, the working directory and best effort', () => {
    expect(
      policyFromFlags({ bypassProtection: ['~/.ssh', 'x'], workdir: '', bestEffort: true }, ['true']),
    ).toMatchObject({
      bypasses: [
        { path: '~/.ssh', origin: 'flag:--bypass-protection' },
        { path: 'x', origin: 'flag:--bypass-protection' },
      ],
      workdir: { path: '', origin: 'flag:--workdir' },
      bestEffort: true,
    });
  });
});

describe('grantFlagFor()', () => {
  it('is the inverse of the table', () => {
    for (const { flag, access, kind } of Object.values(grantFlags))
      expect(grantFlagFor(access, kind)).toBe(flag);
  });
});
