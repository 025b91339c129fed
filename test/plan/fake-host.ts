// A machine as plain data: a table from path to node answers what the real disk would.
import type { AbsolutePath, Entry, FileKind, Host, PathFact } from '../../src/plan/host.ts';
import { childOf, isAbsolute, nameOf, parentOf } from '../../src/plan/path.ts';
import { linuxLists } from '../../src/policy/lists.ts';

export type Node =
  | FileKind
  | { readonly link: string }
  /** A file with these permissions. */
  | { readonly mode: number }
  | { readonly directory: number }
  /** Looking it up, or anything below it, fails with this error. */
  | { readonly fails: string };

export type Disk = Readonly<Record<AbsolutePath, Node>>;

const publicModes: Record<FileKind, number> = { directory: 0o755, file: 0o755, device: 0o666, other: 0o666 };
const mostLinks = 40;

function kindAndMode(node: Node): { kind: FileKind; mode: number } {
  if (typeof node === 'string') return { kind: node, mode: publicModes[node] };
  if ('directory' in node) return { kind: 'directory', mode: node.directory };
  return { kind: 'file', mode: 'mode' in node ? node.mode : 0 };
}

/** The table with every directory above a node. */
function withParents(disk: Disk): Map<AbsolutePath, Node> {
  const nodes = new Map<AbsolutePath, Node>([['/', 'directory']]);
  for (const [path, node] of Object.entries(disk) as [AbsolutePath, Node][]) {
    for (let at = parentOf(path); at !== '/'; at = parentOf(at))
      if (!nodes.has(at)) nodes.set(at, 'directory');
    nodes.set(path, node);
  }
  return nodes;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '' && name !== '.');

/** Resolves as the kernel does: name by name, links where they stand, `..` after them. */
function lookup(nodes: ReadonlyMap<AbsolutePath, Node>, path: AbsolutePath): PathFact {
  let at: AbsolutePath = '/';
  let links = 0;
  let dangling: string | null = null;
  const names = namesOf(path);
  while (names.length > 0) {
    const name = names.shift() as string;
    const next = name === '..' ? parentOf(at) : childOf(at, name);
    const node = nodes.get(next);
    if (node === undefined) {
      const canonical = names.reduce<AbsolutePath>(childOf, next);
      if (dangling !== null) return { kind: 'dangling', canonical, target: dangling };
      return { kind: 'missing', canonical, nearest: at };
    }
    if (typeof node === 'object' && 'fails' in node) return { kind: 'inaccessible', errno: node.fails };
    if (typeof node !== 'object' || !('link' in node)) {
      at = next;
      continue;
    }
    if (++links > mostLinks) return { kind: 'loop' };
    if (names.length === 0) dangling ??= node.link;
    names.unshift(...namesOf(node.link));
    if (isAbsolute(node.link)) at = '/';
  }
  return { canonical: at, ...kindAndMode(nodes.get(at) as Node) };
}

function entriesOf(nodes: ReadonlyMap<AbsolutePath, Node>, directory: AbsolutePath): Entry[] {
  return [...nodes]
    .filter(([path]) => path !== '/' && parentOf(path) === directory)
    .map(([path, node]) => {
      if (typeof node === 'object' && 'link' in node) return { name: nameOf(path), kind: 'symlink' };
      return { name: nameOf(path), kind: kindAndMode(node).kind };
    });
}

/** A host whose disk is this table; directories above a node exist by themselves. */
export function machine(disk: Disk, changes: Partial<Host> = {}): Host {
  const nodes = withParents(disk);
  const inspect = (path: AbsolutePath) => lookup(nodes, path);
  return {
    platform: 'linux',
    architecture: 'x64',
    lists: linuxLists,
    uid: 1000,
    home: '/home/ada',
    homes: ['/home/ada'],
    otherHomes: [],
    workingDirectory: '/home/ada/project',
    environment: { PATH: '/usr/bin:/bin', HOME: '/home/ada', LANG: 'C.UTF-8' },
    session: { id: '20260223-101500-1-a', started: '2026-02-23T10:15:00.000Z' },
    state: '/home/ada/.local/state',
    installation: '/usr/lib/nono',
    temporary: '/tmp/nono-1',
    terminals: [],
    inspect,
    status: (path) => {
      const fact = inspect(parentOf(path));
      const place = fact.kind === 'directory' && path !== '/' ? childOf(fact.canonical, nameOf(path)) : path;
      const node = nodes.get(place);
      if (node === undefined || (typeof node === 'object' && 'fails' in node)) return null;
      const isLink = typeof node === 'object' && 'link' in node;
      const kind = isLink ? 'symlink' : kindAndMode(node).kind;
      return { kind, inode: place, names: 1, size: kind === 'file' ? 1 : 0, born: 0 };
    },
    fileSystem: () => 0xef53,
    list: (directory, kinds) => {
      const fact = inspect(directory);
      const entries = fact.kind === 'directory' ? entriesOf(nodes, fact.canonical) : [];
      return entries.filter(({ kind }) => kinds?.includes(kind) ?? true);
    },
    readableAround: () => [],
    text: () => null,
    writable: () => false,
    shebang: () => null,
    executable: (file) => {
      const fact = inspect(file);
      return 'mode' in fact && (fact.mode & 0o111) !== 0;
    },
    ...changes,
  };
}
