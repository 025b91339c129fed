// Flags → Policy. Knows what each flag asks for, and nothing of any machine.
import type { Access, GrantWish, Network, PathWish, Policy, SocketWish, Variable } from './policy.ts';

/** The policy flags of one command line, as the argument parser hands them over, in their order. */
export type PolicyFlags = {
  readonly allow?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly allowFile?: readonly string[];
  readonly readFile?: readonly string[];
  readonly writeFile?: readonly string[];
  readonly allowCwd?: boolean;
  readonly bypassProtection?: readonly string[];
  readonly deny?: readonly string[];
  readonly denyWrite?: readonly string[];
  readonly netBlock?: boolean;
  readonly allowPort?: readonly number[];
  readonly listenPort?: readonly number[];
  readonly allowUnixSocket?: readonly string[];
  readonly allowUnixSocketBind?: readonly string[];
  readonly allowUnixSocketDir?: readonly string[];
  readonly allowUnixSocketDirBind?: readonly string[];
  readonly allowUnixSocketSubtree?: readonly string[];
  readonly allowUnixSocketSubtreeBind?: readonly string[];
  readonly allowCommand?: readonly string[];
  readonly blockCommand?: readonly string[];
  readonly env?: readonly string[];
  readonly workdir?: string;
  readonly onDelete?: 'refuse' | 'keep';
  /** Bytes. */
  readonly keepLimit?: number;
  readonly explain?: boolean;
  readonly bestEffort?: boolean;
};

type GrantFlag = 'allow' | 'read' | 'write' | 'allowFile' | 'readFile' | 'writeFile';

/** What each grant flag means; the error messages name the flag for the other kind from here too. */
export const grantFlags: Record<GrantFlag, { flag: string; access: Access; kind: 'directory' | 'file' }> = {
  allow: { flag: '--allow', access: 'readwrite', kind: 'directory' },
  read: { flag: '--read', access: 'read', kind: 'directory' },
  write: { flag: '--write', access: 'write', kind: 'directory' },
  allowFile: { flag: '--allow-file', access: 'readwrite', kind: 'file' },
  readFile: { flag: '--read-file', access: 'read', kind: 'file' },
  writeFile: { flag: '--write-file', access: 'write', kind: 'file' },
};

/** The flag that grants `access` to a path of this kind. */
export function grantFlagFor(access: Access, kind: 'directory' | 'file'): string {
  const row = Object.values(grantFlags).find((each) => each.access === access && each.kind === kind);
  return row?.flag ?? '--allow';
}

function grantWishes(flags: PolicyFlags): GrantWish[] {
  const named = (Object.keys(grantFlags) as GrantFlag[]).flatMap((key) => {
    const { flag, access, kind } = grantFlags[key];
    return (flags[key] ?? []).map((path): GrantWish => ({ path, access, kind, origin: `flag:${flag}` }));
  });
  if (!flags.allowCwd) return named;
  return [...named, { path: '.', access: 'readwrite', kind: 'directory', origin: 'flag:--allow-cwd' }];
}

function splitVariable(text: string): Variable | string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : { name: text.slice(0, equals), value: text.slice(equals + 1) };
}

function pathWish(path: string, flag: string): PathWish {
  return { path, origin: `flag:${flag}` };
}

type SocketFlag = Extract<keyof PolicyFlags, `allowUnixSocket${string}`>;

const socketFlags: Record<SocketFlag, Omit<SocketWish, 'path' | 'origin'> & { flag: string }> = {
  allowUnixSocket: { flag: '--allow-unix-socket', right: 'connect', extent: 'socket' },
  allowUnixSocketBind: { flag: '--allow-unix-socket-bind', right: 'bind', extent: 'socket' },
  allowUnixSocketDir: { flag: '--allow-unix-socket-dir', right: 'connect', extent: 'entries' },
  allowUnixSocketDirBind: { flag: '--allow-unix-socket-dir-bind', right: 'bind', extent: 'entries' },
  allowUnixSocketSubtree: { flag: '--allow-unix-socket-subtree', right: 'connect', extent: 'subtree' },
  allowUnixSocketSubtreeBind: { flag: '--allow-unix-socket-subtree-bind', right: 'bind', extent: 'subtree' },
};

function socketWishes(flags: PolicyFlags): SocketWish[] {
  return (Object.keys(socketFlags) as SocketFlag[]).flatMap((key) => {
    const { flag, right, extent } = socketFlags[key];
    return (flags[key] ?? []).map((path) => ({ ...pathWish(path, flag), right, extent }));
  });
}

/** Naming ports closes everything else: an open network has them already. */
function networkOf({ netBlock, allowPort = [], listenPort = [] }: PolicyFlags): Network {
  const ports = { connect: [...new Set(allowPort)], listen: [...new Set(listenPort)] };
  if (allowPort.length > 0) return { mode: 'ports', ...ports, origin: 'flag:--allow-port' };
  if (listenPort.length > 0) return { mode: 'ports', ...ports, origin: 'flag:--listen-port' };
  if (netBlock) return { mode: 'blocked', ...ports, origin: 'flag:--net-block' };
  return { mode: 'open', ...ports, origin: 'built-in:network' };
}

const defaultKeepLimit = 2 ** 30;

/** Folds the flags of one command line into a policy. */
export function policyFromFlags(flags: PolicyFlags, command: readonly string[]): Policy {
  const variables = (flags.env ?? []).map(splitVariable);
  return {
    grants: grantWishes(flags),
    bypasses: (flags.bypassProtection ?? []).map((path) => pathWish(path, '--bypass-protection')),
    denies: [
      ...(flags.deny ?? []).map((path) => ({ ...pathWish(path, '--deny'), access: 'all' as const })),
      ...(flags.denyWrite ?? []).map((path) => ({
        ...pathWish(path, '--deny-write'),
        access: 'write' as const,
      })),
    ],
    sockets: socketWishes(flags),
    network: networkOf(flags),
    commands: { allow: flags.allowCommand ?? [], block: flags.blockCommand ?? [] },
    environment: {
      pass: variables.filter((each) => typeof each === 'string'),
      set: variables.filter((each) => typeof each !== 'string'),
    },
    originals: { onDelete: flags.onDelete ?? 'refuse', mostBytes: flags.keepLimit ?? defaultKeepLimit },
    workdir: flags.workdir === undefined ? null : pathWish(flags.workdir, '--workdir'),
    command,
    explained: flags.explain ?? false,
    bestEffort: flags.bestEffort ?? false,
  };
}
