// What no run may do, with a broker or without one: what would go around Landlock, or reach other processes and the kernel.
import { allow, refuse, type SyscallRule } from './rule.ts';

const terminalControl = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c, TIOCSETD: 0x5423 } as const;

const namespaces =
  0x00020000 | // CLONE_NEWNS
  0x02000000 | // CLONE_NEWCGROUP
  0x04000000 | // CLONE_NEWUTS
  0x08000000 | // CLONE_NEWIPC
  0x10000000 | // CLONE_NEWUSER
  0x20000000 | // CLONE_NEWPID
  0x40000000; // CLONE_NEWNET

// For clone this bit is part of the exit signal, so only unshare can mean a time namespace by it.
const timeNamespace = 0x00000080;

// PER_LINUX, PER_LINUX32, UNAME26, both, and the question without a change. What is left out weakens: it makes
// readable memory executable or switches address randomization off.
const personalities = [0, 8, 0x20000, 0x20008, 0xffffffff];

const cloning = { FICLONE: 0x40049409, FICLONERANGE: 0x4020940d, FIDEDUPERANGE: 0xc0189436 } as const;
const subvolumes = { mask: 0xff00, btrfs: 0x9400, bcachefs: 0xbc00 } as const; // of an ioctl's number, its type
const ocfs2Reflink = 0x40186f04; // OCFS2_IOC_REFLINK

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

export const alwaysRefused: readonly SyscallRule[] = [
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
    when: [{ argument: 1, mask: subvolumes.mask, oneOf: [subvolumes.btrfs, subvolumes.bcachefs] }],
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
];

/** What a session inside another refuses to all that it starts, its launcher having restricted itself before. */
export const noSandboxInside: readonly SyscallRule[] = [
  {
    calls: ['landlock_create_ruleset', 'landlock_restrict_self'],
    action: refuse('EOPNOTSUPP'),
    reason: 'the broker would lead around a sandbox that is narrower still',
  },
];
