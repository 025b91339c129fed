import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonoError } from '../../src/errors.ts';
import { matchesDeny } from '../../src/plan/deny.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { protect } from '../../src/plan/sensitive.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { disk, machine, type Node, support } from '../golden/machine.ts';

function plan(
  flags: PolicyFlags = {},
  command = ['true'],
  host: Host = machine(disk),
  kernel = support,
): Plan {
  return buildPlan(policyFromFlags(flags, command), host, kernel);
}

function failure(run: () => unknown): NonoError {
  try {
    run();
  } catch (error) {
    if (error instanceof NonoError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const codes = (run: () => unknown) => failure(run).issues.map(({ code }) => code);
const paths = ({ grants }: Plan) => grants.map(({ path }) => path);
const added = (environment: Record<string, string>, nodes: Record<AbsolutePath, Node> = {}) =>
  machine({ ...disk, ...nodes }, { environment: { PATH: '/usr/bin', ...environment } });

describe('buildPlan()', () => {
  it('collects every issue, and each has something to try', () => {
    const error = failure(() =>
      plan({ allow: ['missing'], readFile: ['.'], read: ['~/.ssh'], env: ['=x'] }, ['no-such']),
    );
    expect(new Set(error.issues.map(({ code }) => code))).toEqual(
      new Set([
        'plan/path-missing',
        'plan/sensitive-path',
        'plan/not-a-file',
        'command/not-found',
        'usage/flag-value',
      ]),
    );
    expect(error.issues.every(({ remedy }) => remedy !== '')).toBe(true);
    expect(error.exitCode).toBe(2);
  });

  it('names the flag for the other kind, and the nearest parent of what is missing', () => {
    expect(failure(() => plan({ read: ['notes'] })).issues[0]?.remedy).toBe('--read-file notes');
    expect(failure(() => plan({ writeFile: ['out'] })).issues[0]?.remedy).toBe('--write out');
    expect(failure(() => plan({ allow: ['a/b/c'] })).issues[0]?.message).toContain('"/home/ada/project"');
  });

  it('refuses a name that Node could not decode, and ~ without a home', () => {
    expect(codes(() => plan({ allow: ['x\uFFFD'] }))).toEqual(['plan/path-encoding']);
    expect(codes(() => plan({ allow: ['~/x'] }, ['true'], machine(disk, { home: null, homes: [] })))).toEqual(
      ['host/no-home'],
    );
    expect(codes(() => plan({}, ['true', '\uFFFD']))).toEqual(['command/encoding']);
  });

  it('grants the canonical path that a link leads to', () => {
    const host = machine({ ...disk, '/home/ada/project/link': { link: '/home/ada/data' } });
    expect(paths(plan({ read: ['link'] }, ['true'], host))).toContain('/home/ada/data');
    expect(
      codes(() =>
        plan(
          { read: ['link'] },
          ['true'],
          machine({ ...disk, '/home/ada/project/link': { link: '/home/ada/.ssh' } }),
        ),
      ),
    ).toEqual(['plan/sensitive-path']);
  });

  it('leaves secrets and what others may not read out of /etc', () => {
    const granted = paths(plan());
    expect(granted).toContain('/etc/passwd');
    expect(granted).toContain('/etc/ssl/certs');
    for (const path of ['/etc', '/etc/shadow', '/etc/secret-of-a-service', '/etc/ssl', '/etc/ssl/private'])
      expect(granted).not.toContain(path);
  });

  it('writes only what was asked for, the session and devices', () => {
    const writers = plan({ allow: ['.'] }).grants.filter(({ access }) => access !== 'read');
    expect(writers.map(({ path }) => path)).toEqual(['/home/ada/project', '/tmp/nono-1', '/dev/null']);
  });

  it.each<[string, Record<string, string>]>([
    ['the home on PATH', { PATH: '/usr/bin:/home/ada' }],
    ['its parent on PATH', { PATH: '/usr/bin:/home' }],
    ['the root on PATH', { PATH: '/usr/bin:/' }],
    ['a protected directory on PATH', { PATH: '/usr/bin:/home/ada/.ssh' }],
    ['a relative directory on PATH', { PATH: '/usr/bin:.:project' }],
    ['a trust store in the home', { SSL_CERT_FILE: '/home/ada/.ssh/id_ed25519' }],
    ['the home as trust store', { SSL_CERT_DIR: '/home/ada' }],
    ['the root as trust store', { SSL_CERT_DIR: '/etc/ssl/certs:/' }],
  ])('grants nothing more for %s', (_, environment) => {
    expect(paths(plan({}, ['true'], added(environment)))).toEqual(
      paths(plan({}, ['true'], added({ SSL_CERT_DIR: environment.SSL_CERT_DIR ? '/etc/ssl/certs' : '' }))),
    );
  });

  it('grants a toolchain on PATH with its installation, and not a project that has a bin', () => {
    const tools: Record<AbsolutePath, Node> = {
      '/home/ada/tool/bin/x': 'file',
      '/home/ada/tool/lib/y': 'file',
      '/home/ada/repository/bin/x': 'file',
      '/home/ada/repository/lib': 'directory',
      '/home/ada/repository/.git': 'directory',
    };
    const granted = paths(
      plan({}, ['true'], added({ PATH: '/usr/bin:/home/ada/tool/bin:/home/ada/repository/bin' }, tools)),
    );
    expect(granted).toContain('/home/ada/tool');
    expect(granted).toContain('/home/ada/repository/bin');
    expect(granted).not.toContain('/home/ada/repository');
  });

  it('grants the command, its package and its interpreter, and nothing around them', () => {
    const nodes: Record<AbsolutePath, Node> = {
      '/home/ada/app/node_modules/.bin/tool': { link: '/home/ada/app/node_modules/tool/cli.js' },
      '/home/ada/app/node_modules/tool/cli.js': 'file',
      '/home/ada/other/script': 'file',
      '/home/ada/special/interpreter': 'file',
    };
    const host = machine(
      { ...disk, ...nodes },
      { shebang: (file) => (file.endsWith('script') ? '/home/ada/special/interpreter -x' : null) },
    );
    expect(paths(plan({}, ['/home/ada/app/node_modules/.bin/tool'], host))).toContain(
      '/home/ada/app/node_modules',
    );
    const granted = paths(plan({}, ['/home/ada/other/script'], host));
    expect(granted).toEqual(
      expect.arrayContaining(['/home/ada/other/script', '/home/ada/special/interpreter']),
    );
    expect(granted).not.toContain('/home/ada/other');
    expect(granted).not.toContain('/home/ada/special');
  });

  it('finds commands as a shell does', () => {
    expect(plan().command.executable).toBe('/usr/bin/true');
    const here = machine({ ...disk, '/home/ada/project/out/run': 'file' });
    expect(plan({}, ['out/run'], here).command.executable).toBe('/home/ada/project/out/run');
    expect(plan({ workdir: 'out' }, ['./run'], here).command.executable).toBe('/home/ada/project/out/run');
    expect(codes(() => plan({}, ['./notes']))).toEqual(['command/not-executable']);
    expect(codes(() => plan({}, ['out']))).toEqual(['command/not-found']);
    expect(codes(() => plan({}, ['./out']))).toEqual(['command/not-executable']);
  });

  it('withholds, passes and sets variables, and moves caches unless they may be written', () => {
    const environment = {
      HOME: '/home/ada',
      MY_TOKEN: 'x',
      LD_PRELOAD: 'y',
      PLAIN: 'z',
      BROKEN: '\uFFFD',
      TMP: '/var/tmp',
    };
    const of = (flags: PolicyFlags, nodes = {}) => {
      const { environment: planned } = plan(flags, ['true'], added(environment, nodes));
      return {
        values: Object.fromEntries(planned.variables.map(({ name, value }) => [name, value])),
        withheld: planned.withheld.map(({ name }) => name),
      };
    };
    const { values, withheld } = of({});
    expect(withheld).toEqual(['MY_TOKEN', 'LD_PRELOAD', 'BROKEN']);
    expect(values).toMatchObject({
      PLAIN: 'z',
      NONO: '1',
      TMPDIR: '/tmp/nono-1',
      TMP: '/tmp/nono-1',
      npm_config_cache: '/tmp/nono-1/npm',
    });
    expect(of({ env: ['MY_TOKEN', 'PLAIN=other', 'E=a=b'] }).values).toMatchObject({
      MY_TOKEN: 'x',
      PLAIN: 'other',
      E: 'a=b',
    });
    expect(
      of({ allow: ['~/.npm'] }, { '/home/ada/.npm': 'directory' }).values.npm_config_cache,
    ).toBeUndefined();
    expect(of({ workdir: 'out' }).values.PWD).toBe('/home/ada/project/out');
  });

  it('stops where a guarantee cannot be held; --best-effort goes on without the lesser ones alone', () => {
    const kernel = (landlock: { abi: number } | { errno: string }, filter = true) => ({
      landlock,
      seccomp: { filter, kill: filter, notify: filter },
      around: null,
    });
    const missing = (abi: number) =>
      failure(() => plan({}, ['true'], machine(disk), kernel({ abi }))).issues.map(({ origin }) =>
        origin?.replace('guarantee:', ''),
      );
    expect(missing(1)).toEqual(['truncation', 'devices', 'signals']);
    expect(missing(3)).toEqual(['devices', 'signals']);
    expect(missing(5)).toEqual(['signals']);
    expect(() => plan({}, ['true'], machine(disk), kernel({ abi: 6 }))).not.toThrow();
    const lost = plan({ bestEffort: true }, ['true'], machine(disk), kernel({ abi: 1 })).guarantees.filter(
      (each) => each.missing,
    );
    expect(lost.map(({ id }) => id)).toEqual(['truncation', 'devices', 'signals']);
    for (const each of [
      kernel({ errno: 'EOPNOTSUPP' }),
      kernel({ errno: 'ENOSYS' }),
      kernel({ abi: 7 }, false),
    ])
      expect(failure(() => plan({ bestEffort: true }, ['true'], machine(disk), each)).exitCode).toBe(125);
  });

  it('never grants what is protected, whatever was asked for', () => {
    const somewhere = fc.constantFrom(
      '.',
      '~',
      '/',
      '/etc',
      '~/.ssh',
      '~/.ssh/id_ed25519',
      '~/data',
      '/usr',
      '/home',
      '/tmp',
      'out',
      '/etc/ssl',
      '..',
      '../..',
    );
    const flags = fc.record({
      allow: fc.array(somewhere),
      read: fc.array(somewhere),
      write: fc.array(somewhere),
    });
    const protection = protect(machine(disk), []);
    fc.assert(
      fc.property(flags, (each) => {
        try {
          const { grants, denies } = plan(each);
          const exposed = grants.flatMap(({ path }) => protection.exposedBy(path));
          const open = exposed.filter(({ path }) => !denies.rules.some((deny) => matchesDeny(deny, path)));
          expect(open.map(({ path }) => path)).toEqual([]);
        } catch (error) {
          if (!(error instanceof NonoError)) throw error;
        }
      }),
      { numRuns: 100 },
    );
  });
});
