// The ways out of a run that selftest tries, and what each answer means. native/selftest/ways.c tries them, by these names.

type Way = {
  readonly group:
    | 'files'
    | 'inside a grant'
    | 'processes'
    | 'kernel'
    | 'handed over'
    | 'sockets'
    | 'network'
    | 'granted';
  readonly about: string;
};

export const ways = {
  read: { group: 'files', about: 'read a file' },
  list: { group: 'files', about: 'list a directory' },
  execute: { group: 'files', about: 'execute a script' },
  write: { group: 'files', about: 'write to a file' },
  create: { group: 'files', about: 'make a file' },
  symlink: { group: 'files', about: 'read by a symbolic link' },
  'hard-link': { group: 'files', about: 'read by a hard link' },
  'proc-root': { group: 'files', about: "read by another process's root" },
  'proc-cwd': { group: 'files', about: "read by another process's directory" },
  handle: { group: 'files', about: 'read by a file handle' },
  chmod: { group: 'files', about: 'change the mode' },
  times: { group: 'files', about: 'change the times' },
  attributes: { group: 'files', about: 'set an attribute' },
  'move-in': { group: 'files', about: 'move it into a grant' },
  truncate: { group: 'files', about: 'cut it' },
  delete: { group: 'files', about: 'delete it' },
  denied: { group: 'inside a grant', about: 'read what is denied' },
  key: { group: 'inside a grant', about: 'read an SSH key of a granted home' },
  hook: { group: 'inside a grant', about: 'rewrite a git hook' },
  'cut-old': { group: 'inside a grant', about: 'cut a file from before' },
  'delete-old': { group: 'inside a grant', about: 'delete a file from before' },
  blocked: { group: 'inside a grant', about: 'execute a blocked command' },
  plan: { group: 'inside a grant', about: "change the session's plan" },
  signal: { group: 'processes', about: 'signal a process outside' },
  trace: { group: 'processes', about: 'trace it' },
  limit: { group: 'processes', about: 'ask for its limits' },
  environment: { group: 'processes', about: 'read its environment' },
  memory: { group: 'processes', about: 'open its memory' },
  'vm-read': { group: 'processes', about: 'read its memory by a system call' },
  'descriptor-of': { group: 'processes', about: 'take a descriptor of it' },
  'namespace-of': { group: 'processes', about: 'enter a namespace of it' },
  outlive: { group: 'processes', about: 'stay when the run is over' },
  'io-uring': { group: 'kernel', about: 'use io_uring' },
  namespace: { group: 'kernel', about: 'make a user namespace' },
  mount: { group: 'kernel', about: 'mount a file system' },
  bpf: { group: 'kernel', about: 'use bpf' },
  perf: { group: 'kernel', about: 'open a performance counter' },
  faults: { group: 'kernel', about: 'handle page faults' },
  keyring: { group: 'kernel', about: 'keep a key' },
  terminal: { group: 'kernel', about: 'type into the terminal' },
  privileges: { group: 'handed over', about: 'gain privileges by executing' },
  descriptor: { group: 'handed over', about: 'use a descriptor of the caller' },
  'secret-variable': { group: 'handed over', about: 'find a secret in the environment' },
  'loader-variable': { group: 'handed over', about: 'find a variable of the loader' },
  socket: { group: 'sockets', about: 'reach a service by a Unix socket' },
  'abstract-socket': { group: 'sockets', about: 'reach one by an abstract name' },
  tcp: { group: 'network', about: 'connect to a port of this machine' },
  udp: { group: 'network', about: 'use UDP' },
  mptcp: { group: 'network', about: 'use multipath TCP' },
  icmp: { group: 'network', about: 'ping' },
  raw: { group: 'network', about: 'use raw sockets' },
  packet: { group: 'network', about: 'use packet sockets' },
  netlink: { group: 'network', about: 'use netlink' },
  vsock: { group: 'network', about: 'reach the host of a virtual machine' },
  'may-read': { group: 'granted', about: 'read a file' },
  'may-rewrite': { group: 'granted', about: 'rewrite a file from before' },
  'may-make': { group: 'granted', about: 'make a file and delete it' },
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

export type Tried = Way & {
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

/** What every way came to. */
export function judgeWays(inside: Answers, outside: Answers): Tried[] {
  return (Object.keys(ways) as WayName[]).map((name) => {
    const said = { inside: inside.get(name) ?? null, outside: outside.get(name) ?? null };
    return { name, ...ways[name], ...said, outcome: outcomeOf(ways[name], said.inside, said.outside) };
  });
}

const faults: readonly Outcome[] = ['open', 'broken', 'untried'];

export function isFault({ outcome }: Tried): boolean {
  return faults.includes(outcome);
}
