// One machine as plain data: the same on every computer that runs the tests.
import type { AbsolutePath, Entry, FileKind, Host, PathFact, Support } from '../../src/plan/host.ts';
import { childOf, nameOf, parentOf } from '../../src/plan/path.ts';

export type Node = 'directory' | 'file' | 'device' | { readonly link: AbsolutePath } | { readonly mode: number };

const publicModes = { directory: 0o755, file: 0o755, device: 0o666, other: 0o644 } as const;

function kindOf(node: Node): FileKind {
  return typeof node === 'string' ? node : 'file';
}

/** A host whose disk is a table from path to node; directories above a node exist by themselves. */
export function machine(disk: Readonly<Record<AbsolutePath, Node>>, changes: Partial<Host> = {}): Host {
  const nodes = new Map<AbsolutePath, Node>([['/', 'directory']]);
  for (const [path, node] of Object.entries(disk) as [AbsolutePath, Node][]) {
    for (let at = parentOf(path); at !== '/'; at = parentOf(at)) if (!nodes.has(at)) nodes.set(at, 'directory');
    nodes.set(path, node);
  }
  const inspect = (path: AbsolutePath, depth = 0): PathFact => {
    if (depth > 20) return { kind: 'loop' };
    if (path === '/') return { kind: 'directory', canonical: '/', mode: 0o755 };
    if (nameOf(path) === '.') return inspect(parentOf(path), depth);
    const parent = inspect(parentOf(path), depth);
    if (!('canonical' in parent)) return parent;
    const canonical = childOf(parent.canonical, nameOf(path));
    const node = nodes.get(canonical);
    if (node === undefined)
      return { kind: 'missing', canonical, nearest: 'nearest' in parent ? parent.nearest : parent.canonical };
    if (typeof node !== 'string' && 'link' in node) {
      const led = inspect(node.link, depth + 1);
      return led.kind === 'missing' ? { kind: 'dangling', canonical: led.canonical, target: node.link } : led;
    }
    return { kind: kindOf(node), canonical, mode: typeof node === 'string' ? publicModes[node] : node.mode };
  };
  const list = (directory: AbsolutePath): Entry[] =>
    [...nodes]
      .filter(([path]) => path !== '/' && parentOf(path) === directory)
      .map(([path, node]): Entry => {
        if (typeof node === 'string') return { name: nameOf(path), kind: node, mode: publicModes[node] };
        return 'link' in node
          ? { name: nameOf(path), kind: 'symlink', mode: 0o777 }
          : { name: nameOf(path), kind: 'file', mode: node.mode };
      });
  return {
    platform: 'linux',
    architecture: 'x64',
    home: '/home/ada',
    homes: ['/home/ada'],
    workingDirectory: '/home/ada/project',
    environment: { PATH: '/usr/bin:/bin', HOME: '/home/ada', LANG: 'C.UTF-8' },
    temporary: '/tmp/nono-1',
    terminals: [],
    inspect: (path) => inspect(path),
    list,
    shebang: () => null,
    executable: (file) => (('mode' in inspect(file) ? (inspect(file) as { mode: number }).mode : 0) & 0o111) !== 0,
    ...changes,
  };
}

/** A small Linux: what the default reads name, a home with secrets, a project. */
export const disk: Readonly<Record<AbsolutePath, Node>> = {
  '/usr/bin/true': 'file',
  '/usr/bin/make': 'file',
  '/usr/lib': 'directory',
  '/bin': { link: '/usr/bin' },
  '/etc/passwd': { mode: 0o644 },
  '/etc/shadow': { mode: 0o640 },
  '/etc/secret-of-a-service': { mode: 0o600 },
  '/etc/ssl/certs/ca.pem': { mode: 0o644 },
  '/etc/ssl/private/key.pem': { mode: 0o600 },
  '/proc': 'directory',
  '/dev/null': 'device',
  '/tmp': 'directory',
  '/home/ada/.gitconfig': { mode: 0o644 },
  '/home/ada/.ssh/id_ed25519': { mode: 0o600 },
  '/home/ada/data/table': { mode: 0o644 },
  '/home/ada/project/notes': { mode: 0o644 },
  '/home/ada/project/out': 'directory',
};

export const support: Support = { landlock: { abi: 7 }, seccomp: { filter: true, kill: true, notify: true } };
