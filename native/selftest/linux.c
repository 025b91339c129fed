// The ways out by calls that Linux alone has.
#include "victim.h"
#include "ways.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { HANDLE_BYTES = 128, PATIENCE_MS = 5000, MPTCP = 262 };

// How many bytes of the name count: the first is 0.
static size_t abstract_name(char name[32], pid_t pid) {
  return 1 + (size_t)snprintf(name + 1, 31, "nono-selftest-%d", pid);
}

void listen_elsewhere(void) {
  struct sockaddr_un abstract = {.sun_family = AF_UNIX};
  size_t used = abstract_name(abstract.sun_path, getpid());
  listen_at(AF_UNIX, &abstract, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + used));
}

static long attribute_outside(void) { return setxattr(secret(), "user.way-out", "x", 1, 0); }
static long read_by_root(void) { return open_at(path_of("/proc/%d/root%s/secret", victim, outside), O_RDONLY); }
static long read_by_cwd(void) { return open_at(path_of("/proc/%d/cwd/secret", victim), O_RDONLY); }
static long read_environment(void) { return open_at(path_of("/proc/%d/environ", victim), O_RDONLY); }
static long open_memory(void) { return open_at(path_of("/proc/%d/mem", victim), O_WRONLY); }

static long read_by_handle(void) {
  union {
    struct file_handle handle;
    char room[sizeof(struct file_handle) + HANDLE_BYTES];
  } named = {.handle.handle_bytes = HANDLE_BYTES};
  int mount_id, here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (name_to_handle_at(AT_FDCWD, secret(), &named.handle, &mount_id, 0) != 0) return -1;
  return open_by_handle_at(here, &named.handle, O_RDONLY);
}

static long cut_old(void) { return truncate("cut", 0); }
static long make_and_delete(void) { return open_at("new", O_WRONLY | O_CREAT | O_EXCL) < 0 ? -1 : unlink("new"); }

static long trace_it(void) { return ptrace(PTRACE_ATTACH, victim, NULL, NULL); }
static long limit_it(void) { return prlimit(victim, RLIMIT_CPU, NULL, &(struct rlimit){0}); }
static long read_its_memory(void) {
  char byte;
  struct iovec here = {&byte, 1}, there = {&outside, 1};
  // An address that is not mapped there is no refusal.
  return process_vm_readv(victim, &here, 1, &there, 1, 0) < 0 && errno != EFAULT ? -1 : 0;
}
static long take_its_descriptor(void) {
  long fd = syscall(SYS_pidfd_open, victim, 0);
  return fd < 0 ? -1 : syscall(SYS_pidfd_getfd, fd, 0, 0);
}
static long enter_its_namespace(void) {
  int fd = open(path_of("/proc/%d/ns/uts", victim), O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -1 : setns(fd, 0);
}

static long use_io_uring(void) {
  char parameters[120] = {0};
  return syscall(SYS_io_uring_setup, 1, parameters);
}
static long make_namespace(void) { return unshare(CLONE_NEWUSER); }
static long mount_something(void) { return mount("none", ".", "tmpfs", 0, NULL); }
static long load_bpf(void) {
  char attributes[64] = {1, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 1}; // an array of one element
  return syscall(SYS_bpf, 0, attributes, sizeof attributes);
}
static long watch_kernel(void) {
  char attributes[112] = {1, 0, 0, 0, sizeof attributes}; // a software counter
  return syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0);
}
static long handle_faults(void) { return syscall(SYS_userfaultfd, 1); }
static long keep_a_key(void) { return syscall(SYS_add_key, "user", "way-out", "x", 1, -2); }
static long keep_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? fails(EPERM) : 0; }
static long reach_abstract(void) {
  char name[32] = "";
  size_t length = abstract_name(name, victim);
  return connect_to(name, length);
}
static long use_multipath(void) { return socket(AF_INET, SOCK_STREAM, MPTCP); }
static long use_ipv6(void) { return socket(AF_INET6, SOCK_DGRAM, 0); }
static long use_packets(void) { return socket(AF_PACKET, SOCK_RAW, 0); }
static long use_netlink(void) { return socket(AF_NETLINK, SOCK_RAW, 0); }
static long use_vsock(void) { return socket(AF_VSOCK, SOCK_STREAM, 0); }

// What stays when everybody who started it has gone; it says who it is, so that somebody can look for it.
static long outlive(void) {
  if (fork() == 0) {
    setsid();
    if (fork() != 0) _exit(0);
    for (int number = 1; number < 65; number++) signal(number, SIG_IGN);
    int fd = open("lingering", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    dprintf(fd, "%d", getpid());
    close(fd);
    for (int stream = 0; stream < 3; stream++) close(stream);
    for (;;) pause();
  }
  for (int ms = 0; access("lingering", F_OK) != 0; ms++)
    if (ms == PATIENCE_MS || usleep(1000) != 0) return fails(ETIMEDOUT);
  return 0;
}

const struct way platform_ways[] = {
    {"may-delete-new", make_and_delete, 'f'},
    {"proc-root", read_by_root, 'f'},
    {"proc-cwd", read_by_cwd, 'f'},
    {"handle", read_by_handle, 'f'},
    {"attributes", attribute_outside, 'f'},
    {"cut-old", cut_old, 'f'},
    {"trace", trace_it, 'f'},
    {"limit", limit_it, 'f'},
    {"environment", read_environment, 'f'},
    {"memory", open_memory, 'f'},
    {"vm-read", read_its_memory, 'f'},
    {"descriptor-of", take_its_descriptor, 'f'},
    {"namespace-of", enter_its_namespace, 'f'},
    {"io-uring", use_io_uring, 'f'},
    {"namespace", make_namespace, 'f'},
    {"mount", mount_something, 'c'},
    {"bpf", load_bpf, 'f'},
    {"perf", watch_kernel, 'f'},
    {"faults", handle_faults, 'f'},
    {"keyring", keep_a_key, 'f'},
    {"privileges", keep_privileges, 'f'},
    {"abstract-socket", reach_abstract, 'f'},
    {"outlive", outlive, 'c'},
    {"mptcp", use_multipath, 'n'},
    {"ipv6", use_ipv6, 'n'},
    {"packet", use_packets, 'n'},
    {"netlink", use_netlink, 'n'},
    {"vsock", use_vsock, 'n'},
    {0},
};
