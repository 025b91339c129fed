// Wishes to deny, and what is built in → rules; which of them the broker has to look at.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonoError } from '../../src/errors.ts';
import { type Deny, judgedFor, matchesDeny } from '../../src/plan/deny.ts';
import { compileGlob, escapeGlob, expandBraces } from '../../src/plan/glob.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { disk, machine, support } from '../golden/machine.ts';

const plan = (flags: PolicyFlags, host: Host = machine(disk)) =>
  buildPlan(policyFromFlags(flags, ['true']), host, support);
const asked = (flags: PolicyFlags, host?: Host) =>
  plan(flags, host)
    .denies.rules.filter(({ origin }) => origin.startsWith('flag:'))
    .map(({ kind, text, access }) => `${kind} ${access} ${text}`);
const codes = (flags: PolicyFlags): string[] => {
  try {
    plan(flags);
  } catch (error) {
    if (error instanceof NonoError) return error.issues.map(({ code }) => code);
  }
  return [];
};

describe('a wish to deny', () => {
  it.each<[string, PolicyFlags, string[]]>([
    ['a path from here', { deny: ['out'] }, ['path all /home/ada/project/out']],
    ['a path in the home', { deny: ['~/data'] }, ['path all /home/ada/data']],
    ['what is not there', { denyWrite: ['out/a/b'] }, ['path write /home/ada/project/out/a/b']],
    ['a link: itself and where it leads', { deny: ['/bin'] }, ['path all /bin', 'path all /usr/bin']],
    ['dots', { deny: ['out/..'] }, ['path all /home/ada/project']],
    ['a glob of this directory', { allow: ['.'], deny: ['o*/x'] }, ['glob all /home/ada/project/o*/x']],
    ['an absolute glob', { deny: ['/bin/t*'] }, ['glob all /usr/bin/t*']],
    [
      'a glob at any depth, in what is granted',
      { allow: ['.'], read: ['~/data'], deny: ['**/.env*'] },
      ['glob all /home/ada/project/**/.env*', 'glob all /home/ada/data/**/.env*'],
    ],
    [
      'a glob without a slash',
      { allow: ['out'], deny: ['*.pem'] },
      ['glob all /home/ada/project/out/**/*.pem'],
    ],
    [
      'a glob that names a granted file',
      { allowFile: ['notes'], deny: ['no*'] },
      ['path all /home/ada/project/notes'],
    ],
    [
      'braces',
      { allow: ['.'], deny: ['out/{a,b{c,d}}*'] },
      ['a', 'bc', 'bd'].map((each) => `glob all /home/ada/project/out/${each}*`),
    ],
  ])('means %s', (_, flags, expected) => {
    expect(asked(flags)).toEqual(expected);
  });

  it('takes a name for a name where something is called so', () => {
    const host = machine({ ...disk, '/home/ada/project/[a]': { mode: 0o644 } });
    expect(asked({ deny: ['[a]'] }, host)).toEqual(['path all /home/ada/project/[a]']);
  });

  it('is refused where it cannot be told what it means', () => {
    for (const deny of [
      '',
      'a/../b*',
      '../*',
      '~/../*',
      '[[:alpha:]]x',
      '[Z-a]x',
      '[0-z]',
      '[z-a]',
      '[\\\\]]',
    ])
      expect([deny, codes({ deny: [deny] })]).toEqual([deny, ['usage/flag-value']]);
    expect(codes({ deny: ['x\uFFFD'] })).toEqual(['plan/path-encoding']);
    expect(codes({ allow: ['.'], deny: [`${'a*/'.repeat(70)}x`] })).toEqual(['usage/flag-value']);
  });
});

describe('what is built in', () => {
  const origins = (flags: PolicyFlags, host?: Host) => [
    ...new Set(plan(flags, host).denies.rules.map(({ origin, access }) => `${origin} ${access}`)),
  ];

  it('protects in writable directories alone what runs later', () => {
    expect(origins({})).toEqual([]);
    expect(origins({ read: ['.'] })).toEqual([]);
    expect(origins({ allow: ['.'] })).toEqual(
      [
        'built-in:git-hooks',
        'built-in:project-editors',
        'built-in:shell-hooks',
        'built-in:project-agents',
        'built-in:server-sockets',
        'built-in:project-profiles',
      ].map((each) => `${each} write`),
    );
  });

  it('denies all of what is sensitive where the home is granted, and the store', () => {
    expect(origins({ allow: ['~'] })).toEqual(expect.arrayContaining(['built-in:ssh all', 'session all']));
    expect(origins({ read: ['~'] })).toEqual(expect.arrayContaining(['built-in:ssh all', 'session all']));
  });

  it('protects nono itself, and the programs of a home that is granted', () => {
    const host = machine(
      { ...disk, '/home/ada/bin': 'directory' },
      {
        installation: '/home/ada/nono/dist',
        environment: { PATH: '/usr/bin:/home/ada/bin:/home/ada/project/bin' },
      },
    );
    const texts = plan({ allow: ['~'] }, host)
      .denies.rules.filter(({ origin }) => ['built-in:search-path', 'built-in:installation'].includes(origin))
      .map(({ text }) => text);
    expect(texts).toEqual(['/home/ada/bin', '/home/ada/nono/dist', '/home/ada/nono/bin/nono']);
  });

  it('protects the hooks that a repository takes from elsewhere, not those that npm install makes', () => {
    const hooks = (value: string) =>
      plan(
        { allow: ['.'] },
        machine(
          { ...disk, '/home/ada/project/.git': 'directory' },
          {
            text: (file) =>
              file === '/home/ada/project/.git/config' ? `[core]\n\thooksPath = ${value}\n` : null,
          },
        ),
      )
        .denies.rules.filter(({ kind }) => kind === 'path')
        .map(({ text }) => text);
    expect(hooks('tools/hooks')).toEqual(['/home/ada/project/tools/hooks']);
    expect(hooks('/home/ada/project/h')).toEqual(['/home/ada/project/h']);
    expect(hooks('.husky/_')).toEqual([]);
    expect(hooks('/elsewhere')).toEqual([]);
    const linked = machine(
      { ...disk, '/home/ada/project/.git': { mode: 0o644 } },
      {
        text: (file) =>
          ({
            '/home/ada/project/.git': 'gitdir: /home/ada/main/.git/worktrees/w\n',
            '/home/ada/main/.git/config': '[core] hooksPath = h',
          })[file as string] ?? null,
      },
    );
    expect(plan({ allow: ['.'] }, linked).denies.rules.find(({ kind }) => kind === 'path')?.text).toBe(
      '/home/ada/project/h',
    );
  });

  it('protects where a protected directory leads that is a link', () => {
    const links = {
      ...disk,
      '/home/ada/project/conf/vscode': 'directory',
      '/home/ada/project/.vscode': { link: 'conf/vscode' },
      '/home/ada/project/.idea': { link: '/home/ada/data' },
      '/home/ada/project/other': { link: 'conf' },
    } as const;
    const texts = plan({ allow: ['.'] }, machine(links)).denies.rules.map(({ text }) => text);
    expect(texts).toContain('/home/ada/project/conf/vscode/tasks.json');
    expect(texts).toContain('/home/ada/data');
    expect(texts.filter((text) => text.endsWith('/conf'))).toEqual([]);
  });

  it('refuses a grant for writing to exactly what is protected, until it is lifted', () => {
    const host = machine({
      ...disk,
      '/home/ada/project/.idea': 'directory',
      '/home/ada/project/.git/hooks/pre-commit': 'file',
    });
    const granted = (flags: PolicyFlags) => () => plan(flags, host);
    expect(granted({ allow: ['.idea'] })).toThrow('protected from writing');
    expect(granted({ writeFile: ['.git/hooks/pre-commit'] })).toThrow('protected from writing');
    expect(granted({ read: ['.idea'] })).not.toThrow();
    expect(granted({ allow: ['.idea'], bypassProtection: ['.idea'] })).not.toThrow();
    const worktree = machine(
      { ...disk, '/home/ada/.claude/worktrees/w': 'directory' },
      { homes: [], home: null },
    );
    expect(() => plan({ allow: ['/home/ada/.claude/worktrees/w'] }, worktree)).not.toThrow();
  });
});

describe('judgedFor()', () => {
  const judged = (flags: PolicyFlags) => {
    const { denies, grants } = plan(flags);
    return judgedFor(denies, grants);
  };

  it.each<[PolicyFlags, boolean, boolean]>([
    [{}, false, false],
    [{ allow: ['.'] }, false, false],
    [{ allow: ['.'], denyWrite: ['out'] }, false, true],
    [{ allow: ['.'], deny: ['out'] }, true, true],
    [{ allow: ['.'], deny: ['~/data'] }, false, false],
    [{ allow: ['.'], deny: ['**/.env'] }, true, true],
    [{ read: ['.'], deny: ['out'] }, true, false],
    [{ read: ['.'], denyWrite: ['out'] }, false, false],
    [{ deny: ['/usr/lib/x'] }, true, false],
    [{ write: ['.'], deny: ['out'] }, false, true],
    [{ write: ['.'] }, false, true], // the end could not list it
    [{ read: ['~'] }, true, false],
    [{ allow: ['~'] }, true, true],
    [{ allow: ['~/data'], deny: ['~/d?ta/x'] }, true, true],
    [{ allow: ['.'], deny: ['~/PROJECT/out'] }, true, true], // in other letters
    [{ readFile: ['~/data/table'], deny: ['out'] }, true, false], // it may be a name of the same file
  ])('asks for what the denies need: %j', (flags, reads, creations) => {
    expect(judged(flags)).toEqual({ reads, creations });
  });
});

describe('globs', () => {
  it.each<[string, AbsolutePath, boolean]>([
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/b/c', true],
    ['/a/*', '/a', false],
    ['/**/x', '/x', true],
    ['/**/x', '/a/b/x/y', true],
    ['/**/x', '/a/xy', false],
    ['/a/**/b/*', '/a/b/c', true],
    ['/a/**/b/*', '/a/b', false],
    ['/a/?.[ab]', '/a/x.b', true],
    ['/a/?.[!ab]', '/a/x.b', false],
    ['/a/[]x]', '/a/]', true],
    ['/A/b', '/a/B', true],
    ['/a\\*', '/a*', true],
    ['/a\\*', '/ab', false],
    ['/.*', '/.x', true],
    ['/*', '/.x', true],
    ['/a.b', '/axb', false],
    ['/a/[', '/a/[', true],
    ['/a\n*', '/a\nb', true],
  ])('%s on %s: %s', (glob, path, expected) => {
    expect(compileGlob(glob as AbsolutePath)(path)).toBe(expected);
  });

  it('match a name by its escaped self alone', () => {
    const name = fc.stringMatching(/^[a-c*?[\]\\]{1,6}$/);
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(compileGlob(`/${escapeGlob(one)}`)(`/${other}`)).toBe(one === other);
      }),
    );
  });

  it.each([
    ['a', ['a']],
    ['a{b,c}', ['ab', 'ac']],
    ['{a,b}{c,d}', ['ac', 'ad', 'bc', 'bd']],
    ['{a,{b,c}}', ['a', 'b', 'c']],
    ['{a}', ['{a}']],
    ['a{b', ['a{b']],
    ['a\\{b,c}', ['a\\{b,c}']],
  ])('%s has its braces taken apart', (pattern, expected) => {
    expect(expandBraces(pattern)).toEqual(expected);
  });

  it('are denied as paths are, in any letters', () => {
    const rule: Deny = { kind: 'path', text: '/a/B', access: 'all', origin: 'flag:--deny' };
    expect(matchesDeny(rule, '/A/b/c')).toBe(true);
    expect(matchesDeny(rule, '/a/bc')).toBe(false);
  });
});
