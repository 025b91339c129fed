// Every way in which a path that a flag names can be wrong, and what is said then.
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../src/errors.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { protect } from '../../src/plan/sensitive.ts';
import { bypassOf, grantOf, workdirOf } from '../../src/plan/wishes.ts';
import type { Access, GrantWish } from '../../src/policy/policy.ts';
import { disk } from '../golden/machine.ts';
import { type Disk, machine } from './fake-host.ts';

const nodes: Disk = {
  ...disk,
  '/home/ada/project/dangling': { link: 'nowhere/at/all' },
  '/home/ada/project/loop': { link: 'loop' },
  '/home/ada/project/data': { link: '../data' },
  '/home/ada/project/keys': { link: '/home/ada/.ssh' },
  '/home/ada/project/pipe': 'other',
  '/closed': { fails: 'EACCES' },
};

function wish(path: string, access: Access = 'read', kind: 'directory' | 'file' = 'directory'): GrantWish {
  return { path, access, kind, origin: 'flag:--test' };
}

function decide(asked: GrantWish, host: Host = machine(nodes), bypasses: AbsolutePath[] = []) {
  return grantOf(asked, host, protect(host, bypasses), false);
}

function issueOf(asked: GrantWish, host?: Host): Issue {
  const decision = decide(asked, host);
  if (!('code' in decision)) throw new Error(`granted: ${decision.path}`);
  return decision;
}

describe('grantOf()', () => {
  it('grants the canonical path and requires it', () => {
    expect(decide(wish('data', 'readwrite'))).toEqual({
      path: '/home/ada/data',
      kind: 'directory',
      access: 'readwrite',
      origin: 'flag:--test',
      required: true,
    });
  });

  it.each<[string, 'directory' | 'file', string]>([
    ['.', 'directory', '/home/ada/project'],
    ['out/', 'directory', '/home/ada/project/out'],
    ['out/..', 'directory', '/home/ada/project'],
    ['~/data', 'directory', '/home/ada/data'],
    ['data/../data', 'directory', '/home/ada/data'],
    ['notes', 'file', '/home/ada/project/notes'],
    ['/dev/null', 'file', '/dev/null'],
    ['pipe', 'file', '/home/ada/project/pipe'],
  ])('understands %s as a %s', (path, kind, canonical) => {
    expect(decide(wish(path, 'read', kind))).toMatchObject({ path: canonical });
  });

  it('names the nearest ancestor of what is missing, and how to make it', () => {
    expect(issueOf(wish('a/b/c'))).toEqual({
      code: 'plan/path-missing',
      message: '"a/b/c" does not exist; the nearest that does is "/home/ada/project"',
      origin: 'flag:--test',
      remedy: 'mkdir -p /home/ada/project/a/b/c',
    });
    expect(issueOf(wish('with space', 'read', 'file')).remedy).toBe("touch '/home/ada/project/with space'");
  });

  it('names the target of a dangling link', () => {
    const { code, message, remedy } = issueOf(wish('dangling'));
    expect(code).toBe('plan/path-dangling');
    expect(message).toBe('"dangling" is a link to "nowhere/at/all", which does not exist');
    expect(remedy).toBe('mkdir -p /home/ada/project/nowhere/at/all');
  });

  it('says that a link leads back to itself', () => {
    expect(issueOf(wish('loop'))).toMatchObject({ code: 'plan/path-loop', remedy: 'ls -l loop' });
  });

  it('says why a path cannot be looked up', () => {
    const issue = issueOf(wish('/closed/inner'));
    expect(issue.code).toBe('plan/path-inaccessible');
    expect(issue.message).toContain('EACCES');
  });

  it.each<[Access, string, string]>([
    ['read', '--read-file notes', '--read out'],
    ['write', '--write-file notes', '--write out'],
    ['readwrite', '--allow-file notes', '--allow out'],
  ])('names the flag for the other kind: %s', (access, forFile, forDirectory) => {
    expect(issueOf(wish('notes', access))).toMatchObject({
      code: 'plan/not-a-directory',
      remedy: forFile,
    });
    expect(issueOf(wish('out', access, 'file'))).toMatchObject({
      code: 'plan/not-a-file',
      remedy: forDirectory,
    });
  });

  it('counts a device and a pipe as files', () => {
    expect(issueOf(wish('/dev/null')).code).toBe('plan/not-a-directory');
    expect(issueOf(wish('pipe')).code).toBe('plan/not-a-directory');
  });

  it('names the one protected path that a grant would expose, and how to lift it', () => {
    const issue = issueOf(wish('~/.ssh'));
    expect(issue.code).toBe('plan/sensitive-path');
    expect(issue.message).toBe('"~/.ssh" would expose ~/.ssh (SSH keys and configuration)');
    expect(issue.remedy).toContain('--bypass-protection /home/ada/.ssh');
  });

  it('refuses a link to a protected path, and a file within it', () => {
    expect(issueOf(wish('keys')).message).toContain('~/.ssh');
    expect(issueOf(wish('keys/id_ed25519', 'read', 'file')).message).toContain('~/.ssh');
  });

  it('names of many protected paths those first that exist, and counts the rest', () => {
    const { message, remedy } = issueOf(wish('~'));
    expect(message).toMatch(/^"~" would expose ~\/\.ssh \(.*\), ~\/.*, ~\/.* and \d+ more$/);
    expect(remedy).not.toContain('--bypass-protection');
  });

  it('grants what a bypass lifts', () => {
    expect(decide(wish('~/.ssh'), machine(nodes), ['/home/ada/.ssh'])).toMatchObject({
      path: '/home/ada/.ssh',
    });
  });

  it('refuses a name that is no UTF-8, the empty path, and a path that starts nowhere', () => {
    expect(issueOf(wish('x\uFFFD')).code).toBe('plan/path-encoding');
    expect(issueOf(wish('')).code).toBe('usage/flag-value');
    const lost = machine(nodes, { home: null, homes: [], workingDirectory: null });
    expect(issueOf(wish('~/x'), lost).code).toBe('host/no-home');
    expect(issueOf(wish('x'), lost).code).toBe('host/no-working-directory');
  });
});

describe('bypassOf()', () => {
  const bypass = (path: string, host: Host = machine(nodes)) =>
    bypassOf({ path, origin: 'flag:--bypass-protection' }, host);

  it('follows links, and takes what does not exist yet', () => {
    expect(bypass('keys')).toBe('/home/ada/.ssh');
    expect(bypass('~/.aws')).toBe('/home/ada/.aws');
    expect(bypass('dangling')).toBe('/home/ada/project/nowhere/at/all');
  });

  it('refuses the empty path, which would lift the working directory', () => {
    expect(bypass('')).toMatchObject({ code: 'usage/flag-value' });
  });

  it('refuses what leads nowhere', () => {
    expect(bypass('loop')).toMatchObject({ code: 'plan/path-loop' });
    expect(bypass('/closed')).toMatchObject({ code: 'plan/path-inaccessible' });
    expect(bypass('\uFFFD')).toMatchObject({ code: 'plan/path-encoding' });
    expect(bypass('~', machine(nodes, { home: null }))).toMatchObject({ code: 'host/no-home' });
  });
});

describe('workdirOf()', () => {
  const workdir = (path: string) => workdirOf({ path, origin: 'flag:--workdir' }, machine(nodes));

  it('is the canonical directory', () => {
    expect(workdir('out')).toBe('/home/ada/project/out');
    expect(workdir('data')).toBe('/home/ada/data');
  });

  it('refuses a file and names its directory', () => {
    expect(workdir('notes')).toMatchObject({
      code: 'plan/workdir',
      remedy: '--workdir /home/ada/project',
    });
  });

  it.each([
    ['missing', 'plan/path-missing'],
    ['dangling', 'plan/path-dangling'],
    ['loop', 'plan/path-loop'],
    ['', 'usage/flag-value'],
  ])('refuses %j', (path, code) => {
    expect(workdir(path)).toMatchObject({ code });
  });
});
