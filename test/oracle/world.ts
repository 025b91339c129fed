// Random trees, policies and requests: everything lies in one scratch home, so that nothing else can be reached.
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Random = {
  /** 0 to `end` - 1. */
  readonly below: (end: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly chance: (share: number) => boolean;
};

/** Mulberry32: the same numbers for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return { below, pick: (from) => from[below(from.length)] as never, chance: (share) => next() < share };
}

/** Each has a tree of its own, and at most one request that changes it: so no request depends on another. */
export const plots = [
  'p0',
  'p1',
  'p2',
  'p3',
  'p4',
  'p5',
  'p6',
  'p7',
  'P8',
  '.ssh',
  '.config/gh',
  'q q',
] as const;

const names = [
  'a',
  'b',
  'A',
  '.env',
  '.git',
  'hooks',
  '.vscode',
  'tasks.json',
  'x y',
  'ü',
  'two\nlines',
  '[s]',
  'rm',
];

export type Node = {
  readonly path: string;
  readonly kind: 'directory' | 'file' | 'link' | 'further';
  /** What a link says, or which file a further name is of. */
  readonly target: string;
  readonly mode: number;
  readonly content: string;
};

/** A file's: only the last is larger than a run with {@link smallLimit} keeps. */
const contents = ['', 'text', '#!/bin/sh\nexit 0\n', 'x'.repeat(5000)] as const;
const smallLimit = '16K';

/** The tree of one plot, parents first; `root` is absolute. */
export function plantPlot(random: Random, root: string): Node[] {
  const nodes: Node[] = [{ path: root, kind: 'directory', target: '', mode: 0o755, content: '' }];
  const taken = new Set([root]);
  const entries = 4 + random.below(9);
  for (let count = 0; count < entries; count++) {
    const directories = nodes.filter(({ kind }) => kind === 'directory');
    const path = join(random.pick(directories).path, random.pick(names));
    if (taken.has(path)) continue;
    taken.add(path);
    const files = nodes.filter(({ kind }) => kind === 'file');
    const die = random.below(10);
    if (die < 3) nodes.push({ path, kind: 'directory', target: '', mode: 0o755, content: '' });
    else if (die < 5) {
      const meant = random.chance(0.8) ? random.pick(nodes).path : join(root, 'nowhere');
      nodes.push({ path, kind: 'link', target: meant, mode: 0, content: '' });
    } else if (die < 6 && files.length > 0)
      nodes.push({ path, kind: 'further', target: random.pick(files).path, mode: 0, content: '' });
    else {
      const content = random.pick(contents);
      nodes.push({ path, kind: 'file', target: '', mode: content.startsWith('#!') ? 0o755 : 0o644, content });
    }
  }
  return nodes;
}

export function grow(nodes: readonly Node[]): void {
  for (const { path, kind, target, mode, content } of nodes) {
    mkdirSync(dirname(path), { recursive: true });
    if (kind === 'directory') mkdirSync(path, { recursive: true });
    else if (kind === 'link') symlinkSync(target, path);
    else if (kind === 'further') linkSync(target, path);
    else {
      writeFileSync(path, content);
      chmodSync(path, mode);
    }
  }
}

const denyGlobs = ['**/.env', '**/.env*', '**/a', '[ab]', '**/hooks/**', '?', '**/*.json', '.ENV'];

/** Flags of one run, for the trees of all plots. */
export function wishFlags(random: Random, home: string, trees: readonly (readonly Node[])[]): string[] {
  const flags: string[] = [];
  for (const nodes of trees) {
    if (random.chance(0.5))
      flags.push(random.pick(['--allow', '--allow', '--allow', '--read', '--write']), nodes[0]?.path ?? home);
    for (let count = random.below(3); count > 0; count--) {
      const { path, kind } = random.pick(nodes);
      if (kind === 'directory') flags.push(random.pick(['--allow', '--allow', '--read', '--write']), path);
      else if (kind === 'file')
        flags.push(random.pick(['--allow-file', '--read-file', '--write-file']), path);
    }
    if (random.chance(0.25)) flags.push(random.pick(['--deny', '--deny-write']), random.pick(nodes).path);
    if (random.chance(0.1)) flags.push('--bypass-protection', random.pick(nodes).path);
  }
  if (random.chance(0.15)) flags.push(random.pick(['--allow', '--read']), home);
  if (random.chance(0.4)) flags.push(random.pick(['--deny', '--deny-write']), random.pick(denyGlobs));
  if (random.chance(0.25)) flags.push('--on-delete', 'keep');
  if (random.chance(0.3)) flags.push('--keep-limit', smallLimit);
  if (random.chance(0.2)) flags.push('--allow-command', 'rm');
  const network = random.below(4);
  if (network === 2) flags.push('--allow-port', String(ports[0]));
  if (network === 3) flags.push('--listen-port', String(ports[1]));
  // Those without a value come last.
  if (network === 1) flags.push('--net-block');
  if (random.chance(0.15)) flags.push('--explain');
  return flags;
}

export const ports = [42_417, 42_418, 42_419] as const;

export type Question = {
  readonly op: string;
  readonly path?: string;
  readonly to?: string;
  readonly host?: string;
  readonly port?: number;
};

const looking = ['read', 'read', 'list', 'execute', 'chmod', 'connect', 'write-existing'] as const;
const changing = [
  'create',
  'write',
  'readwrite',
  'delete',
  'delete',
  'rename',
  'rename',
  'truncate',
  'bind',
  'mkdir',
  'symlink',
  'link',
  'link',
] as const;

function place(random: Random, nodes: readonly Node[]): string {
  const { path, kind } = random.pick(nodes);
  if (kind === 'directory' && random.chance(0.4)) return join(path, random.pick(names));
  if (kind === 'link' && random.chance(0.5)) return `${path}/${random.pick(names)}`;
  if (kind === 'directory' && random.chance(0.1)) return `${path}/../${random.pick(names)}`;
  return path;
}

export function askLooking(random: Random, nodes: readonly Node[]): Question {
  if (random.chance(0.05))
    return {
      op: random.pick(['connect', 'bind']),
      host: random.pick(['127.0.0.1', '::1']),
      port: random.pick(ports),
    };
  const op = random.pick(looking);
  if (op !== 'write-existing') return { op, path: place(random, nodes) };
  const files = nodes.filter(({ kind }) => kind === 'file' || kind === 'further');
  return files.length === 0
    ? { op: 'read', path: place(random, nodes) }
    : { op: random.pick(['write', 'readwrite']), path: random.pick(files).path };
}

export function askChanging(random: Random, nodes: readonly Node[], others: readonly Node[]): Question {
  const op = random.pick(changing);
  const inner = nodes.slice(1).length > 0 ? nodes.slice(1) : nodes; // the root itself has neighbours
  const path = place(random, inner);
  if (op !== 'rename' && op !== 'link') return { op, path };
  // Into another plot only by a name that nobody else asks about.
  const [beyond] = others as readonly [Node];
  return { op, path, to: random.chance(0.8) ? place(random, inner) : join(beyond.path, 'from-elsewhere') };
}
