// The reviewed table of system calls that would go around Landlock or the broker, each with its reason.
import type { NetworkMode } from '../../../policy/policy.ts';
import type { Action, ErrnoName } from './action.ts';
import type { Syscall } from './syscalls.ts';

/**
 * A test of one argument: `argument & mask` is among the values, or is not. Only the low 32 bits are looked at, on
 * purpose: the kernel ignores the rest of an `int`, so a filter that compared it could be passed by setting it.
 */
export type ArgumentTest = { readonly argument: number; readonly mask?: number } & (
  | { readonly oneOf: readonly number[] }
  | { readonly noneOf: readonly number[] }
);

/** The first rule of a call whose tests all hold decides; a call without one is allowed. */
export type SyscallRule = {
  readonly calls: readonly Syscall[];
  readonly when?: readonly ArgumentTest[];
  readonly action: Action;
  readonly reason: string;
};

const refuse = (errno: ErrnoName): Action => ({ kind: 'errno', errno });
const allow: Action = { kind: 'allow' };
const notify: Action = { kind: 'notify' };

const terminalControl = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c, TIOCSETD: 0x5423 } as const;

const namespaces =
  0x00020000 | // CLONE_NEWNS
  0x02000000 | // CLONE_NEWCGROUP
  0x04000000 | // CLONE_NEWUTS
  0x08000000 | // CLONE_NEWIPC
  0x10000000 | // CLONE_NEWUSER
  0x20000000 | // CLONE_NEWPID
  0x40000000; // CLONE_NEWNET

const sharing = { directory: 0x00000200, process: 0x00010000 } as const; // CLONE_FS, CLONE_THREAD

// For clone this bit is part of the exit signal, so only unshare can mean a time namespace by it.
const timeNamespace = 0x00000080;

// PER_LINUX, PER_LINUX32, UNAME26, both, and the question without a change. What is left out weakens: it makes
// readable memory executable or switches address randomization off.
const personalities = [0, 8, 0x20000, 0x20008, 0xffffffff];

const family = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const;
// The bits above the mask are SOCK_CLOEXEC and SOCK_NONBLOCK; the kernel takes them off before it looks at the type.
const socketType = { mask: 0xf, stream: 1, datagram: 2, seqpacket: 5, packet: 10 } as const;
const netlinkRoute = 0;
const protocol = { tcp: 6 } as const;
const fastOpen = 0x20000000; // MSG_FASTOPEN

// What a program sets of a TCP socket. Left out is what leads a connection to 127.0.0.1 or ::1 out of this machine, by
// source routes and devices, and all that is for other sockets.
const level = { socket: 1, ip: 0, ipv6: 41 } as const;
const deviceOptions = { SO_BINDTODEVICE: 25, SO_BINDTOIFINDEX: 62 } as const;
const ipOptions = {
  IP_TOS: 1,
  IP_TTL: 2,
  IP_PKTINFO: 8,
  IP_MTU_DISCOVER: 10,
  IP_RECVERR: 11,
  IP_RECVTTL: 12,
  IP_RECVTOS: 13,
  IP_FREEBIND: 15,
  IP_BIND_ADDRESS_NO_PORT: 24,
  IP_LOCAL_PORT_RANGE: 51,
} as const;
const ipv6Options = {
  IPV6_UNICAST_HOPS: 16,
  IPV6_MTU_DISCOVER: 23,
  IPV6_MTU: 24,
  IPV6_RECVERR: 25,
  IPV6_V6ONLY: 26,
  IPV6_RECVPKTINFO: 49,
  IPV6_RECVHOPLIMIT: 51,
  IPV6_DONTFRAG: 62,
  IPV6_RECVTCLASS: 66,
  IPV6_TCLASS: 67,
  IPV6_AUTOFLOWLABEL: 70,
} as const;

const cloning = { FICLONE: 0x40049409, FICLONERANGE: 0x4020940d, FIDEDUPERANGE: 0xc0189436 } as const;
const ioctlType = {
  mask: 0xff00,
  btrfs: 0x9400,
  bcachefs: 0xbc00,
  files: 0x6600,
  xfs: 0x5800,
  version: 0x7600,
} as const;
const ocfs2Reflink = 0x40186f04; // OCFS2_IOC_REFLINK
const fatAttributes = 0x40047211; // FAT_IOCTL_SET_ATTRIBUTES
const fileType = { mask: 0o170000, socket: 0o140000 } as const;

const setUserId = 0o4000;
const setAnyId = 0o6000;
const creates = { create: 0o100, unnamed: 0o20000000 } as const;

const staysBehind = "a program with the user's, or root's, power stays behind for everyone";

/**
 * Giving a file the set-user-ID bit, wherever the mode of a call stands, or the set-group-ID bit with which it is made; an
 * open has a mode where it creates. Directories have the latter too, so of chmod the broker judges it.
 */
const settingId: readonly SyscallRule[] = [
  ...(
    [
      [['chmod', 'fchmod'], 1, setUserId],
      [['fchmodat', 'fchmodat2'], 2, setUserId],
      [['mknod', 'creat'], 1, setAnyId],
      [['mknodat'], 2, setAnyId],
    ] as const
  ).map(
    ([calls, argument, mask]): SyscallRule => ({
      calls,
      when: [{ argument, mask, noneOf: [0] }],
      action: refuse('EPERM'),
      reason: staysBehind,
    }),
  ),
  ...(
    [
      ['open', 1],
      ['openat', 2],
    ] as const
  ).flatMap(([call, flags]) =>
    Object.values(creates).map(
      (bit): SyscallRule => ({
        calls: [call],
        when: [
          { argument: flags, mask: bit, oneOf: [bit] },
          { argument: flags + 1, mask: setAnyId, noneOf: [0] },
        ],
        action: refuse('EPERM'),
        reason: 'the same, from the start',
      }),
    ),
  ),
];

const alwaysRefused: readonly SyscallRule[] = [
  {
    calls: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
    action: refuse('ENOSYS'),
    reason: 'its operations pass no filter; ENOSYS makes libraries fall back',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, oneOf: Object.values(terminalControl) }],
    action: refuse('EPERM'),
    reason: 'types into the terminal that the caller goes on using, or changes its line discipline',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, oneOf: Object.values(cloning) }],
    action: allow,
    reason: 'shares blocks between files that are open for it, on any file system',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, mask: ioctlType.mask, oneOf: [ioctlType.btrfs, ioctlType.bcachefs] }],
    action: refuse('EPERM'),
    reason: 'makes and destroys whole subvolumes through a directory that is open for reading',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, oneOf: [ocfs2Reflink] }],
    action: refuse('EPERM'),
    reason: 'copies a file by two paths, past every open',
  },
  ...settingId,
  {
    calls: ['open_by_handle_at'],
    action: refuse('EPERM'),
    reason: 'opens files by inode, past every directory',
  },
  {
    calls: ['uselib'],
    action: refuse('ENOSYS'),
    reason: 'maps a file by its path, past every open; most kernels have it no more',
  },
  {
    calls: [
      'mount',
      'umount2',
      'pivot_root',
      'chroot',
      'move_mount',
      'open_tree',
      'open_tree_attr',
      'fsopen',
      'fsconfig',
      'fsmount',
      'fspick',
      'mount_setattr',
      'swapon',
      'swapoff',
    ],
    action: refuse('EPERM'),
    reason: 'changes what paths mean',
  },
  {
    calls: ['unshare'],
    when: [{ argument: 0, mask: namespaces | timeNamespace, noneOf: [0] }],
    action: refuse('EPERM'),
    reason: 'a user namespace gives every capability inside it, and with it the attack surface of root',
  },
  {
    calls: ['clone'],
    when: [{ argument: 0, mask: namespaces, noneOf: [0] }],
    action: refuse('EPERM'),
    reason: 'the same by the other entry',
  },
  {
    calls: ['clone3'],
    action: refuse('ENOSYS'),
    reason: 'its flags lie behind a pointer; ENOSYS makes libc use clone',
  },
  { calls: ['setns'], action: refuse('EPERM'), reason: 'enters the namespaces of other processes' },
  {
    calls: ['bpf', 'perf_event_open', 'fanotify_init', 'lookup_dcookie'],
    action: refuse('EPERM'),
    reason: 'watches other processes and files, or loads code into the kernel',
  },
  {
    calls: ['userfaultfd'],
    action: refuse('ENOSYS'),
    reason: 'lets a race in the kernel be won at leisure',
  },
  {
    calls: ['add_key', 'request_key', 'keyctl'],
    action: refuse('ENOSYS'),
    reason: "keyrings belong to the user and the session, so other programs' keys are in them",
  },
  {
    calls: [
      'shmget',
      'shmat',
      'shmctl',
      'shmdt',
      'semget',
      'semop',
      'semtimedop',
      'semctl',
      'msgget',
      'msgsnd',
      'msgrcv',
      'msgctl',
      'mq_open',
      'mq_unlink',
    ],
    action: refuse('EPERM'),
    reason: "other processes' shared memory and queues have no path that Landlock could withhold",
  },
  {
    calls: ['personality'],
    when: [{ argument: 0, noneOf: personalities }],
    action: refuse('EPERM'),
    reason: 'weakens memory protection',
  },
  // adjtimex and clock_adjtime are left out: reading the clock's state is harmless, and setting it takes CAP_SYS_TIME,
  // which the hygiene drops.
  {
    calls: [
      'init_module',
      'finit_module',
      'delete_module',
      'kexec_load',
      'kexec_file_load',
      'reboot',
      'acct',
      'quotactl',
      'quotactl_fd',
      'settimeofday',
      'clock_settime',
      'sethostname',
      'setdomainname',
      'syslog',
      'vhangup',
      'iopl',
      'ioperm',
      'modify_ldt',
      'nfsservctl',
    ],
    action: refuse('EPERM'),
    reason: 'administers the machine',
  },
  {
    calls: ['process_vm_writev', 'process_madvise', 'pidfd_getfd'],
    action: refuse('EPERM'),
    reason: "reaches into other processes' memory and descriptors",
  },
  {
    calls: ['prlimit64'],
    when: [{ argument: 0, noneOf: [0] }],
    action: refuse('EPERM'),
    reason:
      'a limit of one second of CPU kills any process of the user; 0 means oneself, and libc asks for that',
  },
  {
    calls: ['socketpair'],
    when: [
      { argument: 0, oneOf: [family.unix] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.stream, socketType.seqpacket] },
    ],
    action: allow,
    reason: 'both ends stay inside',
  },
  {
    calls: ['socketpair'],
    action: refuse('EACCES'),
    reason: 'a datagram pair may still send to any path, and raw Unix sockets are datagrams too',
  },
  {
    calls: ['mknod'],
    when: [{ argument: 1, mask: fileType.mask, oneOf: [fileType.socket] }],
    action: refuse('EPERM'),
    reason: 'a socket is made by binding it, which the broker judges',
  },
  {
    calls: ['mknodat'],
    when: [{ argument: 2, mask: fileType.mask, oneOf: [fileType.socket] }],
    action: refuse('EPERM'),
    reason: 'the same',
  },
];

const open: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.inet, family.inet6] },
      // The kernel turns AF_INET with this type into AF_PACKET: __sock_create, net/socket.c.
      { argument: 1, mask: socketType.mask, noneOf: [socketType.packet] },
    ],
    action: allow,
    reason: 'the network was left open',
  },
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.netlink] },
      { argument: 2, oneOf: [netlinkRoute] },
    ],
    action: allow,
    reason: 'libc lists interfaces by it',
  },
  {
    calls: ['socket'],
    action: refuse('EAFNOSUPPORT'),
    reason:
      'vsock, packet, Bluetooth, the crypto API and the rest lead around the network or into the kernel',
  },
];

const withoutBroker: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [{ argument: 0, oneOf: [family.unix] }],
    action: refuse('EACCES'),
    reason:
      'docker, D-Bus, ssh-agent and tmux answer on paths that Landlock does not withhold; no broker judges',
  },
];

const localSockets: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.unix] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.stream, socketType.seqpacket] },
    ],
    action: allow,
    reason: 'what it may be joined with, the broker judges',
  },
  {
    calls: ['socket'],
    when: [{ argument: 0, oneOf: [family.unix] }],
    action: refuse('EACCES'),
    reason: 'a datagram can be sent to any path, whatever the socket is connected to',
  },
  {
    calls: ['connect', 'bind'],
    action: notify,
    reason: 'the address lies behind a pointer; the broker uses a copy of it',
  },
];

const datagramSockets: readonly SyscallRule[] = [
  {
    calls: ['socket', 'socketpair'],
    when: [
      { argument: 0, oneOf: [family.unix] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.datagram] },
    ],
    action: allow,
    reason: 'a server of datagrams is granted; where each is sent to, the broker judges',
  },
];

const judgedSending: readonly SyscallRule[] = [
  {
    calls: ['sendto'],
    when: [{ argument: 5, noneOf: [0] }],
    action: notify,
    reason: 'an address of some length may be a path; without one it goes to the peer, which was judged',
  },
  {
    calls: ['sendmsg', 'sendmmsg'],
    action: notify,
    reason: 'the same, but the address is behind two pointers',
  },
];

const namedPorts: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    when: [
      { argument: 0, oneOf: [family.inet, family.inet6] },
      { argument: 1, mask: socketType.mask, oneOf: [socketType.stream] },
      { argument: 2, oneOf: [0, protocol.tcp] },
    ],
    action: allow,
    reason: 'TCP alone: its addresses are judged by the broker. MPTCP and SCTP are streams as well',
  },
  {
    calls: ['setsockopt'],
    when: [
      { argument: 1, oneOf: [level.socket] },
      { argument: 2, oneOf: Object.values(deviceOptions) },
    ],
    action: refuse('EPERM'),
    reason: 'sends what is addressed to loopback out by another device',
  },
  {
    calls: ['setsockopt'],
    when: [
      { argument: 1, oneOf: [level.ip] },
      { argument: 2, noneOf: Object.values(ipOptions) },
    ],
    action: refuse('EPERM'),
    reason: 'a source route reaches another machine first; a group that is joined is told to the network',
  },
  {
    calls: ['setsockopt'],
    when: [
      { argument: 1, oneOf: [level.ipv6] },
      { argument: 2, noneOf: Object.values(ipv6Options) },
    ],
    action: refuse('EPERM'),
    reason: 'the same: a routing header',
  },
  {
    calls: ['sendto'],
    when: [{ argument: 3, mask: fastOpen, oneOf: [fastOpen] }],
    action: refuse('EOPNOTSUPP'),
    reason: 'TCP Fast Open connects without connect',
  },
  {
    calls: ['sendmsg'],
    when: [{ argument: 2, mask: fastOpen, oneOf: [fastOpen] }],
    action: refuse('EOPNOTSUPP'),
    reason: 'the same',
  },
  {
    calls: ['sendmmsg'],
    when: [{ argument: 3, mask: fastOpen, oneOf: [fastOpen] }],
    action: refuse('EOPNOTSUPP'),
    reason: 'the same',
  },
];

const closed: readonly SyscallRule[] = [
  {
    calls: ['socket'],
    action: refuse('EACCES'),
    reason: 'no family is left out: TCP, UDP, ICMP, raw, packet, vsock, netlink, MPTCP',
  },
];

const toldClosed: SyscallRule = {
  calls: ['socket'],
  when: [{ argument: 0, oneOf: [family.inet, family.inet6] }],
  action: notify,
  reason: 'the broker refuses it, so that the report can say what the program wanted',
};

const refusedJoining: readonly SyscallRule[] = [
  {
    calls: ['connect', 'bind', 'listen'],
    action: refuse('EACCES'),
    reason: 'a second lock, should a socket come in by a descriptor',
  },
];

const judgedListening: readonly SyscallRule[] = [
  {
    calls: ['listen'],
    action: notify,
    reason: 'a socket that is bound to nothing would be given a port on every interface',
  },
];

const openFlag = {
  accessMode: 0o3,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  path: 0o10000000,
  unnamed: 0o20000000, // O_TMPFILE without its O_DIRECTORY: the kernel takes neither alone
} as const;

/**
 * Who answers what the filter leaves open, each with all that the one before it does.
 *
 * - `absent`: nobody.
 * - `judging`: a broker, for writing, for what could lose something from before or change what is protected, metadata,
 *   sockets and commands.
 * - `making`: also for everything that is made: births are remembered, or a deny must hold for what is new.
 *
 * `+reads`: also for reading, since something is denied inside what may be read.
 * `+datagrams`: also for messages to an address, since a server of Unix datagrams is granted.
 * `+forks`: also for new processes and threads, since they are counted.
 */
export const brokers = [
  'absent',
  'judging',
  'making',
  'judging+reads',
  'making+reads',
  'making+reads+datagrams',
  'judging+forks',
  'making+forks',
  'judging+reads+forks',
  'making+reads+forks',
  'making+reads+datagrams+forks',
] as const;
export type Broker = (typeof brokers)[number];

const executable = 0o111;

/** What of an open needs no judgement, wherever its flags stand; all else is the broker's. */
function opening(call: Syscall, flags: number, makes: boolean, reads: boolean): readonly SyscallRule[] {
  const free = (mask: number, value: number, reason: string, ...more: ArgumentTest[]): SyscallRule => ({
    calls: [call],
    when: [{ argument: flags, mask, oneOf: [value] }, ...more],
    action: allow,
    reason,
  });
  const { accessMode, create, exclusive, truncate, path, unnamed } = openFlag;
  return [
    free(path, path, 'a name that is held, not an open file'),
    ...(makes
      ? []
      : [
          free(
            create | exclusive,
            create | exclusive,
            'makes a file or fails, and never opens one from before; nobody executes what it makes',
            { argument: flags + 1, mask: executable, oneOf: [0] },
          ),
          free(unnamed, unnamed, "a file without a name is the session's own"),
        ]),
    ...(reads
      ? []
      : [free(accessMode | create | truncate, 0, 'reading loses nothing; a broker would cost every read')]),
    {
      calls: [call],
      action: notify,
      reason: 'writing to what existed before: its content is kept first; or opening what is denied',
    },
  ];
}

const openings = [false, true].map((makes) =>
  [false, true].map((reads): readonly SyscallRule[] => [
    ...opening('open', 1, makes, reads),
    ...opening('openat', 2, makes, reads),
    {
      calls: ['creat', 'openat2'],
      action: notify,
      reason: 'the same; the flags of openat2 lie behind a pointer',
    },
  ]),
);

const fallocateKeepSize = 1;
const prSetDumpable = 4;

const making: readonly SyscallRule[] = [
  {
    calls: ['mkdir', 'mkdirat'],
    action: notify,
    reason: 'makes what may go again, on a file system that does not tell so by itself; or what is denied',
  },
];

const judging: readonly SyscallRule[] = [
  {
    calls: ['mknod', 'mknodat', 'symlink', 'symlinkat', 'link', 'linkat'],
    action: notify,
    reason: 'makes a name, which may be one that is protected, or stand for one',
  },
  {
    calls: ['unlink', 'unlinkat', 'rmdir', 'rename', 'renameat', 'renameat2', 'truncate', 'ftruncate'],
    action: notify,
    reason: 'takes a name or content away',
  },
  {
    calls: ['fallocate'],
    when: [{ argument: 1, mask: ~fallocateKeepSize >>> 0, noneOf: [0] }],
    action: notify,
    reason: 'punches holes, collapses, zeroes: content goes away',
  },
  {
    calls: ['umask', 'chdir', 'fchdir'],
    action: notify,
    reason:
      'the broker makes files with the mask and in the directory of who asked for them, and looks again once one was changed',
  },
  {
    calls: ['clone'],
    when: [{ argument: 0, mask: sharing.directory | sharing.process, oneOf: [sharing.directory] }],
    action: notify,
    reason: 'two processes with one directory and mask: the broker then looks each time',
  },
  {
    calls: ['unshare'],
    when: [{ argument: 0, mask: sharing.directory, oneOf: [sharing.directory] }],
    action: notify,
    reason: 'two threads of one process with two: the same',
  },
];

const flagChanges = { FS_IOC_SETFLAGS: 0x40086602, FS_IOC_FSSETXATTR: 0x401c5820 } as const;
const fileQuestions = {
  FS_IOC_GETFLAGS: 0x80086601,
  FS_IOC_FIEMAP: 0xc020660b,
  FS_IOC_FSGETXATTR: 0x801c581f,
} as const;

const guarding: readonly SyscallRule[] = [
  {
    calls: ['execve', 'execveat'],
    action: notify,
    reason: 'commands that are blocked, and files that are denied',
  },
  {
    calls: [
      'chmod',
      'fchmod',
      'fchmodat',
      'fchmodat2',
      'chown',
      'fchown',
      'lchown',
      'fchownat',
      'utime',
      'utimes',
      'futimesat',
      'utimensat',
      'setxattr',
      'lsetxattr',
      'fsetxattr',
      'removexattr',
      'lremovexattr',
      'fremovexattr',
    ],
    action: notify,
    reason: 'Landlock knows no metadata: it changes where writing is granted',
  },
  {
    calls: ['setxattrat', 'removexattrat', 'file_setattr'],
    action: refuse('ENOSYS'),
    reason:
      'newer forms of the same, with their arguments behind pointers; ENOSYS makes libraries use the older',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, oneOf: Object.values(flagChanges) }],
    action: notify,
    reason: 'flags of a file, such as immutable',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, oneOf: Object.values(fileQuestions) }],
    action: allow,
    reason: 'asks a file system about a file',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, mask: ioctlType.mask, oneOf: [ioctlType.files, ioctlType.xfs, ioctlType.version] }],
    action: refuse('EPERM'),
    reason: 'seals, encrypts, moves and renumbers files through a descriptor that is open for reading',
  },
  {
    calls: ['ioctl'],
    when: [{ argument: 1, oneOf: [fatAttributes] }],
    action: refuse('EPERM'),
    reason: 'makes files read-only or hidden by the same, on FAT',
  },
  {
    calls: ['landlock_create_ruleset'],
    action: refuse('EOPNOTSUPP'),
    reason:
      'the broker acts within its own grants, so it would lead around a narrower sandbox made inside; better none than that',
  },
  {
    calls: ['prctl'],
    when: [
      { argument: 0, oneOf: [prSetDumpable] },
      { argument: 1, oneOf: [0] },
    ],
    action: { kind: 'pretend' },
    reason: 'the broker could no longer read its paths; nothing is dumped inside, by the limit',
  },
];

const counting: readonly SyscallRule[] = [
  {
    calls: ['clone', 'fork', 'vfork'],
    action: notify,
    reason:
      'there may be so many processes and threads at a time; the namespaces of clone are refused before',
  },
];

/** The rules of a run, in order: the first that matches a call decides. */
export function filterRules(network: NetworkMode, broker: Broker): readonly SyscallRule[] {
  const [level, ...more] = broker.split('+') as ['absent' | 'judging' | 'making', ...string[]];
  const reads = more.includes('reads');
  const datagrams = more.includes('datagrams');
  const present = level !== 'absent';
  const makes = level === 'making';
  return [
    ...(datagrams ? datagramSockets : []),
    ...alwaysRefused,
    ...(present ? localSockets : withoutBroker),
    ...(network === 'open' ? open : []),
    ...(network === 'ports' ? namedPorts : []),
    ...(datagrams ? judgedSending : []),
    ...(network === 'open' ? [] : [...(present ? [toldClosed] : []), ...closed]),
    ...(network === 'open' ? [] : present ? judgedListening : refusedJoining),
    ...(present ? (openings[Number(makes)]?.[Number(reads)] ?? []) : []),
    ...(makes ? making : []),
    ...(present ? judging : []),
    ...(present ? guarding : []),
    ...(more.includes('forks') ? counting : []),
  ];
}
