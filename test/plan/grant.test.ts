// Grants add up, one a path.
import { describe, expect, it } from 'vitest';
import { allowsReading, allowsWriting, type Grant, indexGrants, mergeGrants } from '../../src/plan/grant.ts';
import type { Access, Origin } from '../../src/policy/policy.ts';

const grant = (access: Access, origin: Origin = 'flag:--allow', changes: Partial<Grant> = {}): Grant => ({
  path: '/x',
  kind: 'directory',
  access,
  origin,
  required: false,
  ...changes,
});

describe('mergeGrants()', () => {
  it.each<[Access, Access, Access]>([
    ['read', 'read', 'read'],
    ['read', 'write', 'readwrite'],
    ['read', 'readwrite', 'readwrite'],
    ['write', 'read', 'readwrite'],
    ['write', 'write', 'write'],
    ['write', 'readwrite', 'readwrite'],
    ['readwrite', 'read', 'readwrite'],
    ['readwrite', 'write', 'readwrite'],
    ['readwrite', 'readwrite', 'readwrite'],
  ])('%s and %s are %s', (first, second, together) => {
    expect(mergeGrants([grant(first), grant(second)]).map(({ access }) => access)).toEqual([together]);
  });

  it('takes the origin of the first that may write, else of the first', () => {
    const originOf = (...grants: Grant[]) => mergeGrants(grants)[0]?.origin;
    expect(originOf(grant('read', 'flag:--read'), grant('read', 'built-in:system'))).toBe('flag:--read');
    expect(originOf(grant('read', 'flag:--read'), grant('write', 'flag:--write'))).toBe('flag:--write');
    expect(originOf(grant('write', 'flag:--write'), grant('read', 'built-in:system'))).toBe('flag:--write');
    expect(originOf(grant('write', 'flag:--write'), grant('readwrite', 'session'))).toBe('flag:--write');
  });

  it('requires what any of them requires, in either order', () => {
    const [must, may] = [grant('read', 'flag:--read', { required: true }), grant('read', 'command')];
    expect(mergeGrants([must, may])[0]?.required).toBe(true);
    expect(mergeGrants([may, must])[0]?.required).toBe(true);
    expect(mergeGrants([may, may])[0]?.required).toBe(false);
  });

  it('keeps other paths apart and in their order', () => {
    const paths = ['/b', '/a', '/b/c'] as const;
    const merged = mergeGrants([...paths, ...paths].map((path) => grant('read', 'session', { path })));
    expect(merged.map(({ path }) => path)).toEqual(paths);
  });
});

describe('allowsReading() and allowsWriting()', () => {
  it.each<[Access, boolean, boolean]>([
    ['read', true, false],
    ['write', false, true],
    ['readwrite', true, true],
  ])('%s', (access, reading, writing) => {
    expect([allowsReading(grant(access)), allowsWriting(grant(access))]).toEqual([reading, writing]);
  });
});

describe('indexGrants()', () => {
  it('finds the grant of a path and of no other', () => {
    const only = grant('read');
    expect(indexGrants([only])('/x')).toBe(only);
    expect(indexGrants([only])('/x/y')).toBeUndefined();
  });
});
