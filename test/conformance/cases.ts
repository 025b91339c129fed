// The policies and the requests: each policy is asked each request of its lists.
import type { FileOperation, Request } from '../../src/plan/ask/request.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import type { PolicyFlags } from '../../src/policy/from-flags.ts';
import type { GrantWish } from '../../src/policy/policy.ts';

export type Case = {
  readonly flags: PolicyFlags;
  /** What only a profile can ask for. */
  readonly grants?: readonly GrantWish[];
};

const home = '/Users/ada';
const project = `${home}/project`;

const state: GrantWish = {
  path: `${home}/agent`,
  access: 'readwrite',
  kind: 'directory',
  origin: 'profile:agent',
  isState: true,
};

export const policies: Readonly<Record<string, Case>> = {
  'nothing granted': { flags: {} },
  'the project': { flags: { allow: ['.'] } },
  'the project, deletions kept': { flags: { allow: ['.'], onDelete: 'keep' } },
  'the project, read': { flags: { read: ['.'] } },
  'the project, written': { flags: { write: ['.'] } },
  'the project, written, deletions kept': { flags: { write: ['.'], onDelete: 'keep' } },
  'one directory, read': { flags: { read: ['~/data'] } },
  'two directories': { flags: { read: ['~/data'], allow: ['out'] } },
  'two directories, deletions kept': { flags: { allow: ['out', 'src'], onDelete: 'keep' } },
  'one read, one written, deletions kept': { flags: { read: ['.'], write: ['out'], onDelete: 'keep' } },
  'a file, read': { flags: { readFile: ['notes'] } },
  'a file, written': { flags: { writeFile: ['notes'] } },
  'a file, both': { flags: { allowFile: ['notes'] } },
  'a file in what is read': { flags: { read: ['.'], allowFile: ['notes'] } },
  'a device': { flags: { allowFile: ['/dev/null'] } },
  'a name denied at any depth': { flags: { allow: ['.'], deny: ['**/.env*'] } },
  'the same, deletions kept': { flags: { allow: ['.'], deny: ['**/.env*'], onDelete: 'keep' } },
  'a name denied in other letters': { flags: { allow: ['.'], deny: ['**/.ENV', 'SRC/main.c'] } },
  'a path denied': { flags: { allow: ['.'], deny: ['src'] } },
  'a path denied below, deletions kept': { flags: { allow: ['.'], deny: ['src/main.c'], onDelete: 'keep' } },
  'a path denied that is not there': { flags: { allow: ['.'], deny: ['later/secret'] } },
  'the same, which is not there, deletions kept': {
    flags: { allow: ['.'], deny: ['later/secret'], onDelete: 'keep' },
  },
  'a name denied below a directory, deletions kept': {
    flags: { allow: ['.'], deny: ['src/**/main.c'], onDelete: 'keep' },
  },
  'the same below a name, deletions kept': {
    flags: { allow: ['.'], deny: ['**/src/**/main.c'], onDelete: 'keep' },
  },
  'a set denied': { flags: { allow: ['.'], deny: ['src/[lm]ain.?'] } },
  'a grant denied whole': { flags: { allow: ['.', 'out'], deny: ['out'] } },
  'writing denied': { flags: { allow: ['.'], denyWrite: ['notes', '**/*.sh'], onDelete: 'keep' } },
  'braces denied': { flags: { allow: ['.'], deny: ['**/{notes,main.c}'] } },
  'the home': { flags: { allow: ['~'] } },
  'the home, deletions kept': { flags: { allow: ['~'], onDelete: 'keep' } },
  'the home, with its keys': { flags: { allow: ['~'], bypassProtection: ['~/.ssh'] } },
  'a key alone': { flags: { readFile: ['~/.ssh/config'], bypassProtection: ['~/.ssh/config'] } },
  'hooks allowed': { flags: { allow: ['.'], bypassProtection: ['.git/hooks'], onDelete: 'keep' } },
  'no network': { flags: { allow: ['.'], netBlock: true } },
  'a port reached': { flags: { allow: ['.'], allowPort: [5432] } },
  'a port served': { flags: { allow: ['.'], listenPort: [3000], allowPort: [5432] } },
  'a socket': { flags: { allowUnixSocket: ['~/data/x.sock'] } },
  'a socket of the system': { flags: { allowUnixSocket: ['/var/run/docker.sock'], netBlock: true } },
  'sockets of a directory': { flags: { allowUnixSocketDir: ['~/data'] } },
  'sockets below a directory': { flags: { allowUnixSocketSubtree: ['~'] } },
  'a socket to make': { flags: { allowUnixSocketBind: ['~/data/new.sock'] } },
  'sockets to make': { flags: { allowUnixSocketDirBind: ['~/data'], netBlock: true } },
  'a command allowed': { flags: { allowCommand: ['rm'] } },
  'a command blocked': { flags: { blockCommand: ['git'] } },
  "an agent's own state": { flags: { allow: ['.'] }, grants: [state] },
  'what lies in /tmp': { flags: { allow: ['/tmp/shared'] } },
};

function file(op: FileOperation, ...paths: string[]): Request[] {
  return paths.map((path) => ({ kind: 'file', op, path: path as AbsolutePath }));
}

function link(from: string, to: string): Request {
  return { kind: 'link', path: from as AbsolutePath, to: to as AbsolutePath };
}

function move(from: string, to: string): Request {
  return { kind: 'rename', path: from as AbsolutePath, to: to as AbsolutePath };
}

function socket(op: 'connect' | 'bind', ...paths: string[]): Request[] {
  return paths.map((path) => ({ kind: 'socket', op, path: path as AbsolutePath }));
}

function network(op: 'connect' | 'bind', ...ends: [string, number][]): Request[] {
  return ends.map(([host, port]) => ({ kind: 'network', op, host, port }));
}

const temporary = '/private/var/folders/zz/T/nono-1';

export const requests: readonly Request[] = [
  ...file(
    'read',
    `${project}/notes`,
    `${project}/inner`,
    `${project}/link`,
    `${project}/.env`,
    `${project}/src/.env.local`,
    `${project}/src/main.c`,
    `${project}/run.sh`,
    `${home}/data/table`,
    `${home}/.ssh/id_ed25519`,
    `${home}/.ssh/config`,
    `${home}/.zshrc`,
    `${home}/.gitconfig`,
    '/etc/hosts',
    '/etc/sudoers',
    '/tmp/shared/x',
    '/dev/null',
  ),
  ...file('list', project, `${project}/src`, home, `${home}/data`, `${home}/.ssh`, '/'),
  ...file(
    'execute',
    '/usr/bin/make',
    '/bin/rm',
    '/usr/bin/rmdir',
    `${project}/run.sh`,
    `${home}/data/table`,
    '/usr/bin/git',
  ),
  ...file(
    'write',
    `${project}/notes`,
    `${project}/link`,
    `${project}/.git/config`,
    `${project}/.git/hooks/pre-commit`,
    `${project}/.git/hooks/x.sample`,
    `${project}/.vscode/tasks.json`,
    `${project}/src/main.c`,
    `${project}/run.sh`,
    `${home}/data/table`,
    '/tmp/shared/x',
    '/etc/hosts',
    '/dev/null',
  ),
  ...file('readwrite', `${project}/notes`, `${project}/out/new`, `${home}/agent/state.json`),
  ...file(
    'create',
    `${project}/new`,
    `${project}/out/new`,
    `${project}/.ENV`,
    `${project}/.git/hooks/post-merge`,
    `${project}/sub/.envrc`,
    `${project}/later/secret`,
    `${project}/LATER/Secret`,
    `${home}/data/new`,
    `${home}/.netrc`,
    `${temporary}/new`,
  ),
  ...file('truncate', `${project}/notes`, `${project}/src/main.c`, `${home}/data/table`),
  ...file(
    'delete',
    `${project}/notes`,
    `${project}/inner`,
    `${project}/out`,
    `${project}/out/old`,
    `${project}/.env`,
    `${project}/src`,
    `${project}/src/deep`,
    `${project}/src/deep/x`,
    `${project}/.git`,
    `${project}`,
    `${home}/agent/state.json`,
    `${home}/data/table`,
  ),
  ...file(
    'chmod',
    `${project}/notes`,
    `${project}`,
    `${project}/.env`,
    `${project}/run.sh`,
    '/dev/null',
    `${home}/data/table`,
  ),
  ...file('mkdir', `${project}/later`, `${project}/LATER`, `${home}/.config`),
  ...file('create', `${project}/later`),
  ...file('symlink', `${project}/later`),
  ...file('mkdir', `${project}/made`, `${project}/.idea`, `${project}/.ENV`, `${home}/made`),
  ...file('symlink', `${project}/made`, `${project}/.envrc`, `${project}/out/.vscode`, `${home}/data/made`),
  link(`${project}/notes`, `${project}/again`),
  link(`${project}/notes`, `${project}/out/again`),
  link(`${project}/.env`, `${project}/again`),
  link(`${home}/data/table`, `${project}/again`),
  move(`${project}/notes`, `${project}/notes.old`),
  move(`${project}/notes`, `${project}/run.sh`),
  move(`${project}/notes`, `${project}/out/notes`),
  move(`${project}/out/old`, `${project}/src/old`),
  move(`${project}/out/old`, `${home}/data/old`),
  move(`${project}/out`, `${project}/away`),
  move(`${project}/src`, `${project}/away`),
  move(`${project}/.git`, `${project}/away`),
  move(`${project}/out/hooks`, `${project}/out/plain`),
  move(`${project}/notes`, `${temporary}/notes`),
  move(`${project}/src`, `${temporary}/src`),
  move(`${project}/notes`, `${project}/.env`),
  move(`${project}/src/deep`, `${project}/deep`),
  move(`${project}/src/deep/x`, `${project}/x`),
  move(`${project}/out`, `${project}/later`),
  move(`${project}/out`, `${project}/src/.git`),
  ...socket(
    'connect',
    `${project}/x.sock`,
    `${home}/data/x.sock`,
    '/var/run/docker.sock',
    `${home}/agent/agent.sock`,
  ),
  ...socket('bind', `${project}/new.sock`, `${project}/later`, `${home}/data/new.sock`, `${home}/new.sock`),
  ...network('connect', ['127.0.0.1', 5432], ['::1', 5432], ['127.0.0.1', 80], ['192.0.2.1', 5432]),
  ...network('connect', ['0.0.0.0', 5432], ['127.0.0.2', 5432]),
  ...network('bind', ['127.0.0.1', 3000], ['0.0.0.0', 3000], ['127.0.0.1', 5432], ['192.0.2.1', 3000]),
  ...['rm', 'ls', 'git', 'remove', 'rmdir', 'box'].map((name): Request => ({ kind: 'command', name })),
];
