// Variables of profiles, by a parser: what they hold never means more than itself.
import { describe, expect, it } from 'vitest';
import { expandPath, expandPolicy } from '../../src/plan/expand.ts';
import type { Host } from '../../src/plan/host.ts';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { layerFromProfile } from '../../src/policy/from-profile.ts';
import { machine } from './fake-host.ts';

const host = (environment: Record<string, string> = {}, changes: Partial<Host> = {}): Host =>
  machine({}, { environment, ...changes });

const expand = (path: string, on: Host = host()) => expandPath({ path, origin: 'profile:p' }, on, null);

describe('expandPath()', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['~', '/home/ada'],
    ['~/x', '/home/ada/x'],
    ['$HOME/x', '/home/ada/x'],
    ['$' + '{HOME}/x', '/home/ada/x'],
    ['$WORKDIR/x', '/home/ada/project/x'],
    ['/run/user/$UID/bus', '/run/user/1000/bus'],
    ['$XDG_CONFIG_HOME/t', '/home/ada/.config/t'],
    ['$XDG_DATA_HOME/t', '/home/ada/.local/share/t'],
    ['$XDG_STATE_HOME/t', '/home/ada/.local/state/t'],
    ['$XDG_CACHE_HOME/t', '/home/ada/.cache/t'],
    ['/a/~/b', '/a/~/b'],
    ['/a/$$HOME', '/a/$HOME'],
    ['/a/$', '/a/$'],
    ['/a/$' + '{HOME', '/a/$' + '{HOME'],
    ['/a/$1', '/a/$1'],
  ])('reads %s as %s', (path, expanded) => {
    expect(expand(path)).toBe(expanded);
  });

  it('takes variables from the environment, and the directories of XDG where they are absolute', () => {
    const on = host({
      TMPDIR: '/var/tmp',
      XDG_CACHE_HOME: '/cache',
      XDG_DATA_HOME: 'relative',
      TOOL: '/opt/tool',
    });
    expect(
      ['$TMPDIR/a', '$XDG_CACHE_HOME', '$XDG_DATA_HOME', '$TOOL'].map((path) => expand(path, on)),
    ).toEqual(['/var/tmp/a', '/cache', '/home/ada/.local/share', '/opt/tool']);
  });

  it('starts where the command does', () => {
    expect(expandPath({ path: '$WORKDIR', origin: 'profile:p' }, host(), '/srv')).toBe('/srv');
  });

  it('never reads a value again', () => {
    const on = host({ A: '/x/$HOME/~', G: '/with*star' });
    expect(expand('$A', on)).toBe('/x/$HOME/~');
    expect(expand('$G/*.key', on)).toBe('/with\\*star/*.key');
  });

  it.each([
    ['$NOT_SET/x', {}, /needs \$NOT_SET, which is not set/],
    ['$constructor/x', {}, /needs \$constructor, which is not set/],
    ['/x/$EMPTY', { EMPTY: '' }, /needs \$EMPTY, which is not set/],
    ['$RELATIVE/x', { RELATIVE: 'a/b' }, /starts with \$RELATIVE, which holds no absolute path/],
  ])('says of %s what is missing', (path, environment, message) => {
    expect(expand(path, host(environment as Record<string, string>))).toMatchObject({
      code: 'profile/variable',
      origin: 'profile:p',
      message: expect.stringMatching(message),
    });
  });
});

describe('expandPolicy()', () => {
  it('reads what profiles say, and leaves the words of the command line as the shell gave them', () => {
    const profile = {
      filesystem: { allow: ['~/a'], deny: ['~/a/x'], bypass_protection: ['~/b'], unix_sockets: ['~/s'] },
      environment: { set: { CACHE: '$XDG_CACHE_HOME/t' } },
    };
    const layer = layerFromProfile(
      { name: 'p', file: null, profile },
      { platform: 'linux', environment: {} },
    );
    const flags = { allow: ['$HOME/literal'], env: ['SHELL_WORD=$HOME'] };
    const { policy, issues } = expandPolicy(policyFromFlags(flags, ['true'], [layer]), host(), null);
    expect(issues).toEqual([]);
    expect(
      [...policy.grants, ...policy.denies, ...policy.bypasses, ...policy.sockets].map(({ path }) => path),
    ).toEqual(['/home/ada/a', '$HOME/literal', '/home/ada/a/x', '/home/ada/b', '/home/ada/s']);
    expect(policy.environment.set.map(({ value }) => value)).toEqual(['/home/ada/.cache/t', '$HOME']);
  });

  it('collects everything that is not set', () => {
    const profile = { filesystem: { allow: ['$A/x'], deny: ['$B/y'] }, environment: { set: { C: '$D' } } };
    const layer = layerFromProfile(
      { name: 'p', file: null, profile },
      { platform: 'linux', environment: {} },
    );
    const { issues } = expandPolicy(policyFromFlags({}, ['true'], [layer]), host(), null);
    expect(issues).toHaveLength(3);
  });
});
