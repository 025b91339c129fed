import { describe, expect, it } from 'vitest';
import type { Request } from '../../src/plan/ask/request.ts';
import { denied, type Reason } from '../../src/plan/ask/verdict.ts';
import { profileGranting, unsharedCaches } from '../../src/plan/development.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { disk, support } from '../golden/machine.ts';
import { machine } from './fake-host.ts';

const host = machine(
  { ...disk, '/usr/bin/cargo': 'file', '/usr/bin/npm': 'file', '/home/ada/.cargo': 'directory' },
  { environment: { PATH: '/usr/bin', HOME: '/home/ada', XDG_CACHE_HOME: '/cache' } },
);

describe('unsharedCaches()', () => {
  const of = (command: string, flags: PolicyFlags = {}) =>
    unsharedCaches(buildPlan(policyFromFlags(flags, [command]), host, support), host);

  it('is the profile of a command that keeps what it needs in the home', () => {
    expect([of('cargo'), of('/usr/bin/cargo'), of('npm')]).toEqual(['rust', 'rust', null]);
  });

  it('is none where that is granted, and not only to be read', () => {
    expect([of('cargo', { allow: ['~/.cargo'] }), of('cargo', { allow: ['~'] })]).toEqual([null, null]);
    expect(of('cargo', { read: ['~/.cargo'] })).toBe('rust');
  });
});

describe('profileGranting()', () => {
  const of = (path: AbsolutePath, reason: Reason = 'path_not_granted') =>
    profileGranting({ kind: 'file', op: 'write', path }, denied(reason, null, ''), host);

  it('is the profile that has the path, by this machine’s variables', () => {
    expect(of('/home/ada/go/pkg/mod/cache/lock')).toBe('go');
    expect(of('/cache/pip/x', 'insufficient_access')).toBe('python');
    expect(of('/home/ada/.m2/repository')).toBe('java');
    expect([of('/home/ada/.cargo/registry'), of('/home/ada/.cargo/bin/x')]).toEqual(['rust', null]);
    expect([of('/home/ada/go/bin/x'), of('/home/ada/.cache/pip/x')]).toEqual([null, null]);
  });

  it('is none for what is closed by more than the want of a grant', () => {
    expect(of('/home/ada/.cargo/credentials', 'sensitive_path')).toBeNull();
    const socket: Request = { kind: 'socket', op: 'connect', path: '/home/ada/.gradle/s' };
    expect(profileGranting(socket, denied('path_not_granted', null, ''), host)).toBeNull();
  });
});
