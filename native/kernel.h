// Kernel interfaces that older system headers lack: numbers from include/uapi/linux of Linux 6.18.
#ifndef NONO_KERNEL_H
#define NONO_KERNEL_H

#include <stdint.h>

#define NR_LANDLOCK_CREATE_RULESET 444
#define NR_LANDLOCK_ADD_RULE 445
#define NR_LANDLOCK_RESTRICT_SELF 446
#define NR_CLOSE_RANGE 436
#define NR_PIDFD_OPEN 434
#define NR_OPENAT2 437
#define NR_PIDFD_GETFD 438
#define NR_FCHMODAT2 452

#define LANDLOCK_VERSION_QUERY 1u
#define LANDLOCK_PATH_BENEATH 1
#define LANDLOCK_WRITE_FILE (1u << 1)
#define LANDLOCK_READ_FILE (1u << 2)
#define LANDLOCK_NET_PORT 2
#define LANDLOCK_BIND_TCP 1u
#define LANDLOCK_CONNECT_TCP 2u
#define LANDLOCK_ABSTRACT_SOCKETS 1u

struct landlock_ruleset {
  uint64_t handled_fs;
  uint64_t handled_net;
  uint64_t scoped;
};

struct landlock_path_rule {
  uint64_t allowed;
  int32_t parent_fd;
} __attribute__((packed));

struct landlock_port_rule {
  uint64_t allowed;
  uint64_t port;
};

struct open_how_v1 {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve;
};

#define RESOLVE_WITHOUT_MAGIC_LINKS 0x02u
#define RESOLVE_WITHOUT_SYMLINKS 0x04u
#define RESOLVE_IN_ANOTHER_ROOT 0x10u

// Documentation/admin-guide/devices.txt: the other ends of pseudo-terminals.
#define PTY_MAJOR 136
#define PTY_MAJORS 8

#define PIDFD_OF_THREAD O_EXCL

#define NOTIFY_SET_FLAGS _IOW('!', 4, uint64_t)
#define NOTIFY_SYNC_WAKE_UP 1ul
#define FILTER_WAIT_KILLABLE (1ul << 5)

#endif
