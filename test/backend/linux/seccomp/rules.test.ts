// What the filter must answer, written without looking at the rules, and proof that each rule is missed when it is gone.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditArchitecture } from '../../../../src/backend/linux/seccomp/architecture.ts';
import { assemble } from '../../../../src/backend/linux/seccomp/assemble.ts';
import type { Instruction } from '../../../../src/backend/linux/seccomp/instruction.ts';
import type { ArgumentTest, SyscallRule } from '../../../../src/backend/linux/seccomp/rule.ts';
import { type Broker, filterRules } from '../../../../src/backend/linux/seccomp/rules.ts';
import { type Syscall, syscallNumbers } from '../../../../src/backend/linux/seccomp/syscalls.ts';
import type { Architecture } from '../../../../src/plan/machine.ts';
import type { NetworkMode } from '../../../../src/policy/policy.ts';
import { simulate } from './simulate.ts';

type Verdict = 'allow' | 'notify' | 'pretend' | 'EPERM' | 'EACCES' | 'ENOSYS' | 'EOPNOTSUPP' | 'EAFNOSUPPORT';
type Expectation = {
  readonly call: Syscall;
  readonly registers: readonly number[];
  readonly open: Verdict;
  readonly ports: Verdict;
  readonly blocked: Verdict;
};

const words = (text: string): Syscall[] => text.trim().split(/\s+/) as Syscall[];

const alwaysRefused = {
  ENOSYS: words(`
    io_uring_setup io_uring_enter io_uring_register clone3 userfaultfd add_key request_key keyctl uselib`),
  EPERM: words(`
    open_by_handle_at
    mount umount2 pivot_root chroot move_mount open_tree open_tree_attr fsopen fsconfig fsmount fspick mount_setattr
    swapon swapoff setns
    bpf perf_event_open fanotify_init lookup_dcookie
    shmget shmat shmctl shmdt semget semop semtimedop semctl msgget msgsnd msgrcv msgctl mq_open mq_unlink
    init_module finit_module delete_module kexec_load kexec_file_load reboot acct quotactl quotactl_fd
    settimeofday clock_settime sethostname setdomainname syslog vhangup iopl ioperm modify_ldt nfsservctl
    process_vm_writev process_madvise pidfd_getfd`),
} as const;

const SIGCHLD = 17;
const threadFlags = 0x003d0f00; // what pthread_create passes
const vforkFlags = 0x00004100;

const UNIX = 1;
const INET = 2;
const INET6 = 10;
const NETLINK = 16;
const STREAM = 1;
const DGRAM = 2;
const RAW = 3;
const SEQPACKET = 5;
const PACKET = 10;
const CLOEXEC = 0o2000000;
const NONBLOCK = 0o4000;

/**
 * Call, its first registers, the verdict with the network open, with it blocked, and with ports of loopback, where these
 * differ from the one before.
 */
const byArgument: [Syscall, number[], Verdict, Verdict?, Verdict?][] = [
  ['ioctl', [0, 0x5412], 'EPERM'], // TIOCSTI
  ['ioctl', [0, 0x541c], 'EPERM'], // TIOCLINUX
  ['ioctl', [0, 0x5423], 'EPERM'], // TIOCSETD
  ['ioctl', [0x5412, 0x5401], 'allow'], // TCGETS on a descriptor of that number
  ['ioctl', [0, 0x5413], 'allow'], // TIOCGWINSZ

  ['ioctl', [0, 0x5000940f], 'EPERM'], // BTRFS_IOC_SNAP_DESTROY
  ['ioctl', [0, 0x5000943f], 'EPERM'], // BTRFS_IOC_SNAP_DESTROY_V2
  ['ioctl', [0, 0x4020bc10], 'EPERM'], // BCH_IOCTL_SUBVOLUME_CREATE
  ['ioctl', [0, 0x40186f04], 'EPERM'], // OCFS2_IOC_REFLINK
  ['ioctl', [0, 0x40186f05], 'allow'], // others of this letter are for television
  ['ioctl', [0, 0x40047211], 'EPERM'], // FAT_IOCTL_SET_ATTRIBUTES
  ['ioctl', [0, 0x80047210], 'allow'], // FAT_IOCTL_GET_ATTRIBUTES
  ['ioctl', [0, 0x40049409], 'allow'], // FICLONE
  ['ioctl', [0, 0x4020940d], 'allow'], // FICLONERANGE
  ['ioctl', [0, 0xc0189436], 'allow'], // FIDEDUPERANGE

  ...(['chmod', 'fchmod'] as const).flatMap((call): [Syscall, number[], Verdict][] => [
    [call, [0, 0o4755], 'EPERM'],
    [call, [0o4000, 0o2755], 'notify'],
  ]),
  ...(['fchmodat', 'fchmodat2'] as const).flatMap((call): [Syscall, number[], Verdict][] => [
    [call, [0, 0, 0o104755], 'EPERM'],
    [call, [0, 0o4000, 0o2755], 'notify'],
  ]),
  ...(['mknod', 'creat'] as const).flatMap((call): [Syscall, number[], Verdict][] => [
    [call, [0, 0o4755], 'EPERM'],
    [call, [0, 0o2755], 'EPERM'],
    [call, [0o4000, 0o755], 'notify'],
  ]),
  ['mknodat', [0, 0, 0o104755], 'EPERM'],
  ['mknodat', [0, 0, 0o102755], 'EPERM'],
  ['mknodat', [0, 0o4000, 0o755], 'notify'],

  ['mknod', [0, 0o140644], 'EPERM'], // a socket
  ['mknodat', [0, 0, 0o140644], 'EPERM'],
  ['mknod', [0, 0o100644], 'notify'],
  ['mknod', [0, 0o010644], 'notify'], // a FIFO
  ['ioctl', [0, 0x40086602], 'notify'], // FS_IOC_SETFLAGS
  ['ioctl', [0, 0x401c5820], 'notify'], // FS_IOC_FSSETXATTR
  ['ioctl', [0, 0x80086601], 'allow'], // FS_IOC_GETFLAGS
  ['ioctl', [0, 0xc020660b], 'allow'], // FS_IOC_FIEMAP
  ['ioctl', [0, 0x801c581f], 'allow'], // FS_IOC_FSGETXATTR
  ['ioctl', [0, 0x40806685], 'EPERM'], // FS_IOC_ENABLE_VERITY
  ['ioctl', [0, 0x800c6613], 'EPERM'], // FS_IOC_SET_ENCRYPTION_POLICY
  ['ioctl', [0, 0x40087602], 'EPERM'], // FS_IOC_SETVERSION
  ['ioctl', [0, 0xc0185879], 'EPERM'], // FITRIM

  ['prlimit64', [0], 'allow'], // oneself, as getrlimit and setrlimit ask
  ['prlimit64', [1], 'EPERM'],
  ['prlimit64', [0xffffffff], 'EPERM'],

  ...[0x80, 0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000].map(
    (flag): [Syscall, number[], Verdict] => ['unshare', [flag], 'EPERM'],
  ),
  ['unshare', [0x10000000 | 0x400], 'EPERM'],
  ['unshare', [0], 'allow'],
  ['unshare', [0x400], 'allow'], // CLONE_FILES
  ['unshare', [0x200 | 0x400], 'notify'], // CLONE_FS as well

  ...[0x20000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000].map(
    (flag): [Syscall, number[], Verdict] => ['clone', [flag | SIGCHLD], 'EPERM'],
  ),
  ['clone', [0x7e020000 | threadFlags], 'EPERM'],
  ['clone', [SIGCHLD], 'allow'],
  ['clone', [threadFlags], 'allow'],
  ['clone', [vforkFlags | SIGCHLD], 'allow'],
  ['clone', [0xff], 'allow'], // an exit signal, however odd, is no namespace
  ['clone', [0x200 | SIGCHLD], 'notify'], // CLONE_FS between processes
  ['clone', [0x200 | 0x10000], 'allow'], // between threads

  ['personality', [0], 'allow'],
  ['personality', [8], 'allow'],
  ['personality', [0x20000], 'allow'],
  ['personality', [0x20008], 'allow'],
  ['personality', [0xffffffff], 'allow'],
  ['personality', [0x0040000], 'EPERM'], // ADDR_NO_RANDOMIZE
  ['personality', [0x0400000], 'EPERM'], // READ_IMPLIES_EXEC
  ['personality', [0x0060000], 'EPERM'],
  ['personality', [1], 'EPERM'],

  ['socketpair', [UNIX, STREAM], 'allow'],
  ['socketpair', [UNIX, SEQPACKET], 'allow'],
  ['socketpair', [UNIX, STREAM | CLOEXEC | NONBLOCK], 'allow'],
  ['socketpair', [UNIX, DGRAM], 'EACCES'],
  ['socketpair', [UNIX, RAW], 'EACCES'],
  ['socketpair', [UNIX, DGRAM | CLOEXEC], 'EACCES'],
  ['socketpair', [UNIX, RAW | NONBLOCK], 'EACCES'],
  ['socketpair', [UNIX, 0], 'EACCES'],
  ['socketpair', [UNIX, 8 | STREAM], 'EACCES'],
  ['socketpair', [UNIX, 8 | SEQPACKET], 'EACCES'],
  ['socketpair', [INET, STREAM], 'EACCES'],
  ['socketpair', [30, STREAM], 'EACCES'], // AF_TIPC makes pairs too

  ['socket', [UNIX, STREAM], 'allow'],
  ['socket', [UNIX, SEQPACKET | NONBLOCK], 'allow'],
  ['socket', [UNIX, DGRAM], 'EACCES'],
  ['socket', [UNIX, RAW], 'EACCES'],
  ['socket', [UNIX, DGRAM | CLOEXEC], 'EACCES'],
  ['socket', [INET, STREAM], 'allow', 'EACCES', 'allow'],
  ['socket', [INET, STREAM | CLOEXEC | NONBLOCK, 6], 'allow', 'EACCES', 'allow'],
  ['socket', [INET, STREAM, 132], 'allow', 'EACCES'], // SCTP
  ['socket', [INET, DGRAM | CLOEXEC | NONBLOCK], 'allow', 'EACCES'],
  ['socket', [INET, STREAM, 262], 'allow', 'EACCES'], // MPTCP
  ['socket', [INET, PACKET, 3], 'EAFNOSUPPORT', 'EACCES'],
  ['socket', [INET, PACKET | CLOEXEC, 3], 'EAFNOSUPPORT', 'EACCES'],
  ['socket', [INET6, STREAM], 'allow', 'EACCES', 'allow'],
  ['socket', [INET6, DGRAM], 'allow', 'EACCES'],
  ['socket', [43, STREAM], 'EAFNOSUPPORT', 'EACCES'], // SMC
  ['socket', [NETLINK, RAW, 0], 'allow', 'EACCES'], // NETLINK_ROUTE
  ['socket', [NETLINK, RAW | CLOEXEC, 0], 'allow', 'EACCES'],
  ['socket', [NETLINK, RAW, 9], 'EAFNOSUPPORT', 'EACCES'], // NETLINK_AUDIT
  ['socket', [NETLINK, RAW, 15], 'EAFNOSUPPORT', 'EACCES'], // NETLINK_KOBJECT_UEVENT
  ...[0, 3, 9, 17, 21, 29, 30, 31, 38, 40, 43, 44, 0xffffffff].map(
    (family): [Syscall, number[], Verdict, Verdict] => ['socket', [family, RAW], 'EAFNOSUPPORT', 'EACCES'],
  ),

  ['connect', [3], 'notify'],
  ['bind', [3], 'notify'],
  ['listen', [3], 'notify'],

  ...(
    [
      [1, 25], // SO_BINDTODEVICE
      [1, 62], // SO_BINDTOIFINDEX
      [0, 4], // IP_OPTIONS
      [0, 19], // IP_TRANSPARENT
      [0, 35], // IP_ADD_MEMBERSHIP
      [0, 42], // MCAST_JOIN_GROUP
      [0, 50], // IP_UNICAST_IF
      [41, 1], // IPV6_ADDRFORM
      [41, 5], // IPV6_2292RTHDR
      [41, 6], // IPV6_2292PKTOPTIONS
      [41, 20], // IPV6_ADD_MEMBERSHIP
      [41, 50], // IPV6_PKTINFO
      [41, 57], // IPV6_RTHDR
      [41, 76], // IPV6_UNICAST_IF
    ] as const
  ).map(([level, option]): [Syscall, number[], Verdict, Verdict, Verdict] => [
    'setsockopt',
    [3, level, option],
    'allow',
    'allow',
    'EPERM',
  ]),
  ...(
    [
      [1, 2], // SO_REUSEADDR
      [1, 9], // SO_KEEPALIVE
      ...[1, 2, 8, 10, 11, 12, 13, 15, 24, 51].map((option) => [0, option] as const), // of IPv4
      ...[16, 23, 24, 25, 26, 49, 51, 62, 66, 67, 70].map((option) => [41, option] as const), // of IPv6
      [6, 1], // TCP_NODELAY
      [6, 25], // the number of SO_BINDTODEVICE, to TCP
      [6, 57],
    ] as const
  ).map(([level, option]): [Syscall, number[], Verdict] => ['setsockopt', [25, level, option], 'allow']),

  ['sendto', [3, 0, 1, 0x20000000], 'allow', 'allow', 'EOPNOTSUPP'], // MSG_FASTOPEN
  ['sendto', [3, 0, 1, 0x20004000], 'allow', 'allow', 'EOPNOTSUPP'],
  ['sendto', [0x20000000, 0, 1, 0x4000], 'allow'],
  ['sendmsg', [3, 0, 0x20000000], 'allow', 'allow', 'EOPNOTSUPP'],
  ['sendmsg', [3, 0, 0x20000040], 'allow', 'allow', 'EOPNOTSUPP'],
  ['sendmsg', [3, 0, 0x40], 'allow'],
  ['sendmmsg', [3, 0, 1, 0x20000000], 'allow', 'allow', 'EOPNOTSUPP'],
  ['sendmmsg', [3, 0, 1, 0x20000001], 'allow', 'allow', 'EOPNOTSUPP'],
  ['sendmmsg', [3, 0, 0x20000000, 0x40], 'allow'],
];

const O = {
  WRONLY: 1,
  RDWR: 2,
  both: 3, // neither reading nor writing, but the right to both is asked for
  CREAT: 0o100,
  EXCL: 0o200,
  TRUNC: 0o1000,
  APPEND: 0o2000,
  NOFOLLOW: 0o400000,
  DIRECTORY: 0o200000,
  CLOEXEC,
  PATH: 0o10000000,
  TMPFILE: 0o20200000,
} as const;

const openings: readonly (readonly [number, Verdict])[] = [
  [0, 'allow'],
  [O.CLOEXEC | O.DIRECTORY | O.NOFOLLOW | NONBLOCK, 'allow'],
  [O.WRONLY, 'notify'],
  [O.RDWR, 'notify'],
  [O.both, 'notify'],
  [O.WRONLY | O.APPEND | O.CLOEXEC, 'notify'],
  [O.TRUNC, 'notify'],
  [O.CREAT, 'notify'],
  [O.WRONLY | O.EXCL, 'notify'],
  [O.CREAT | O.WRONLY | O.TRUNC, 'notify'],
  [O.CREAT | O.EXCL, 'allow'],
  [O.CREAT | O.EXCL | O.RDWR | O.TRUNC | O.CLOEXEC, 'allow'],
  [O.PATH, 'allow'],
  [O.PATH | O.WRONLY | O.TRUNC, 'allow'],
  [O.TMPFILE | O.RDWR, 'allow'],
  [O.TMPFILE | O.WRONLY | O.EXCL, 'allow'],
  [O.DIRECTORY | O.RDWR, 'notify'],
];

/** The mode counts where the call makes a file, and only there: else the register holds anything. */
const modes: readonly (readonly [number, Verdict])[] = [
  [O.CREAT | O.EXCL | O.WRONLY, 'EPERM'],
  [O.CREAT | O.WRONLY, 'EPERM'],
  [O.TMPFILE | O.RDWR, 'EPERM'],
  [O.WRONLY, 'notify'],
  [0, 'allow'],
];

const judged: [Syscall, number[], Verdict][] = [
  ...openings.flatMap(([flags, verdict]): [Syscall, number[], Verdict][] => [
    ['open', [0, flags], verdict],
    ['openat', [0, O.WRONLY, flags], verdict],
  ]),
  ...modes.flatMap(([flags, verdict]): [Syscall, number[], Verdict][] => [
    ['open', [0, flags, 0o4755], verdict],
    ['openat', [0, 0, flags, 0o4755], verdict],
    ['open', [0, flags, 0o2755], verdict],
    ['openat', [0, 0, flags, 0o2755], verdict],
  ]),
  ...(['open', 'openat'] as const).flatMap((call): [Syscall, number[], Verdict][] => {
    const registers = (flags: number, mode: number) =>
      call === 'open' ? [0, flags, mode] : [0, 0, flags, mode];
    return [
      [call, registers(O.CREAT | O.EXCL | O.WRONLY, 0o666), 'allow'],
      [call, registers(O.CREAT | O.EXCL | O.WRONLY, 0o700), 'notify'],
      [call, registers(O.CREAT | O.EXCL | O.WRONLY, 0o610), 'notify'],
      [call, registers(O.CREAT | O.EXCL | O.WRONLY, 0o601), 'notify'],
      [call, registers(O.TMPFILE | O.WRONLY, 0o700), 'allow'], // its name comes by link
    ];
  }),
  ...words(`
    umask chdir fchdir creat openat2 unlink unlinkat rmdir rename renameat renameat2 truncate ftruncate mknod mknodat symlink
    symlinkat link linkat execve execveat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes
    futimesat utimensat setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr`).map(
    (call): [Syscall, number[], Verdict] => [call, [], 'notify'],
  ),
  ...words('setxattrat removexattrat file_setattr').map((call): [Syscall, number[], Verdict] => [
    call,
    [],
    'ENOSYS',
  ]),
  ['fallocate', [3, 0], 'allow'],
  ['fallocate', [3, 1], 'allow'], // FALLOC_FL_KEEP_SIZE
  ...Array.from({ length: 30 }, (_, bit): [Syscall, number[], Verdict] => [
    'fallocate',
    [3, 2 ** (bit + 1) + 1],
    'notify',
  ]),
  ['landlock_create_ruleset', [], 'notify'],
  ['landlock_restrict_self', [], 'notify'],
  ['prlimit64', [0, 12], 'notify'], // RLIMIT_MSGQUEUE
  ['prlimit64', [1, 12], 'EPERM'],
  ['prlimit64', [0, 7], 'allow'],
  ['setrlimit', [12], 'EPERM'],
  ['setrlimit', [7], 'allow'],
  ['prctl', [4, 0], 'pretend'], // PR_SET_DUMPABLE
  ['prctl', [4, 1], 'allow'],
  ['prctl', [38, 0], 'allow'],
  ['prctl', [38, 1], 'allow'],
];

const everywhere = (verdict: Verdict) => ({ open: verdict, ports: verdict, blocked: verdict });

/** The broker refuses what is of the internet in the filter's stead, so that the report can say so. */
function isTold(call: Syscall, [family]: readonly number[], verdict: Verdict): boolean {
  return call === 'socket' && verdict === 'EACCES' && (family === 2 || family === 10);
}

const expectations: readonly Expectation[] = [
  ...Object.entries(alwaysRefused).flatMap(([verdict, calls]) =>
    calls.map((call) => ({ call, registers: [], ...everywhere(verdict as Verdict) })),
  ),
  ...[...byArgument, ...judged].map(([call, registers, open, blocked = open, ports = blocked]) => {
    const told = (verdict: Verdict) => (isTold(call, registers, verdict) ? 'notify' : verdict);
    return { call, registers, open, ports: told(ports), blocked: told(blocked) };
  }),
];

const architectures: readonly Architecture[] = ['x64', 'arm64'];
const networks: readonly NetworkMode[] = ['open', 'ports', 'blocked'];
const machines = networks.flatMap((network) =>
  architectures.map((architecture) => ({ network, architecture })),
);

/** The verdict of a filter; null where the architecture has no such call. */
function verdictOf(
  filter: readonly Instruction[],
  architecture: Architecture,
  { call, registers }: Expectation,
  uppers: readonly bigint[] = [],
): Verdict | string | null {
  const number = syscallNumbers[call][architecture];
  if (number === null) return null;
  const whole = [0, 1, 2, 3, 4, 5].map(
    (index) => ((uppers[index] ?? 0n) << 32n) | BigInt((registers[index] ?? 0) >>> 0),
  );
  const action = simulate(filter, {
    architecture: auditArchitecture[architecture],
    number,
    arguments: whole,
  });
  return action.kind === 'errno' ? action.errno : action.kind;
}

const upperHalves = fc.array(fc.bigInt({ min: 0n, max: 0xffffffffn }), { minLength: 6, maxLength: 6 });
const show = ({ call, registers }: Expectation): string =>
  `${call}(${registers.map((each) => `0x${(each >>> 0).toString(16)}`).join(', ')})`;

const onlyOnX64 = words(`
  chmod chown creat futimesat ioperm iopl lchown link mknod modify_ldt open rename rmdir symlink unlink uselib utime utimes`);

describe('filterRules()', () => {
  it('asks no broker where there is none', () => {
    const kinds = filterRules('open', 'absent').map(({ action }) => action.kind);
    expect(kinds).not.toContain('notify');
    expect(kinds).not.toContain('pretend');
  });
});

const makes: Expectation[] = [
  ...words('mkdir mkdirat').map((call) => ({ call, registers: [] })),
  { call: 'open' as const, registers: [0, O.CREAT | O.EXCL | O.RDWR, 0o644] },
  { call: 'openat' as const, registers: [0, 0, O.CREAT | O.EXCL, 0o644] },
  { call: 'open' as const, registers: [0, O.TMPFILE | O.RDWR, 0o644] },
  { call: 'openat' as const, registers: [0, 0, O.TMPFILE | O.WRONLY, 0o644] },
].map((each) => ({ ...each, ...everywhere('notify') }));

describe.each(
  architectures,
)('filterRules() with a broker for everything that is made, on %s', (architecture) => {
  const verdict = (broker: Broker, each: Expectation) =>
    verdictOf(assemble(filterRules('open', broker), architecture), architecture, each);

  it.each(
    makes.map((each) => [show(each), each] as const),
  )('tells it of %s, and no other broker', (_, each) => {
    if (syscallNumbers[each.call][architecture] === null) return expect(architecture).toBe('arm64');
    expect(verdict('making', each)).toBe('notify');
    expect(verdict('judging', each)).toBe('allow');
  });

  it('answers everything else as without that', () => {
    for (const each of expectations)
      if (!makes.some(({ call }) => call === each.call))
        expect([show(each), verdict('making', each)]).toEqual([show(each), verdict('judging', each)]);
  });
});

describe.each(machines)('filterRules() inside another session, $network on $architecture', (machine) => {
  const { network, architecture } = machine;
  const verdict = (mode: NetworkMode, broker: Broker, each: Expectation) =>
    verdictOf(assemble(filterRules(mode, broker), architecture), architecture, each);
  const none = ['landlock_create_ruleset', 'landlock_restrict_self'];

  it('hands nothing over, since the kernel has one listener', () => {
    expect(filterRules(network, 'around').map(({ action }) => action.kind)).not.toContain('notify');
  });

  it('closes, with the filter around it, exactly what would be closed by itself', () => {
    for (const each of expectations) {
      const [inside, around] = [verdict(network, 'around', each), verdict('open', 'judging', each)];
      const both = ['allow', null].includes(inside) ? around : inside;
      const alone = verdict(network, 'judging', each);
      const expected =
        alone !== 'notify'
          ? alone
          : none.includes(each.call)
            ? 'EOPNOTSUPP'
            : each.call === 'socket'
              ? 'EACCES'
              : alone;
      expect([show(each), both]).toEqual([show(each), expected]);
    }
  });
});

describe.each(architectures)('filterRules() with a broker for datagrams, on %s', (architecture) => {
  const fastOpen = 0x20000000;
  const everyone = ['open', 'ports', 'blocked'] as const;
  const cases: readonly (readonly [Syscall, number[], Verdict, Verdict, (readonly NetworkMode[])?])[] = [
    ['socket', [UNIX, DGRAM], 'allow', 'EACCES'],
    ['socket', [UNIX, DGRAM | CLOEXEC | NONBLOCK], 'allow', 'EACCES'],
    ['socket', [UNIX, RAW], 'EACCES', 'EACCES'],
    ['socketpair', [UNIX, DGRAM], 'allow', 'EACCES'],
    ['socketpair', [UNIX, RAW], 'EACCES', 'EACCES'],
    ['sendto', [3, 1, 1, 0, 0, 0], 'allow', 'allow'],
    ['sendto', [3, 1, 1, 0, 0, 110], 'notify', 'allow'],
    ['sendto', [3, 1, 1, 0, 1, 0x100000000], 'allow', 'allow'], // an int of 0
    ['sendmsg', [3, 1, 0], 'notify', 'allow'],
    ['sendmmsg', [3, 1, 1, 0], 'notify', 'allow'],
    ['sendto', [3, 1, 1, fastOpen, 1, 16], 'EOPNOTSUPP', 'EOPNOTSUPP', ['ports']],
    ['sendmsg', [3, 1, fastOpen], 'EOPNOTSUPP', 'EOPNOTSUPP', ['ports']],
  ];

  it.each(
    cases.map(
      ([call, registers, ...rest]) => [`${call} ${registers.join(' ')}`, call, registers, ...rest] as const,
    ),
  )('answers %s, and another one otherwise', (_, call, registers, expected, without, networks = everyone) => {
    for (const network of networks) {
      const verdict = (broker: Broker) =>
        verdictOf(assemble(filterRules(network, broker), architecture), architecture, {
          call,
          registers,
          ...everywhere(expected),
        });
      expect([network, verdict('making+reads+datagrams'), verdict('making+reads')]).toEqual([
        network,
        expected,
        without,
      ]);
    }
  });
});

describe.each(architectures)('filterRules() with a broker for reading, on %s', (architecture) => {
  const verdict = (broker: Broker, call: 'open' | 'openat', flags: number, mode = 0o644) => {
    const registers = call === 'open' ? [0, flags, mode] : [0, 0, flags, mode];
    const each = { call, registers, ...everywhere('notify') };
    return verdictOf(assemble(filterRules('open', broker), architecture), architecture, each);
  };

  it.each([
    0,
    O.CLOEXEC,
    O.DIRECTORY | NONBLOCK,
    O.NOFOLLOW,
    O.WRONLY,
    O.RDWR,
    O.both,
  ])('asks it about opening with %i', (flags) => {
    for (const broker of ['judging+reads', 'making+reads'] as const)
      expect(verdict(broker, 'openat', flags)).toBe('notify');
    if ((flags & O.both) === 0) expect(verdict('judging', 'openat', flags)).toBe('allow');
  });

  it('lets a name be held without it, and a file be made that nobody executes, where nothing new is denied', () => {
    expect(verdict('judging+reads', 'openat', O.PATH)).toBe('allow');
    expect(verdict('judging+reads', 'openat', O.CREAT | O.EXCL | O.WRONLY)).toBe('allow');
    expect(verdict('making+reads', 'openat', O.PATH)).toBe('allow');
    expect(verdict('making+reads', 'openat', O.CREAT | O.EXCL | O.WRONLY)).toBe('notify');
  });
});

describe.each(machines)('filterRules(), network $network on $architecture', ({ network, architecture }) => {
  const filter = assemble(filterRules(network, 'judging'), architecture);
  const here = expectations.filter(({ call }) => syscallNumbers[call][architecture] !== null);

  it.each(
    here.map((each) => [show(each), each[network], each] as const),
  )('answers %s with %s, whatever the upper halves of the registers', (_, verdict, expectation) => {
    expect(verdictOf(filter, architecture, expectation)).toBe(verdict);
    fc.assert(
      fc.property(upperHalves, (uppers) => {
        expect(verdictOf(filter, architecture, expectation, uppers)).toBe(verdict);
      }),
      { numRuns: 10, examples: [[Array(6).fill(0xffffffffn)], [Array(6).fill(1n)]] },
    );
  });

  it('leaves alone only what the architecture lacks', () => {
    const lacking = new Set(expectations.filter((each) => !here.includes(each)).map(({ call }) => call));
    expect([...lacking].sort()).toEqual(architecture === 'arm64' ? onlyOnX64 : []);
  });
});

/** Whether an expectation fails, in some mode, once the rules were changed. */
function isMissed(architecture: Architecture, change: Change): boolean {
  return networks.some((network) => {
    const filter = assemble(change(filterRules(network, 'judging')), architecture);
    return expectations.some((each) => {
      const verdict = verdictOf(filter, architecture, each);
      return verdict !== null && verdict !== each[network];
    });
  });
}

type Change = (rules: readonly SyscallRule[]) => readonly SyscallRule[];

/** Puts another test in the place of one. */
function withTest(rule: SyscallRule, test: ArgumentTest, other: ArgumentTest): Change {
  const changed = { ...rule, when: (rule.when ?? []).map((each) => (each === test ? other : each)) };
  return (rules) => rules.map((each) => (each === rule ? changed : each));
}

const everyRule = [...new Set(networks.flatMap((network) => filterRules(network, 'judging')))];
const pairs = everyRule.flatMap((rule) => rule.calls.map((call) => ({ rule, call })));
const tests = everyRule.flatMap((rule) => (rule.when ?? []).map((test) => ({ rule, test })));

describe.each(architectures)('the expectations on %s', (architecture) => {
  const exists = (rule: SyscallRule) =>
    rule.calls.some((call) => syscallNumbers[call][architecture] !== null);

  it('hold as they stand', () => {
    expect(isMissed(architecture, (rules) => rules)).toBe(false);
  });

  it.each(
    pairs.map(({ rule, call }) => [call, rule.reason, rule] as const),
  )('miss %s in the rule that it %s', (call, _, rule) => {
    const without = (rules: readonly SyscallRule[]) =>
      rules.map((each) =>
        each === rule ? { ...each, calls: each.calls.filter((one) => one !== call) } : each,
      );
    const exists = syscallNumbers[call][architecture] !== null;
    expect(isMissed(architecture, without)).toBe(exists);
  });

  it.each(
    tests.map(({ rule, test }) => [rule.calls.join(), test.argument, rule, test] as const),
  )('miss the test of %s, argument %i', (_, __, rule, test) => {
    const without = (rules: readonly SyscallRule[]) =>
      rules.map((each) =>
        each === rule ? { ...each, when: (each.when ?? []).filter((one) => one !== test) } : each,
      );
    expect(isMissed(architecture, without)).toBe(exists(rule));
  });

  it.each(
    tests.flatMap(({ rule, test }) =>
      ('oneOf' in test ? test.oneOf : test.noneOf)
        .filter((_, __, values) => values.length > 1)
        .map((value) => [value.toString(16), rule.calls.join(), rule, test] as const),
    ),
  )('miss the value 0x%s of %s', (hex, _, rule, test) => {
    const value = Number.parseInt(hex, 16);
    const others = (values: readonly number[]) => values.filter((each) => each !== value);
    const shorter =
      'oneOf' in test ? { ...test, oneOf: others(test.oneOf) } : { ...test, noneOf: others(test.noneOf) };
    expect(isMissed(architecture, withTest(rule, test, shorter))).toBe(true);
  });

  // Flags, where every bit of the mask counts by itself; a mask over a number may hold bits that change no answer.
  const flags = tests.filter(({ test }) => 'noneOf' in test && test.noneOf[0] === 0);
  it.each(
    flags.flatMap(({ rule, test }) =>
      Array.from({ length: 31 }, (_, bit) => 2 ** bit)
        .filter((bit) => ((test.mask ?? 0) & bit) !== 0)
        .map((bit) => [bit.toString(16), rule.calls.join(), rule, test] as const),
    ),
  )('miss the flag 0x%s of %s', (hex, _, rule, test) => {
    const mask = ((test.mask ?? 0) & ~Number.parseInt(hex, 16)) >>> 0;
    expect(isMissed(architecture, withTest(rule, test, { ...test, mask }))).toBe(exists(rule));
  });

  it.each(
    tests
      .filter(({ test }) => test.mask !== undefined)
      .map(({ rule, test }) => [rule.calls.join(), test.argument, rule, test] as const),
  )('miss the mask of %s, argument %i', (_, __, rule, test) => {
    const changed = withTest(rule, test, { ...test, mask: 0xffffffff });
    expect(isMissed(architecture, changed)).toBe(exists(rule));
  });
});
