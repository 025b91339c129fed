// What each flag asks for.
import { describe, expect, it } from 'vitest';
import { grantFlagFor, grantFlags, policyFromFlags } from '../../src/policy/from-flags.ts';

describe('policyFromFlags()', () => {
  it('asks for nothing without flags', () => {
    expect(policyFromFlags({}, ['true', '-x'])).toEqual({
      grants: [],
      bypasses: [],
      denies: [],
      sockets: [],
      network: { mode: 'open', connect: [], listen: [], origin: 'built-in:network' },
      commands: { allow: [], block: [] },
      environment: { pass: [], set: [], withhold: [] },
      excludedGroups: [],
      profiles: [],
      originals: { onDelete: 'refuse', mostBytes: 2 ** 30 },
      limits: [],
      workdir: null,
      command: ['true', '-x'],
      explained: false,
      guided: false,
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
      connect: [],
      listen: [],
      origin: 'flag:--net-block',
    });
  });

  it('closes the network but for the ports that are named, with --net-block or without', () => {
    for (const netBlock of [true, false])
      expect(
        policyFromFlags({ netBlock, allowPort: [80, 80], listenPort: [3000] }, ['true']).network,
      ).toEqual({
        mode: 'ports',
        connect: [80],
        listen: [3000],
        origin: 'flag:--allow-port',
      });
    expect(policyFromFlags({ listenPort: [1] }, ['true']).network).toMatchObject({
      mode: 'ports',
      connect: [],
    });
  });

  it('denies all access, or writing alone', () => {
    expect(policyFromFlags({ deny: ['a'], denyWrite: ['b'] }, ['true']).denies).toEqual([
      { path: 'a', access: 'all', origin: 'flag:--deny' },
      { path: 'b', access: 'write', origin: 'flag:--deny-write' },
    ]);
  });

  it.each([
    ['allowUnixSocket', '--allow-unix-socket', 'connect', 'socket'],
    ['allowUnixSocketBind', '--allow-unix-socket-bind', 'bind', 'socket'],
    ['allowUnixSocketDir', '--allow-unix-socket-dir', 'connect', 'entries'],
    ['allowUnixSocketDirBind', '--allow-unix-socket-dir-bind', 'bind', 'entries'],
    ['allowUnixSocketSubtree', '--allow-unix-socket-subtree', 'connect', 'subtree'],
    ['allowUnixSocketSubtreeBind', '--allow-unix-socket-subtree-bind', 'bind', 'subtree'],
  ] as const)('%s opens sockets', (key, flag, right, extent) => {
    expect(policyFromFlags({ [key]: ['x'] }, ['true']).sockets).toEqual([
      { path: 'x', right, extent, origin: `flag:${flag}` },
    ]);
  });

  it('tells a variable that is passed from one that is set, at the first equals sign', () => {
    const { environment } = policyFromFlags({ env: ['A', 'B=1', 'C=', 'D=a=b', '', '=x'] }, ['true']);
    const origin = 'flag:--env';
    expect(environment).toEqual({
      pass: [
        { name: 'A', origin },
        { name: '', origin },
      ],
      set: [
        { name: 'B', value: '1', origin },
        { name: 'C', value: '', origin },
        { name: 'D', value: 'a=b', origin },
        { name: '', value: 'x', origin },
      ],
      withhold: [],
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
