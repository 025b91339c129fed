// What of the environment the command gets.
import { describe, expect, it } from 'vitest';
import { planEnvironment } from '../../src/plan/environment.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { environmentList } from '../../src/policy/lists.ts';
import { machine } from './fake-host.ts';

type Story = {
  readonly env?: readonly string[];
  readonly workdir?: AbsolutePath;
  readonly mayWrite?: (path: AbsolutePath) => boolean;
  readonly host?: Partial<Host>;
};

function planned(environment: Record<string, string>, { env = [], workdir, mayWrite, host }: Story = {}) {
  const result = planEnvironment(
    policyFromFlags({ env }, ['true']),
    machine({}, { environment, ...host }),
    workdir ?? null,
    '/tmp/nono-1.json',
    mayWrite ?? (() => false),
  );
  return { ...result, values: Object.fromEntries(result.variables.map(({ name, value }) => [name, value])) };
}

const withheld = (environment: Record<string, string>, story?: Story) =>
  planned(environment, story).withheld.map(({ name }) => name);

describe('planEnvironment() passes', () => {
  it.each([
    'PATH',
    'HOME',
    'LANG',
    'TERM',
    'EDITOR',
    'XDG_CONFIG_HOME',
    'GIT_AUTHOR_NAME',
    'PGHOST',
    'MAX_TOKENS',
    'KEYBOARD',
    'MONKEY',
  ])('%s', (name) => {
    expect(planned({ [name]: '/x' }).values[name]).toBe('/x');
  });

  it('a value that only looks like an address', () => {
    expect(withheld({ HTTP_PROXY: 'http://proxy:3128', URL: 'https://ada@host/path' })).toEqual([]);
  });

  it('the empty value', () => {
    expect(planned({ EMPTY: '' }).values.EMPTY).toBe('');
  });
});

describe('planEnvironment() withholds', () => {
  it.each([
    'LD_PRELOAD',
    'ld_preload',
    'BASH_ENV',
    'NODE_OPTIONS',
    'PYTHONPATH',
    'SSH_AUTH_SOCK',
    'DBUS_SESSION_BUS_ADDRESS',
    'DOCKER_HOST',
    'TMUX',
    'AWS_PROFILE',
    'GITHUB_TOKEN',
    'github_token',
    'MY_SECRET_X',
    'DB_PASSWORD',
    'OPENAI_API_KEY',
    'BASH_FUNC_x%%',
    'CORECLR_ENABLE_PROFILING',
  ])('%s', (name) => {
    const { values, withheld: names } = planned({ [name]: 'x' });
    expect(values).not.toHaveProperty(name);
    expect(names.map((each) => each.name)).toEqual([name]);
  });

  it.each([
    ['an address with a password', 'postgres://u:pw@host/db'],
    ['a private key', 'x\n-----BEGIN RSA PRIVATE KEY-----'],
    ['an Amazon key', 'AKIAABCDEFGHIJKLMNOP'],
    ['what is no UTF-8', 'a\uFFFDb'],
  ])('by value: %s', (_, value) => {
    expect(withheld({ INNOCENT: value })).toEqual(['INNOCENT']);
  });

  it('a name that is no UTF-8', () => {
    expect(withheld({ 'A\uFFFD': 'x' })).toEqual(['A\uFFFD']);
  });

  it('with a reason for each, and without its value', () => {
    const { withheld: each } = planned({ MY_TOKEN: 'hidden', LD_PRELOAD: 'hidden', URL: 'a://b:hidden@c' });
    expect(each).toHaveLength(3);
    expect(each.every(({ reason }) => reason.length > 10)).toBe(true);
    expect(JSON.stringify(each)).not.toContain('hidden');
  });
});

describe('planEnvironment() obeys --env', () => {
  it('NAME: passes what would be withheld', () => {
    const { values, withheld: names } = planned({ MY_TOKEN: 'x', OTHER_TOKEN: 'y' }, { env: ['MY_TOKEN'] });
    expect(values.MY_TOKEN).toBe('x');
    expect(names.map(({ name }) => name)).toEqual(['OTHER_TOKEN']);
  });

  it('NAME: passes nothing that is not set, and nothing that would arrive changed', () => {
    expect(planned({}, { env: ['ABSENT'] }).values).not.toHaveProperty('ABSENT');
    expect(withheld({ BROKEN: '\uFFFD' }, { env: ['BROKEN'] })).toEqual(['BROKEN']);
  });

  it('NAME=VALUE: sets, also over what would be withheld and over its own', () => {
    const { values, withheld: names } = planned(
      { MY_TOKEN: 'x', PLAIN: 'y' },
      { env: ['MY_TOKEN=new', 'PLAIN=', 'E=a=b', 'TMPDIR=/elsewhere', 'NONO=0'] },
    );
    expect(values).toMatchObject({ MY_TOKEN: 'new', PLAIN: '', E: 'a=b', TMPDIR: '/elsewhere', NONO: '0' });
    expect(names).toEqual([]);
  });

  it('NAME=VALUE: the last of the same name counts', () => {
    expect(planned({}, { env: ['A=1', 'A=2'] }).values.A).toBe('2');
  });
});

describe('planEnvironment() sets', () => {
  it('TMPDIR always, its other names where they were set, and its own mark', () => {
    expect(planned({}).values).toMatchObject({ TMPDIR: '/tmp/nono-1', NONO: '1' });
    expect(planned({}).values).not.toHaveProperty('TMP');
    expect(planned({ TMP: '/var/tmp', TEMP: '/x', TMPDIR: '/y' }).values).toMatchObject({
      TMP: '/tmp/nono-1',
      TEMP: '/tmp/nono-1',
      TMPDIR: '/tmp/nono-1',
    });
  });

  it('PWD where the command starts elsewhere, else leaves it', () => {
    expect(planned({ PWD: '/old' }, { workdir: '/new' }).values.PWD).toBe('/new');
    expect(planned({ PWD: '/old' }).values.PWD).toBe('/old');
    expect(planned({}).values).not.toHaveProperty('PWD');
  });

  it('caches into the private directory', () => {
    expect(planned({ npm_config_cache: '/srv/npm' }).values).toMatchObject({
      XDG_CACHE_HOME: '/tmp/nono-1/cache',
      npm_config_cache: '/tmp/nono-1/npm',
    });
  });

  it('histories into the private directory, and sockets of multiplexers just there', () => {
    expect(planned({ HISTFILE: '/home/ada/.zsh_history', TMUX_TMPDIR: '' }).values).toMatchObject({
      HISTFILE: '/tmp/nono-1/shell_history',
      LESSHISTFILE: '/tmp/nono-1/less_history',
      TMUX_TMPDIR: '/tmp/nono-1',
      SCREENDIR: '/tmp/nono-1',
    });
    expect(planned({}, { mayWrite: (path) => path === '/tmp' }).values).not.toHaveProperty('TMUX_TMPDIR');
  });

  it('no cache whose usual place may be written', () => {
    const { values, set } = planned({}, { mayWrite: (path) => path === '/home/ada/.npm' });
    expect(values).not.toHaveProperty('npm_config_cache');
    expect(set).not.toContain('npm_config_cache');
    expect(values.XDG_CACHE_HOME).toBe('/tmp/nono-1/cache');
  });

  it('no cache whose own place may be written, and one where only the usual place may', () => {
    const environment = { XDG_CACHE_HOME: '/srv/cache' };
    const at = (place: string) =>
      planned(environment, { mayWrite: (path) => path === place }).values.XDG_CACHE_HOME;
    expect(at('/srv/cache')).toBe('/srv/cache');
    expect(at('/home/ada/.cache')).toBe('/tmp/nono-1/cache');
  });

  it('no cache that --env passes or sets', () => {
    const environment = { npm_config_cache: '/srv/npm' };
    expect(planned(environment, { env: ['npm_config_cache'] }).values.npm_config_cache).toBe('/srv/npm');
    expect(planned({}, { env: ['npm_config_cache=/x'] }).values.npm_config_cache).toBe('/x');
  });

  it('and names what it set', () => {
    expect(planned({ TMP: '/x' }, { workdir: '/w' }).set).toEqual([
      'TMPDIR',
      'TMP',
      ...environmentList.private.map(({ variable }) => variable),
      'PWD',
      'NONO',
      'NONO_PLAN',
    ]);
  });

  it('each variable once', () => {
    const { variables } = planned(
      { TMPDIR: '/a', PWD: '/b', NONO: '1', A: '1' },
      { env: ['A=2', 'A'], workdir: '/w' },
    );
    const names = variables.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
