import { describe, expect, it } from 'vitest';
import { ask } from '../../src/plan/ask/ask.ts';
import type { FileOperation, Request } from '../../src/plan/ask/request.ts';
import type { Flag } from '../../src/plan/ask/suggest.ts';
import type { Reason, Verdict } from '../../src/plan/ask/verdict.ts';
import type { AbsolutePath, Host } from '../../src/plan/host.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { support } from '../golden/machine.ts';
import { type Disk, machine } from './fake-host.ts';

const tree: Disk = {
  '/usr/bin/true': { mode: 0o755 },
  '/usr/bin/cat': { mode: 0o755 },
  '/bin/rm': { mode: 0o755 },
  '/srv/docs/page': 'file',
  '/srv/docs/secret/key': 'file',
  '/srv/other/file': 'file',
  '/run/docker.sock': 'other',
  '/run/user/agent': 'other',
  '/home/ada/.ssh/id_rsa': 'file',
  '/home/ada/notes/today': 'file',
  '/home/ada/project/.env': 'file',
  '/home/ada/project/src/main.ts': 'file',
  '/home/ada/project/.git/hooks/pre-commit': 'file',
  '/home/ada/project/to-ssh': { link: '/home/ada/.ssh' },
  '/home/ada/project/to-nowhere': { link: '/home/ada/project/made-later' },
  '/home/ada/project/empty': 'directory',
  '/dev/null': 'device',
};
const host: Host = machine(tree);

function put(flags: PolicyFlags, request: Request, on: Host = host): Verdict {
  return ask(buildPlan(policyFromFlags(flags, ['true']), on, support), on, request);
}

const file = (op: FileOperation, path: string): Request => ({ kind: 'file', op, path: path as AbsolutePath });
const project = '/home/ada/project';

describe('ask() about files', () => {
  it.each<[string, PolicyFlags, FileOperation, string, Verdict['status'], Reason]>([
    ['what is granted', { allow: ['.'] }, 'read', `${project}/src/main.ts`, 'allowed', 'granted_path'],
    ['what is not', { allow: ['.'] }, 'read', '/srv/docs/page', 'denied', 'path_not_granted'],
    ['system files', {}, 'execute', '/usr/bin/cat', 'allowed', 'granted_path'],
    ['less than asked', { read: ['/srv/docs'] }, 'write', '/srv/docs/page', 'denied', 'insufficient_access'],
    [
      'half of both',
      { write: ['/srv/docs'] },
      'readwrite',
      '/srv/docs/page',
      'denied',
      'insufficient_access',
    ],
    ['a new file', { allow: ['.'] }, 'create', `${project}/new`, 'allowed', 'granted_path'],
    [
      'a new file to read, where it could not be',
      { write: ['/srv/docs'] },
      'readwrite',
      '/srv/docs/new',
      'denied',
      'insufficient_access',
    ],
    [
      'a new file that is read',
      { write: ['/srv/docs'] },
      'readwrite',
      '/srv/docs/new',
      'denied',
      'insufficient_access',
    ],
    ['a new file elsewhere', { allow: ['.'] }, 'create', '/srv/docs/new', 'denied', 'path_not_granted'],
    [
      'a file granted alone',
      { allowFile: ['/srv/docs/page'] },
      'readwrite',
      '/srv/docs/page',
      'allowed',
      'granted_path',
    ],
    [
      'removing it',
      { allowFile: ['/srv/docs/page'] },
      'delete',
      '/srv/docs/page',
      'denied',
      'insufficient_access',
    ],
    ['a secret', {}, 'read', '/home/ada/.ssh/id_rsa', 'denied', 'sensitive_path'],
    [
      'a secret inside',
      { allow: ['/home/ada'] },
      'read',
      '/home/ada/.ssh/id_rsa',
      'denied',
      'sensitive_path',
    ],
    [
      'a secret by a link',
      { allow: ['/home/ada'] },
      'read',
      `${project}/to-ssh/id_rsa`,
      'denied',
      'sensitive_path',
    ],
    [
      'a secret by ..',
      { allow: ['/home/ada'] },
      'read',
      `${project}/../.ssh/id_rsa`,
      'denied',
      'sensitive_path',
    ],
    [
      'the link itself',
      { allow: ['/home/ada'], onDelete: 'keep' },
      'delete',
      `${project}/to-ssh`,
      'allowed',
      'granted_path',
    ],
    ['a denied file', { allow: ['.'], deny: ['.env'] }, 'read', `${project}/.env`, 'denied', 'denied_path'],
    [
      'in other letters',
      { allow: ['.'], deny: ['.env'] },
      'read',
      `${project}/.ENV`,
      'denied',
      'denied_path',
    ],
    [
      'a denied glob',
      { allow: ['.'], deny: ['**/.env*'] },
      'create',
      `${project}/a/.env.local`,
      'denied',
      'denied_path',
    ],
    [
      'reading what is only not written',
      { allow: ['.'], denyWrite: ['src'] },
      'read',
      `${project}/src/main.ts`,
      'allowed',
      'granted_path',
    ],
    [
      'writing it',
      { allow: ['.'], denyWrite: ['src'] },
      'write',
      `${project}/src/main.ts`,
      'denied',
      'denied_path',
    ],
    ['a hook', { allow: ['.'] }, 'write', `${project}/.git/hooks/pre-commit`, 'denied', 'sensitive_path'],
    [
      'a new hook',
      { allow: ['.'] },
      'create',
      `${project}/.git/hooks/post-merge`,
      'denied',
      'sensitive_path',
    ],
    [
      'reading a hook',
      { allow: ['.'] },
      'read',
      `${project}/.git/hooks/pre-commit`,
      'allowed',
      'granted_path',
    ],
    [
      'deleting what is old',
      { allow: ['.'] },
      'delete',
      `${project}/src/main.ts`,
      'denied',
      'protected_from_delete',
    ],
    [
      'deleting it for undo',
      { allow: ['.'], onDelete: 'keep' },
      'delete',
      `${project}/src/main.ts`,
      'allowed',
      'granted_path',
    ],
    [
      'cutting what is old',
      { allow: ['.'] },
      'truncate',
      `${project}/src/main.ts`,
      'denied',
      'protected_from_delete',
    ],
    ['metadata inside', { allow: ['.'] }, 'chmod', `${project}/src/main.ts`, 'allowed', 'granted_path'],
    ['metadata outside', { allow: ['.'] }, 'chmod', '/srv/docs/page', 'denied', 'path_not_granted'],
    [
      'a link to what is not there yet',
      { allow: ['.'] },
      'create',
      `${project}/to-nowhere`,
      'allowed',
      'granted_path',
    ],
    ['a directory', { allow: ['.'] }, 'mkdir', `${project}/new`, 'allowed', 'granted_path'],
    ['a directory elsewhere', { allow: ['.'] }, 'mkdir', '/srv/docs/new', 'denied', 'path_not_granted'],
    [
      'a directory in a file that is granted',
      { allowFile: ['/srv/docs/page'] },
      'mkdir',
      '/srv/docs/page/new',
      'denied',
      'insufficient_access',
    ],
    // The sweep at the end takes it away; only a broker that makes everything refuses it.
    [
      'a protected name, free',
      { allow: ['.'] },
      'mkdir',
      `${project}/.git/hooks/new`,
      'allowed',
      'granted_path',
    ],
    [
      'a protected name, with a broker that makes everything',
      { allow: ['.'], deny: ['.env'] },
      'mkdir',
      `${project}/.vscode/tasks.json`,
      'denied',
      'sensitive_path',
    ],
    ['a link', { allow: ['.'] }, 'symlink', `${project}/new`, 'allowed', 'granted_path'],
    [
      'a link on the way to what is denied',
      { allow: ['.'], deny: ['new/secret'] },
      'symlink',
      `${project}/new`,
      'denied',
      'denied_path',
    ],
    [
      'a link of a denied name',
      { allow: ['.'], denyWrite: ['**/*.lock'] },
      'symlink',
      `${project}/a.lock`,
      'denied',
      'denied_path',
    ],
    [
      'what is too large to be kept',
      { allow: ['.'], keepLimit: 3 },
      'write',
      `${project}/src/main.ts`,
      'denied',
      'protected_from_delete',
    ],
    [
      'what is too large, to be deleted',
      { allow: ['.'], keepLimit: 3, onDelete: 'keep' },
      'delete',
      `${project}/src/main.ts`,
      'denied',
      'protected_from_delete',
    ],
    [
      'what is just small enough',
      { allow: ['.'], keepLimit: 4 },
      'write',
      `${project}/src/main.ts`,
      'allowed',
      'granted_path',
    ],
    [
      'reading what is too large',
      { allow: ['.'], keepLimit: 3 },
      'read',
      `${project}/.env`,
      'allowed',
      'granted_path',
    ],
    ['a blocked command by its file', {}, 'execute', '/bin/rm', 'denied', 'command_blocked'],
    ['the plan itself', { allow: ['/tmp'] }, 'write', '/tmp/nono-1.json', 'denied', 'sensitive_path'],
  ])('%s', (_, flags, op, path, status, reason) => {
    const each = machine({ ...tree, '/tmp/nono-1.json': 'file' });
    expect(put(flags, file(op, path), each)).toMatchObject({ status, reason });
  });

  it('names the deciding rule, and the one that came closest', () => {
    expect(put({ read: ['/srv/docs'] }, file('write', '/srv/docs/page'))).toMatchObject({
      rule: null,
      nearest: { kind: 'grant', path: '/srv/docs', access: 'read', origin: 'flag:--read' },
    });
    expect(put({ allow: ['.'], deny: ['.env'] }, file('read', `${project}/.env`)).rule).toEqual({
      kind: 'deny',
      path: `${project}/.env`,
      access: 'all',
      origin: 'flag:--deny',
    });
  });

  it('keeps a deny of the user where its path is also bypassed', () => {
    const flags = { allow: ['/home/ada'], deny: ['/home/ada/.ssh'], bypassProtection: ['/home/ada/.ssh'] };
    expect(put(flags, file('read', '/home/ada/.ssh/id_rsa')).reason).toBe('denied_path');
  });
});

describe('ask() about links', () => {
  it.each<[string, PolicyFlags, string, string, Verdict['status'], Reason]>([
    ['beside it', { allow: ['.'] }, `${project}/src/main.ts`, `${project}/src/b`, 'allowed', 'granted_path'],
    ['elsewhere inside', { allow: ['.'] }, `${project}/.env`, `${project}/src/b`, 'allowed', 'granted_path'],
    [
      'of what is not granted',
      { allow: ['.'] },
      '/srv/docs/page',
      `${project}/b`,
      'denied',
      'path_not_granted',
    ],
    [
      'of what may only be read',
      { allow: ['.'], read: ['/srv/docs'] },
      '/srv/docs/page',
      `${project}/b`,
      'denied',
      'insufficient_access',
    ],
    [
      'to where it could be read',
      { allow: ['.'], write: ['/srv/docs'] },
      '/srv/docs/page',
      `${project}/b`,
      'denied',
      'insufficient_access',
    ],
    [
      'to where nothing is granted',
      { allow: ['.'] },
      `${project}/.env`,
      '/srv/docs/b',
      'denied',
      'path_not_granted',
    ],
    [
      'of what is denied',
      { allow: ['.'], deny: ['.env'] },
      `${project}/.env`,
      `${project}/b`,
      'denied',
      'denied_path',
    ],
    [
      'of a link, by a name on the way to what is denied',
      { allow: ['.'], deny: ['b/secret'] },
      `${project}/to-nowhere`,
      `${project}/b`,
      'denied',
      'denied_path',
    ],
  ])('%s', (_, flags, path, to, status, reason) => {
    const request = { kind: 'link', path: path as AbsolutePath, to: to as AbsolutePath } as const;
    expect(put(flags, request)).toMatchObject({ status, reason });
  });
});

describe('ask() about moves', () => {
  const rename = (path: string, to: string): Request => ({
    kind: 'rename',
    path: path as AbsolutePath,
    to: to as AbsolutePath,
  });
  it.each<[string, PolicyFlags, string, string, Verdict['status']]>([
    ['inside a grant', { allow: ['.'] }, `${project}/src/main.ts`, `${project}/src/index.ts`, 'allowed'],
    ['out of it', { allow: ['.'] }, `${project}/src/main.ts`, '/srv/docs/main.ts', 'denied'],
    [
      'into a protected name',
      { allow: ['.'] },
      `${project}/src/main.ts`,
      `${project}/.git/hooks/x`,
      'denied',
    ],
    [
      'a directory with a denied file',
      { allow: ['.'], deny: ['src/main.ts'] },
      `${project}/src`,
      `${project}/lib`,
      'denied',
    ],
    [
      'to where it could be read',
      { allow: ['.'], write: ['/srv/docs'] },
      '/srv/docs/page',
      `${project}/page`,
      'denied',
    ],
    [
      'to where it cannot',
      { allow: ['.'], write: ['/srv/docs'] },
      `${project}/src/main.ts`,
      '/srv/docs/x',
      'allowed',
    ],
    ['into the private directory', { allow: ['.'] }, `${project}/src/main.ts`, '/tmp/nono-1/x', 'denied'],
  ])('%s', (_, flags, from, to, status) => {
    expect(put(flags, rename(from, to)).status).toBe(status);
  });
});

describe('ask() about sockets and the network', () => {
  const socket = (op: 'connect' | 'bind', path: string): Request => ({
    kind: 'socket',
    op,
    path: path as AbsolutePath,
  });
  it.each<[string, PolicyFlags, 'connect' | 'bind', string, Verdict['status']]>([
    ['docker', { allow: ['.'] }, 'connect', '/run/docker.sock', 'denied'],
    ['docker, granted', { allowUnixSocket: ['/run/docker.sock'] }, 'connect', '/run/docker.sock', 'allowed'],
    ['its neighbour', { allowUnixSocketDir: ['/run'] }, 'connect', '/run/user/agent', 'denied'],
    ['below', { allowUnixSocketSubtree: ['/run'] }, 'connect', '/run/user/agent', 'allowed'],
    ['one of its own', { allow: ['.'] }, 'bind', `${project}/sock`, 'allowed'],
    [
      'one that may only be reached',
      { allowUnixSocket: ['/run/docker.sock'] },
      'bind',
      '/run/docker.sock',
      'denied',
    ],
    ['one in a denied place', { allow: ['.'], deny: ['src'] }, 'bind', `${project}/src/sock`, 'denied'],
  ])('%s', (_, flags, op, path, status) => {
    expect(put(flags, socket(op, path)).status).toBe(status);
  });

  it.each<[PolicyFlags, 'connect' | 'bind', string, number, Verdict['status']]>([
    [{}, 'connect', 'example.org', 443, 'allowed'],
    [{ netBlock: true }, 'connect', '127.0.0.1', 80, 'denied'],
    [{ allowPort: [80] }, 'connect', '127.0.0.1', 80, 'allowed'],
    [{ allowPort: [80] }, 'connect', 'localhost', 80, 'allowed'],
    [{ allowPort: [80] }, 'connect', '::1', 80, 'allowed'],
    [{ allowPort: [80] }, 'connect', '::ffff:127.0.0.1', 80, 'allowed'],
    [{ allowPort: [80] }, 'connect', '::ffff:10.0.0.1', 80, 'denied'],
    [{ allowPort: [80] }, 'connect', '10.0.0.1', 80, 'denied'],
    [{ allowPort: [80] }, 'connect', 'localhost.example.org', 80, 'denied'],
    [{ allowPort: [80] }, 'connect', '127.0.0.1', 81, 'denied'],
    [{ allowPort: [80] }, 'bind', '127.0.0.1', 80, 'denied'],
    [{ listenPort: [80] }, 'bind', '0.0.0.0', 80, 'allowed'],
  ])('%j %s %s:%i', (flags, op, name, port, status) => {
    expect(put(flags, { kind: 'network', op, host: name, port }).status).toBe(status);
  });

  it('suggests no flag for port 0, which is any', () => {
    const any: Request = { kind: 'network', op: 'bind', host: '127.0.0.1', port: 0 };
    expect(put({ listenPort: [80] }, any)).toMatchObject({ status: 'denied', suggestion: null });
    expect(put({ listenPort: [80] }, { ...any, port: 81 })).toMatchObject({
      suggestion: [{ name: '--listen-port', value: '81' }],
    });
  });

  it('asks commands by their names', () => {
    expect(put({}, { kind: 'command', name: 'rm' })).toMatchObject({
      reason: 'command_blocked',
      suggestion: [{ name: '--allow-command', value: 'rm' }],
    });
    expect(put({}, { kind: 'command', name: 'cat' }).status).toBe('allowed');
    expect(put({}, { kind: 'command', name: 'no-such' }).status).toBe('allowed');
  });
});

/** The flags of a suggestion as the parser would hand them over. */
function added(flags: PolicyFlags, suggestion: readonly Flag[]): PolicyFlags {
  const merged: Record<string, unknown> = { ...flags };
  for (const { name, value } of suggestion) {
    const key = name.slice(2).replace(/-(.)/g, (_all, letter) => letter.toUpperCase());
    if (key === 'onDelete') merged[key] = value;
    else if (key === 'keepLimit') merged[key] = Number(value.replace('M', '')) * 2 ** 20;
    else merged[key] = [...((merged[key] as unknown[]) ?? []), /Port$/.test(key) ? Number(value) : value];
  }
  return merged as PolicyFlags;
}

describe('every suggestion', () => {
  const paths = [
    `${project}/src/main.ts`,
    `${project}/.env`,
    `${project}/.git/hooks/pre-commit`,
    `${project}/.git/hooks/new`,
    `${project}/empty`,
    '/home/ada/.ssh/id_rsa',
    '/home/ada/new',
    '/srv/docs/page',
    '/srv/docs/new',
    '/srv/docs',
    '/etc/new',
    '/run/docker.sock',
  ] as AbsolutePath[];
  const operations: FileOperation[] = [
    'read',
    'write',
    'readwrite',
    'create',
    'delete',
    'truncate',
    'list',
    'chmod',
    'mkdir',
    'symlink',
  ];
  const requests: Request[] = [
    ...paths.flatMap((path) => operations.map((op): Request => ({ kind: 'file', op, path }))),
    ...paths.flatMap((path): Request[] => [
      { kind: 'socket', op: 'connect', path },
      { kind: 'rename', path, to: `${project}/moved` },
      { kind: 'rename', path: `${project}/src/main.ts`, to: path },
      { kind: 'link', path, to: `${project}/linked` },
    ]),
    { kind: 'network', op: 'connect', host: '127.0.0.1', port: 80 },
    { kind: 'network', op: 'bind', host: '::1', port: 80 },
    { kind: 'command', name: 'rm' },
  ];
  const policies: PolicyFlags[] = [
    {},
    { allow: ['.'] },
    { read: ['/srv/docs'], allow: ['.'], netBlock: true },
    { write: ['/srv/docs'], allowPort: [1] },
    { allow: ['/home/ada'] },
    { allow: ['.'], keepLimit: 2 },
    { allow: ['.'], explain: true },
  ];

  it('makes what was denied allowed, and grants no home and nothing just below the root', () => {
    let flipped = 0;
    for (const flags of policies)
      for (const request of requests) {
        const { status, suggestion } = put(flags, request);
        if (status === 'allowed' || suggestion === null) continue;
        const wide = suggestion.filter(
          ({ name, value }) => /^--(allow|read|write)$/.test(name) && /^(\/|\/\w+|\/home\/ada)$/.test(value),
        );
        expect(wide).toEqual([]);
        expect([flags, request, suggestion, put(added(flags, suggestion), request).status]).toEqual([
          flags,
          request,
          suggestion,
          'allowed',
        ]);
        flipped++;
      }
    expect(flipped).toBeGreaterThan(150);
  });
});
