// Plan → Seatbelt profile: what it allows and denies by the evaluator.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileSeatbelt } from '../../../src/backend/macos/compile.ts';
import { isNonoError } from '../../../src/errors.ts';
import type { Grant } from '../../../src/plan/grant.ts';
import type { AbsolutePath } from '../../../src/plan/host.ts';
import { buildPlan, type MacPlan } from '../../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../../src/policy/from-flags.ts';
import { mac } from '../../conformance/machines.ts';
import { evaluator, type Subject } from './sbpl.ts';

const planOf = (flags: PolicyFlags = {}): MacPlan =>
  buildPlan(policyFromFlags(flags, ['true']), mac, { seatbelt: true });

function judge(plan: MacPlan) {
  const { text, parameters } = compileSeatbelt(plan);
  const { allows } = evaluator(text, parameters);
  return (operation: string, path: string, more: Partial<Subject> = {}) =>
    allows({ operation, path, ...more });
}

const project = '/Users/ada/project';

const rules = fileURLToPath(new URL('../../../src/backend/macos/rules/', import.meta.url));

describe('the base rules', () => {
  const files = readdirSync(rules).map(
    (name) => [name, readFileSync(rules + name, 'utf8').split('\n')] as const,
  );

  /** The comment above a line, past what shares it. */
  const reasonOf = (lines: readonly string[], at: number): boolean => {
    const above = lines.slice(0, at).findLast((line) => !/^ *\((global-name|allow)/.test(line));
    return above?.trimStart().startsWith('; ') === true;
  };

  it.each(files)('%s says what it is for, and gives each block and each service a reason', (_, lines) => {
    expect(lines[0]).toMatch(/^; /);
    const told = lines.flatMap((line, at) => (/^\(allow|global-name/.test(line) ? [at] : []));
    expect(told.filter((at) => !reasonOf(lines, at)).map((at) => lines[at])).toEqual([]);
  });

  it.each(files)('%s opens nothing wholesale', (_, lines) => {
    const said = lines.filter((line) => !line.trimStart().startsWith(';')).join('\n');
    expect(said).not.toMatch(/\(allow (mach|iokit|process-exec|file-write|network|appleevent|lsopen)[^ ]*\)/);
    expect(said).not.toMatch(
      /global-name-(regex|prefix)|mach-register|iokit-open|appleevent|lsopen|file-write\*/,
    );
  });
});

describe('compileSeatbelt()', () => {
  it('is closed by default, and says which session a denial is of', () => {
    const { text } = compileSeatbelt(planOf());
    expect(
      text.startsWith('(version 1)\n(deny default\n  (with message "nono-20260223-101500-1-a"))\n'),
    ).toBe(true);
    const may = judge(planOf());
    expect(may('file-read-data', `${project}/notes`)).toBe(false);
    expect(may('mach-lookup', '/', { name: 'com.apple.coreservices.launchservicesd' })).toBe(false);
    expect(may('process-exec', '/usr/bin/true')).toBe(true);
  });

  it('grants both spellings of what lies in /private, and the volume behind the firmlinks', () => {
    const may = judge(planOf({ allow: ['/tmp/shared'] }));
    for (const path of [
      '/private/tmp/shared/x',
      '/tmp/shared/x',
      '/System/Volumes/Data/private/tmp/shared/x',
    ])
      expect(may('file-write-data', path), path).toBe(true);
    const denied = judge(planOf({ allow: ['/tmp/shared'], deny: ['/tmp/shared/no'] }));
    for (const path of [
      '/private/tmp/shared/no',
      '/tmp/shared/NO/x',
      '/System/Volumes/Data/private/tmp/shared/no',
    ])
      expect(denied('file-write-data', path), path).toBe(false);
  });

  it('looks every directory on the way to a grant up, and lists none of them', () => {
    const may = judge(planOf({ allow: ['.'] }));
    for (const path of ['/Users', '/Users/ada']) {
      expect(may('file-read-metadata', path)).toBe(true);
      expect(may('file-read-data', path)).toBe(false);
    }
    expect(may('file-read-metadata', '/Users/ada/data')).toBe(false);
  });

  it('removes nothing in a grant, and everything in the private directory', () => {
    const may = judge(planOf({ allow: ['.'] }));
    expect(may('file-write-data', `${project}/notes`)).toBe(true);
    expect(may('file-write-unlink', `${project}/notes`)).toBe(false);
    expect(may('file-write-unlink', `${mac.temporary}/x`)).toBe(true);
    expect(may('file-write-unlink', mac.temporary)).toBe(false);
  });

  it('removes what is kept, but neither the granted directory nor what leads to what is denied', () => {
    const may = judge(planOf({ allow: ['.'], deny: ['a/b/secret'], onDelete: 'keep' }));
    expect(may('file-write-unlink', `${project}/notes`)).toBe(true);
    expect(may('file-write-unlink', project)).toBe(false);
    for (const path of ['a', 'a/b', 'A/b', 'a/b/secret', '.git', 'sub/.git/hooks', '.vscode'])
      expect(may('file-write-unlink', `${project}/${path}`), path).toBe(false);
    expect(may('file-write-unlink', `${project}/a/x`)).toBe(true);
  });

  it('moves no directory from where a glob goes on at any depth: what it denies would leave with it', () => {
    const may = judge(planOf({ allow: ['.'], deny: ['src/**/main.c', '**/a/**/b'], onDelete: 'keep' }));
    const unlink = (path: string, vnode: Subject['vnode'] & string) =>
      may('file-write-unlink', `${project}/${path}`, { vnode });
    for (const path of ['src/deep', 'SRC/x/y', 'a/x', 'x/a/y/z', 'src', 'a'])
      expect(unlink(path, 'DIRECTORY'), path).toBe(false);
    for (const path of ['out', 'x/y', 'out/src']) expect(unlink(path, 'DIRECTORY'), path).toBe(true);
    for (const path of ['src/deep', 'x/a/y']) expect(unlink(path, 'REGULAR-FILE'), path).toBe(true);
    const anywhere = judge(planOf({ allow: ['.'], deny: ['**/main.c'], onDelete: 'keep' }));
    expect(anywhere('file-write-unlink', `${project}/src/deep`, { vnode: 'DIRECTORY' })).toBe(true);
  });

  it('makes nothing on the way to a denied path that is not there: it could be moved there whole', () => {
    const may = judge(planOf({ allow: ['.', '~'], deny: ['later/on/secret'] }));
    for (const path of [
      `${project}/later`,
      `${project}/LATER/on`,
      '/Users/ada/.config/fish',
      '/Users/ada/.aws',
    ])
      expect(may('file-write-create', path), path).toBe(false);
    for (const path of [`${project}/later/x`, `${project}/on`, `${project}/src/.git`, `${project}/hooks`])
      expect(may('file-write-create', path), path).toBe(true);
  });

  it.each(['Résumé', '**/Résumé*'])('denies letters with accents in every spelling: %s', (denied) => {
    const may = judge(planOf({ allow: ['.'], deny: [denied] }));
    const [apart, together] = ['Re\u0301sume\u0301', 'R\u00e9sum\u00e9'];
    const mixed = 'Re\u0301sum\u00e9';
    for (const name of [
      apart,
      together,
      mixed,
      mixed.toUpperCase(),
      apart.toLowerCase(),
      together.toUpperCase(),
    ])
      expect(may('file-write-create', `${project}/${name}`), name).toBe(false);
    expect(may('file-write-create', `${project}/Resume`)).toBe(true);
  });

  it('denies a letter with two accents in each of its steps', () => {
    const may = judge(planOf({ allow: ['.'], deny: ['\u1ebf'] }));
    for (const name of ['\u1ebf', '\u00ea\u0301', 'e\u0302\u0301', '\u1ebe', 'E\u0302\u0301'])
      expect(may('file-read-data', `${project}/${name}`), name).toBe(false);
    expect(may('file-read-data', `${project}/e`)).toBe(true);
    for (const syllable of ['\uac01', '\u1100\u1161\u11a8', '\uac00\u11a8'])
      for (const name of ['\uac01', '\u1100\u1161\u11a8', '\uac00\u11a8'])
        expect(
          judge(planOf({ allow: ['.'], deny: [syllable] }))('file-read-data', `${project}/${name}`),
        ).toBe(false);
    const unit = judge(planOf({ allow: ['.'], deny: ['\u212b', '*.\u212b'] })); // which nothing composes to
    for (const name of ['\u212b', '\u00c5', 'A\u030a', 'a\u030a', 'x.\u212b', 'x.\u00e5'])
      expect(unit('file-read-data', `${project}/${name}`), name).toBe(false);
  });

  it('keeps what is denied where it is, by its name as well as by the wildcard', () => {
    const may = judge(planOf({ allow: ['.'], deny: ['**/.env'], denyWrite: ['locked'], onDelete: 'keep' }));
    for (const path of ['.env', 'sub/.env', 'locked', 'locked/x'])
      for (const operation of [
        'file-write-unlink',
        'file-write-create',
        'file-write-mode',
        'file-write-xattr',
      ])
        expect(may(operation, `${project}/${path}`), `${operation} ${path}`).toBe(false);
  });

  it('sets no bit, flag or list that would outlast the run', () => {
    const may = judge(planOf({ allow: ['.'], onDelete: 'keep' }));
    for (const operation of ['file-write-setugid', 'file-write-flags', 'file-write-acl'])
      expect(may(operation, `${project}/notes`), operation).toBe(false);
    for (const operation of ['file-write-mode', 'file-write-owner', 'file-write-times', 'file-write-xattr'])
      expect(may(operation, `${project}/notes`), operation).toBe(true);
    expect(compileSeatbelt(planOf({ allow: ['.'] })).text).not.toMatch(/allow[^\n]*file-write\*/);
  });

  it('moves nothing from a directory that may not be read', () => {
    const may = judge(planOf({ write: ['out'], onDelete: 'keep' }));
    expect(may('file-write-create', `${project}/out/x`)).toBe(true);
    expect(may('file-write-unlink', `${project}/out/x`)).toBe(false);
  });

  it('holds what is denied in the private directory too, where it could be moved', () => {
    const may = judge(planOf({ allow: ['.'], deny: ['**/.env'], onDelete: 'keep' }));
    expect(may('file-read-data', `${mac.temporary}/moved/.env`)).toBe(false);
    expect(may('file-write-data', `${mac.temporary}/moved/.git/hooks/pre-commit`)).toBe(false);
  });

  it('links nothing, and makes no clone of a file: a second name would not be denied', () => {
    const may = judge(planOf({ allow: ['.'], onDelete: 'keep' }));
    for (const operation of ['file-link', 'file-clone', 'file-mknod'])
      expect(may(operation, `${project}/notes`)).toBe(false);
  });

  it('denies what is sensitive in a home, in any letters, and lifts what is bypassed', () => {
    const may = judge(planOf({ allow: ['~'] }));
    for (const path of [
      '.ssh/id',
      '.SSH/id',
      'Library/Keychains/login.keychain-db',
      'Library/Messages/chat.db',
    ])
      expect(may('file-read-data', `/Users/ada/${path}`), path).toBe(false);
    expect(may('file-read-data', '/Users/ada/data/table')).toBe(true);
    const lifted = judge(planOf({ allow: ['~'], bypassProtection: ['~/.ssh'] }));
    expect(lifted('file-read-data', '/Users/ada/.ssh/id')).toBe(true);
    expect(lifted('file-read-data', '/Users/ada/.gnupg/x')).toBe(false);
  });

  it('opens the keychain daemons only to whom the keychains are granted', () => {
    const lookup = (plan: MacPlan) => judge(plan)('mach-lookup', '/', { name: 'com.apple.SecurityServer' });
    expect(lookup(planOf({ allow: ['~'] }))).toBe(false);
    const keychains = ['~/Library/Keychains'];
    expect(lookup(planOf({ read: keychains, bypassProtection: keychains }))).toBe(true);
  });

  it('closes the network with its names, and leaves Unix sockets to their paths', () => {
    const plan = planOf({ allow: ['.'], netBlock: true });
    const may = judge(plan);
    const { allows } = evaluator(compileSeatbelt(plan).text, compileSeatbelt(plan).parameters);
    const tcp = { protocol: 'tcp', host: '127.0.0.1', port: 80 } as const;
    for (const operation of ['network-outbound', 'network-bind', 'network-inbound'])
      expect(allows({ operation, address: tcp })).toBe(false);
    expect(may('network-outbound', '/private/var/run/mDNSResponder')).toBe(false);
    expect(may('network-outbound', `${project}/x.sock`)).toBe(true);
    expect(may('network-outbound', '/Users/ada/data/x.sock')).toBe(false);
    expect(judge(planOf())('network-outbound', '/private/var/run/mDNSResponder')).toBe(true);
    expect(judge(planOf())('network-outbound', '/Users/ada/data/x.sock')).toBe(false);
  });

  it('makes a granted socket, and nothing else in its place', () => {
    const may = judge(planOf({ allowUnixSocketBind: ['~/data/x.sock'] }));
    expect(may('network-bind', '/Users/ada/data/x.sock')).toBe(true);
    expect(may('file-write-create', '/Users/ada/data/x.sock', { vnode: 'SOCKET' })).toBe(true);
    expect(may('file-write-create', '/Users/ada/data/x.sock', { vnode: 'REGULAR-FILE' })).toBe(false);
  });

  it('keeps signals and what is told of processes in the session', () => {
    const may = judge(planOf());
    for (const operation of ['signal', 'process-info-pidinfo']) {
      expect(may(operation, '/', { target: 'same-sandbox' })).toBe(true);
      expect(may(operation, '/', { target: 'others' })).toBe(false);
    }
  });

  it('controls its own terminals, and opens none of others', () => {
    const may = judge({ ...planOf(), grants: [...planOf().grants, terminal] });
    const [windowSize, typing] = [0x40087468, 0x80017472];
    expect(may('file-ioctl', '/dev/ttys003', { command: windowSize })).toBe(true);
    for (const path of ['/dev/ttys003', '/dev/tty', '/dev/ptmx'])
      expect(may('file-ioctl', path, { command: typing }), path).toBe(false);
    expect(may('file-read-data', '/dev/ttys004')).toBe(false);
    expect(may('file-read-data', '/dev/ttys004', { extensions: ['com.apple.sandbox.pty'] })).toBe(true);
  });

  it.each(['\uFFFD', '\0', '\uD800'])('refuses a path with %j, which no file can have', (odd) => {
    const plan = planOf({ allow: ['.'] });
    const [grant] = plan.grants as [Grant];
    const broken = { ...plan, grants: [{ ...grant, path: `/a${odd}` as AbsolutePath }] };
    let error: unknown;
    try {
      compileSeatbelt(broken);
    } catch (caught) {
      error = caught;
    }
    expect(isNonoError(error) && error.issues[0]?.code).toBe('plan/path-encoding');
  });
});

const terminal: Grant = {
  path: '/dev/ttys003',
  kind: 'device',
  access: 'readwrite',
  origin: 'built-in:terminal',
  required: false,
};
