// The ways out of a run that selftest tries, and what each answer means. native/selftest tries them, by these names.
import type { Machine } from './machine.ts';

type Way = {
  readonly group:
    | 'files'
    | 'inside a grant'
    | 'processes'
    | 'services'
    | 'kernel'
    | 'handed over'
    | 'sockets'
    | 'network'
    | 'granted';
  readonly about: string;
  /** The platform that alone has it, and why; without it every platform has it. */
  readonly only?: readonly [platform: Machine['platform'], because: string];
};

const proc = ['linux', '/proc is Linux’s'] as const;
const call = ['linux', 'the system call is Linux’s'] as const;
const family = ['linux', 'the kind of socket is Linux’s'] as const;
const mac = ['macos', 'the call is macOS’s'] as const;
const service = ['macos', 'services of the system have names on macOS alone'] as const;

export const ways = {
  read: { group: 'files', about: 'read a file' },
  list: { group: 'files', about: 'list a directory' },
  execute: { group: 'files', about: 'execute a script' },
  write: { group: 'files', about: 'write to a file' },
  create: { group: 'files', about: 'make a file' },
  symlink: { group: 'files', about: 'read by a symbolic link' },
  'hard-link': { group: 'files', about: 'read by a hard link' },
  'proc-root': { group: 'files', about: "read by another process's root", only: proc },
  'proc-cwd': { group: 'files', about: "read by another process's directory", only: proc },
  handle: { group: 'files', about: 'read by a file handle', only: call },
  clone: { group: 'files', about: 'read by a clone', only: mac },
  number: { group: 'files', about: 'read by its number', only: ['macos', '/.vol is macOS’s'] },
  chmod: { group: 'files', about: 'change the mode' },
  times: { group: 'files', about: 'change the times' },
  attributes: { group: 'files', about: 'set an attribute' },
  'move-in': { group: 'files', about: 'move it into a grant' },
  truncate: { group: 'files', about: 'cut it' },
  delete: { group: 'files', about: 'delete it' },
  denied: { group: 'inside a grant', about: 'read what is denied' },
  'move-denied': { group: 'inside a grant', about: 'move what is denied' },
  key: { group: 'inside a grant', about: 'read an SSH key of a granted home' },
  hook: { group: 'inside a grant', about: 'rewrite a git hook' },
  'cut-old': {
    group: 'inside a grant',
    about: 'cut a file from before',
    only: ['linux', 'Seatbelt cannot tell cutting from writing; the original is cloned'],
  },
  'delete-old': { group: 'inside a grant', about: 'delete a file from before' },
  blocked: { group: 'inside a grant', about: 'execute a blocked command' },
  plan: { group: 'inside a grant', about: "change the session's plan" },
  signal: { group: 'processes', about: 'signal a process outside' },
  trace: { group: 'processes', about: 'trace it' },
  limit: { group: 'processes', about: 'ask for its limits', only: call },
  environment: { group: 'processes', about: 'read its environment' },
  memory: { group: 'processes', about: 'open its memory' },
  'vm-read': { group: 'processes', about: 'read its memory by a system call', only: call },
  'descriptor-of': { group: 'processes', about: 'take a descriptor of it', only: call },
  'namespace-of': { group: 'processes', about: 'enter a namespace of it', only: call },
  outlive: {
    group: 'processes',
    about: 'stay when the run is over',
    only: ['linux', 'on macOS what stays is confined, and nobody inherits it'],
  },
  clipboard: { group: 'services', about: 'read the clipboard', only: service },
  launch: { group: 'services', about: 'have programs started outside', only: service },
  keychain: { group: 'services', about: 'ask for the keychain', only: service },
  'io-uring': { group: 'kernel', about: 'use io_uring', only: call },
  namespace: { group: 'kernel', about: 'make a user namespace', only: call },
  mount: { group: 'kernel', about: 'mount a file system' },
  bpf: { group: 'kernel', about: 'use bpf', only: call },
  perf: { group: 'kernel', about: 'open a performance counter', only: call },
  faults: { group: 'kernel', about: 'handle page faults', only: call },
  keyring: { group: 'kernel', about: 'keep a key', only: call },
  terminal: { group: 'kernel', about: 'type into the terminal' },
  privileges: { group: 'handed over', about: 'gain privileges by executing' },
  descriptor: { group: 'handed over', about: 'use a descriptor of the caller' },
  'secret-variable': { group: 'handed over', about: 'find a secret in the environment' },
  'loader-variable': { group: 'handed over', about: 'find a variable of the loader' },
  socket: { group: 'sockets', about: 'reach a service by a Unix socket' },
  'abstract-socket': { group: 'sockets', about: 'reach one by an abstract name', only: family },
  tcp: { group: 'network', about: 'connect to a port of this machine' },
  udp: { group: 'network', about: 'use UDP' },
  mptcp: { group: 'network', about: 'use multipath TCP', only: family },
  ipv6: {
    group: 'network',
    about: 'use IPv6',
    only: ['linux', 'macOS refuses what is sent, not the socket'],
  },
  icmp: { group: 'network', about: 'ping' },
  raw: { group: 'network', about: 'use raw sockets' },
  packet: { group: 'network', about: 'use packet sockets', only: family },
  netlink: { group: 'network', about: 'use netlink', only: family },
  vsock: { group: 'network', about: 'reach the host of a virtual machine', only: family },
  resolver: {
    group: 'network',
    about: 'ask for a name',
    only: ['macos', 'on Linux names are asked for by UDP'],
  },
  routes: { group: 'network', about: 'use routing sockets', only: ['macos', 'on Linux it is netlink'] },
  'kernel-control': { group: 'network', about: 'use control sockets of the kernel', only: mac },
  'may-read': { group: 'granted', about: 'read a file' },
  'may-rewrite': { group: 'granted', about: 'rewrite a file from before' },
  'may-make': { group: 'granted', about: 'make a file' },
  'may-delete': { group: 'granted', about: 'delete a file in the private directory' },
  'may-delete-new': {
    group: 'granted',
    about: 'delete a file that it made',
    only: ['linux', 'Seatbelt knows no births: it has one answer for what is old and what is new'],
  },
  'may-execute': { group: 'granted', about: 'execute a program' },
  'may-pair': { group: 'granted', about: 'make a pair of sockets' },
} as const satisfies Readonly<Record<string, Way>>;

export type WayName = keyof typeof ways;

/** What the kernel said: 0, an errno, or less than 0 for the signal that ended it. */
export type Answers = ReadonlyMap<string, number>;

export type Outcome =
  /** Refused, and possible outside. */
  | 'held'
  /** Refused, as it is outside on this machine, or it was not tried there. */
  | 'closed'
  /** A way out is open. */
  | 'open'
  | 'works'
  /** What was granted does not work: then a refusal proves nothing. */
  | 'broken'
  /** It was not tried, or said nothing. */
  | 'untried';

export type Tried = Pick<Way, 'group' | 'about'> & {
  readonly name: WayName;
  readonly outcome: Outcome;
  readonly inside: number | null;
  readonly outside: number | null;
};

function outcomeOf({ group }: Way, inside: number | null, outside: number | null): Outcome {
  if (inside === null) return 'untried';
  if (group === 'granted') return inside === 0 ? 'works' : 'broken';
  if (inside === 0) return 'open';
  return outside === 0 ? 'held' : 'closed';
}

/** Those of a platform. */
export function waysOf(platform: Machine['platform']): WayName[] {
  return (Object.keys(ways) as WayName[]).filter((name) => {
    const { only }: Way = ways[name];
    return only === undefined || only[0] === platform;
  });
}

/** What every way of a platform came to. */
export function judgeWays(inside: Answers, outside: Answers, platform: Machine['platform']): Tried[] {
  return waysOf(platform).map((name) => {
    const said = { inside: inside.get(name) ?? null, outside: outside.get(name) ?? null };
    const { group, about } = ways[name];
    return { name, group, about, ...said, outcome: outcomeOf(ways[name], said.inside, said.outside) };
  });
}

const faults: readonly Outcome[] = ['open', 'broken', 'untried'];

export function isFault({ outcome }: Tried): boolean {
  return faults.includes(outcome);
}
