// Landlock's rights by ABI, and what a grant means in them. Numbers: include/uapi/linux/landlock.h.
import type { FileKind } from '../../plan/host.ts';
import type { Access, NetworkMode } from '../../policy/policy.ts';

const fs = {
  execute: 1n << 0n,
  writeFile: 1n << 1n,
  readFile: 1n << 2n,
  readDirectory: 1n << 3n,
  removeDirectory: 1n << 4n,
  removeFile: 1n << 5n,
  makeCharacterDevice: 1n << 6n,
  makeDirectory: 1n << 7n,
  makeFile: 1n << 8n,
  makeSocket: 1n << 9n,
  makeFifo: 1n << 10n,
  makeBlockDevice: 1n << 11n,
  makeSymlink: 1n << 12n,
  refer: 1n << 13n,
  truncate: 1n << 14n,
  controlDevice: 1n << 15n,
  resolveUnixSocket: 1n << 16n,
} as const;

const net = { bindTcp: 1n << 0n, connectTcp: 1n << 1n, bindUdp: 1n << 2n, connectUdp: 1n << 3n } as const;

const scope = { abstractUnixSocket: 1n << 0n, signal: 1n << 1n } as const;

function union(...bits: bigint[]): bigint {
  return bits.reduce((all, bit) => all | bit, 0n);
}

/** What each ABI added. A kernel's rights are those of its own row and of all before it. */
const abis: readonly { abi: number; fs?: bigint; net?: bigint; scoped?: bigint }[] = [
  { abi: 1, fs: union(...Object.values(fs)) & (fs.refer - 1n) },
  { abi: 2, fs: fs.refer },
  { abi: 3, fs: fs.truncate },
  { abi: 4, net: net.bindTcp | net.connectTcp },
  { abi: 5, fs: fs.controlDevice },
  { abi: 6, scoped: scope.abstractUnixSocket | scope.signal },
  { abi: 9, fs: fs.resolveUnixSocket },
  { abi: 10, net: net.bindUdp | net.connectUdp },
];

/** One Landlock layer's own attributes, as `struct landlock_ruleset_attr`. */
export type Handled = { readonly fs: bigint; readonly net: bigint; readonly scoped: bigint };

/** Everything that a kernel of this ABI can restrict: what a layer handles is denied unless a rule allows it. */
export function handledBy(abi: number, network: NetworkMode): Handled {
  const offered = abis.filter((row) => row.abi <= abi);
  return {
    fs: union(...offered.map((row) => row.fs ?? 0n)),
    // With the network open no rule could list every port; otherwise the launcher adds the named ones.
    net: network !== 'open' ? union(...offered.map((row) => row.net ?? 0n)) : 0n,
    scoped: union(...offered.map((row) => row.scoped ?? 0n)),
  };
}

/**
 * A layer that denies no file that the wall does not deny already: what it is for is the boundary itself. A ruleset
 * must handle something, so it handles what no grant ever allows; and every layer denies moves between directories
 * unless it grants them, so it grants those everywhere.
 */
export function separation(abi: number): { handled: Handled; everywhere: bigint } {
  const moves = handledBy(abi, 'open').fs & fs.refer;
  const handled = { fs: fs.makeBlockDevice | moves, net: 0n, scoped: handledBy(abi, 'open').scoped };
  return { handled, everywhere: moves };
}

/** What the keeper's layer restricts: it may read what it is handed, and write to the grants and its store alone. */
export function keeping(abi: number): Handled {
  const { fs: all, scoped } = handledBy(abi, 'open');
  return { fs: all & writeTree, net: 0n, scoped };
}

/** What removing the session's control group takes of the group around it. */
export function removal(abi: number): bigint {
  return handledBy(abi, 'open').fs & fs.removeDirectory;
}

/** True where this ABI keeps signals inside the domain. */
export function scopesSignals(abi: number): boolean {
  return (handledBy(abi, 'open').scoped & scope.signal) !== 0n;
}

const readFile = fs.readFile | fs.execute;
const writeFile = fs.writeFile | fs.truncate;
const readTree = readFile | fs.readDirectory;
// No device nodes: what a character or block device leads to is no part of a directory's contents.
const writeTree =
  writeFile |
  fs.makeFile |
  fs.makeDirectory |
  fs.makeSymlink |
  fs.makeFifo |
  fs.makeSocket |
  fs.resolveUnixSocket |
  fs.removeFile |
  fs.removeDirectory |
  fs.refer;

const treeRights: Record<Access, bigint> = {
  read: readTree,
  write: writeTree,
  readwrite: readTree | writeTree,
};
const fileRights: Record<Access, bigint> = {
  read: readFile,
  write: writeFile,
  readwrite: readFile | writeFile,
};

/** What making a socket in a directory takes, or reaching one. */
export function socketRights(abi: number, right: 'connect' | 'bind'): bigint {
  return handledBy(abi, 'open').fs & (right === 'bind' ? fs.makeSocket : fs.resolveUnixSocket);
}

/** What the keeper needs to open the terminals that the session made. */
export const terminalRights = fs.writeFile;

// Without a broker to judge, nothing may be removed or cut.
const destroying = fs.removeFile | fs.removeDirectory | fs.truncate;

/** What the keeper needs in a directory to put another file in the place of one that is granted by itself. */
export function savingRights(abi: number): bigint {
  return handledBy(abi, 'open').fs & (writeFile | fs.makeFile | fs.removeFile);
}

/** What a grant means in rights, as far as this ABI knows them; `withheld`: less what destroys. */
export function rightsFor(
  abi: number,
  withheld = false,
): (grant: { kind: FileKind; access: Access }) => bigint {
  const known = handledBy(abi, 'open').fs & ~(withheld ? destroying : 0n);
  const rightsOf = ({ kind, access }: { kind: FileKind; access: Access }) => {
    if (kind === 'directory') return treeRights[access] & known;
    return (fileRights[access] | (kind === 'device' ? fs.controlDevice : 0n)) & known;
  };
  const answers = new Map<string, bigint>();
  return (grant) => {
    const key = `${grant.kind} ${grant.access}`;
    const rights = answers.get(key) ?? rightsOf(grant);
    answers.set(key, rights);
    return rights;
  };
}
