// A profile for what was denied: as small as it can be, and without anything that is secret.
import { describe, expect, it } from 'vitest';
import { ask } from '../../src/plan/ask/ask.ts';
import type { Request } from '../../src/plan/ask/request.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { propose } from '../../src/plan/proposal.ts';
import { spellForProfile } from '../../src/plan/spell.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { support } from '../golden/machine.ts';
import { type Disk, machine } from './fake-host.ts';

const project = '/home/ada/project';
const many = Object.fromEntries(
  Array.from({ length: 8 }, (_, at): [AbsolutePath, 'file'] => [`/srv/many/${at}`, 'file']),
);
const tree: Disk = {
  '/usr/bin/true': { mode: 0o755 },
  '/bin/rm': { mode: 0o755 },
  '/srv/docs/page': 'file',
  '/srv/docs/.env': 'file',
  '/srv/docs/server.key': 'file',
  '/srv/docs/odd*': 'file',
  '/run/docker.sock': 'other',
  '/home/ada/.ssh/id_rsa': 'file',
  '/home/ada/.bashrc': 'file',
  '/home/ada/notes/today': 'file',
  '/home/ada/project/old': 'file',
  '/home/ada/project/private/x': 'file',
  ...many,
};
const host: Host = machine(tree);

function proposed(flags: PolicyFlags, requests: readonly Request[], on: Host = host) {
  const plan = buildPlan(policyFromFlags(flags, ['true']), on, support);
  const denied = requests.map((request) => ({ request, verdict: ask(plan, on, request) }));
  for (const { request, verdict } of denied) expect([request, verdict.status]).toEqual([request, 'denied']);
  const { additions, left } = propose(denied, on, project);
  return { additions, left: left.map(({ why }) => why) };
}

const file = (op: 'read' | 'write' | 'create' | 'list' | 'delete', path: string): Request => ({
  kind: 'file',
  op,
  path: path as AbsolutePath,
});

describe('propose()', () => {
  it('adds up what one path is wanted for', () => {
    const requests = [file('read', '/srv/docs/page'), file('write', '/srv/docs/page')];
    expect(proposed({}, requests)).toEqual({
      additions: [{ key: 'filesystem.files', value: { path: '/srv/docs/page', access: 'readwrite' } }],
      left: [],
    });
  });

  it('leaves out what a directory brings along, and spells the home and the project by name', () => {
    const requests = [
      file('read', '/home/ada/notes/today'),
      file('create', '/home/ada/notes/tomorrow'),
      file('create', `${project}/new`),
    ];
    expect(proposed({}, requests).additions).toEqual([
      { key: 'filesystem.allow', value: '~/notes' },
      { key: 'filesystem.allow', value: '$WORKDIR' },
    ]);
  });

  it('takes a directory for many of its files, unless one of them is secret', () => {
    const requests = Object.keys(many).map((path) => file('read', path));
    expect(proposed({}, requests).additions).toEqual([{ key: 'filesystem.read', value: '/srv/many' }]);
    expect(proposed({}, requests.slice(1)).additions).toHaveLength(7);
    const withSecret = machine({ ...tree, '/srv/many/key.pem': 'file' });
    expect(proposed({}, requests, withSecret).additions).toHaveLength(8);
  });

  it('has keys for ports, commands and deletions', () => {
    const requests: Request[] = [
      { kind: 'network', op: 'connect', host: '127.0.0.1', port: 5432 },
      { kind: 'network', op: 'bind', host: '127.0.0.1', port: 3000 },
      { kind: 'command', name: 'rm' },
      { kind: 'command', name: 'rm' },
      file('delete', `${project}/old`),
    ];
    expect(proposed({ allow: ['.'], netBlock: true }, requests)).toEqual({
      additions: [
        { key: 'network.ports', value: 5432 },
        { key: 'network.listen', value: 3000 },
        { key: 'commands.allow', value: 'rm' },
        { key: 'on_delete', value: 'keep' },
      ],
      left: [],
    });
  });

  it.each<[string, PolicyFlags, Request, RegExp]>([
    ['what the lists call sensitive', {}, file('read', '/home/ada/.ssh/id_rsa'), /^sensitive/],
    [
      'what the lists keep from being written',
      { read: ['/home/ada'] },
      file('write', '/home/ada/.bashrc'),
      /^sensitive/,
    ],
    [
      'what goes to a sensitive place',
      { allow: ['/srv/docs'] },
      { kind: 'rename', path: '/srv/docs/page', to: '/home/ada/.ssh/authorized_keys' },
      /^sensitive/,
    ],
    ['what is named like a secret', {}, file('read', '/srv/docs/.env'), /secrets/],
    ['a key by its ending', {}, file('read', '/srv/docs/server.key'), /secrets/],
    [
      'what the user denied',
      { allow: ['.'], deny: ['private'] },
      file('read', `${project}/private/x`),
      /on purpose/,
    ],
    [
      'a socket',
      {},
      { kind: 'socket', op: 'connect', path: '/run/docker.sock' },
      /a program that is not confined/,
    ],
    ['the home', {}, file('list', '/home/ada'), /too much/],
    [
      'another machine',
      { netBlock: true },
      { kind: 'network', op: 'connect', host: 'example.org', port: 443 },
      /too much/,
    ],
    ['what no profile can spell', {}, file('read', '/srv/docs/odd*'), /spell/],
  ])('proposes nothing for %s', (_, flags, request, why) => {
    expect(proposed(flags, [request])).toEqual({ additions: [], left: [expect.stringMatching(why)] });
  });
});

describe('spellForProfile()', () => {
  it.each([
    [`${project}/a`, '$WORKDIR/a'],
    [project, '$WORKDIR'],
    ['/home/ada/a b', '~/a b'],
    ['/home/adam', '/home/adam'],
    ['/srv/$x', '/srv/$$x'],
    ['/srv/a?', null],
  ])('spells %s as %s', (path, spelled) => {
    expect(spellForProfile(path as AbsolutePath, '/home/ada', project)).toBe(spelled);
  });

  it('takes no variable for what is the root or the home', () => {
    expect(spellForProfile('/home/ada/x', '/home/ada', '/home/ada')).toBe('~/x');
    expect(spellForProfile('/srv/x', '/', '/')).toBe('/srv/x');
  });
});
