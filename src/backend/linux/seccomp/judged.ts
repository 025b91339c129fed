// What the broker judges or does in the stead of a run's processes, files foremost.
import { type ArgumentTest, allow, notify, refuse, type SyscallRule } from './rule.ts';
import type { Syscall } from './syscalls.ts';

const openFlag = {
  accessMode: 0o3,
  create: 0o100,
  exclusive: 0o200,
  truncate: 0o1000,
  path: 0o10000000,
  unnamed: 0o20000000, // O_TMPFILE without its O_DIRECTORY: the kernel takes neither alone
} as const;

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
const messageQueues = 12; // RLIMIT_MSGQUEUE
const sharing = { directory: 0x00000200, process: 0x00010000 } as const; // CLONE_FS, CLONE_THREAD

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

const ioctlType = { mask: 0xff00, files: 0x6600, xfs: 0x5800, version: 0x7600 } as const;
const fatAttributes = 0x40047211; // FAT_IOCTL_SET_ATTRIBUTES
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
    calls: ['landlock_create_ruleset', 'landlock_restrict_self'],
    action: notify,
    reason:
      'the broker acts within its own grants, so it would lead around a narrower sandbox made inside: it refuses all but a session of nono, whose program it then judges by',
  },
  {
    calls: ['prlimit64'],
    when: [{ argument: 1, oneOf: [messageQueues] }],
    action: notify,
    reason: 'by this limit the broker knows which session a process belongs to: it may be read',
  },
  {
    calls: ['setrlimit'],
    when: [{ argument: 0, oneOf: [messageQueues] }],
    action: refuse('EPERM'),
    reason: 'the same',
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

/** What a broker is asked: also for all that is made, for reading too, and for new processes and threads. */
export function judgedRules(asked: {
  makes: boolean;
  reads: boolean;
  forks: boolean;
}): readonly SyscallRule[] {
  return [
    ...(openings[Number(asked.makes)]?.[Number(asked.reads)] ?? []),
    ...(asked.makes ? making : []),
    ...judging,
    ...guarding,
    ...(asked.forks ? counting : []),
  ];
}
