// Tries the ways out of a sandbox, each in a process of its own, and prints what the kernel said to each: a program of its
// own, which `nono selftest` runs confined and, to see whether a way exists at all, unconfined.
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, PATH_BYTES = 4096, LEAKED_FD = 9, HANDLE_BYTES = 128, PATIENCE_MS = 5000 };

static const char *outside; // a directory that is not granted
static pid_t victim;        // a process that is not confined
static int port;            // where it listens

static long fails(int error) {
  errno = error;
  return -1;
}

static const char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
static const char *path_of(const char *format, ...) {
  static char path[PATH_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path, sizeof path, format, arguments);
  va_end(arguments);
  return path;
}

static const char *secret(void) { return path_of("%s/secret", outside); }

static long open_at(const char *path, int flags) {
  char byte;
  int fd = open(path, flags | O_CLOEXEC, 0600);
  if (fd < 0 || flags & (O_WRONLY | O_DIRECTORY)) return fd;
  return read(fd, &byte, 1) < 0 ? -1 : 0;
}

static long read_outside(void) { return open_at(secret(), O_RDONLY); }
static long list_outside(void) { return open_at(outside, O_RDONLY | O_DIRECTORY); }
static long write_outside(void) { return open_at(secret(), O_WRONLY); }
static long create_outside(void) { return open_at(path_of("%s/new", outside), O_WRONLY | O_CREAT | O_EXCL); }
static long cut_outside(void) { return truncate(secret(), 0); }
static long delete_outside(void) { return unlink(path_of("%s/victim", outside)); }
static long chmod_outside(void) { return chmod(secret(), 0666); }
static long times_outside(void) { return utimensat(AT_FDCWD, secret(), NULL, 0); }
static long attribute_outside(void) { return setxattr(secret(), "user.way-out", "x", 1, 0); }
static long execute_outside(void) {
  const char *tool = path_of("%s/tool", outside);
  return execl(tool, tool, (char *)NULL);
}
static long read_by_symlink(void) { return symlink(secret(), "symlink") != 0 ? -1 : open_at("symlink", O_RDONLY); }
static long read_by_hard_link(void) { return link(secret(), "link") != 0 ? -1 : open_at("link", O_RDONLY); }
static long move_inside(void) { return rename(path_of("%s/moved", outside), "moved"); }
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

static long read_denied(void) { return open_at(".env", O_RDONLY); }
static long read_key(void) { return open_at(".ssh/id_selftest", O_RDONLY); }
static long plant_hook(void) { return open_at(".git/hooks/pre-commit", O_WRONLY | O_CREAT | O_TRUNC); }
static long delete_old(void) { return unlink("old"); }
static long cut_old(void) { return truncate("old", 0); }
static long run_blocked(void) { return execlp("shred", "shred", "--version", (char *)NULL); }
static long change_plan(void) {
  const char *plan = getenv("NONO_PLAN");
  return plan == NULL ? fails(ENOENT) : open_at(plan, O_WRONLY);
}

static long signal_it(void) { return kill(victim, 0); }
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
static long type_into_terminal(void) { return ioctl(0, TIOCSTI, ""); }
static long keep_privileges(void) { return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? fails(EPERM) : 0; }
static long use_descriptor(void) { return fcntl(LEAKED_FD, F_GETFD); }
static long read_secret_variable(void) { return getenv("SELFTEST_API_TOKEN") == NULL ? fails(ENOENT) : 0; }
static long keep_loader_variable(void) { return getenv("LD_LIBRARY_PATH") == NULL ? fails(ENOENT) : 0; }

static long connect_to(const char *name, size_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length > sizeof address.sun_path) return fails(ENAMETOOLONG);
  memcpy(address.sun_path, name, length);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

static long reach_socket(void) { return connect_to("../outside/socket", sizeof "../outside/socket"); }
static long reach_abstract(void) {
  char name[32] = "";
  size_t length = abstract_name(name, victim);
  return connect_to(name, length);
}

static long reach_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address);
}
static long use_udp(void) { return socket(AF_INET6, SOCK_DGRAM, 0); }
static long use_multipath(void) { return socket(AF_INET, SOCK_STREAM, 262); }
static long use_icmp(void) { return socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP); }
static long use_raw(void) { return socket(AF_INET, SOCK_RAW, IPPROTO_TCP); }
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

static long read_inside(void) { return open_at("old", O_RDONLY); }
static long rewrite_inside(void) {
  int fd = open("kept", O_WRONLY | O_TRUNC | O_CLOEXEC);
  return fd < 0 ? -1 : write(fd, "new", 3) - 3;
}
static long make_and_delete(void) { return open_at("new", O_WRONLY | O_CREAT | O_EXCL) < 0 ? -1 : unlink("new"); }
static long execute_shell(void) { return execl("/bin/sh", "sh", "-c", ":", (char *)NULL); }
static long make_pair(void) { return socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0}); }

static const struct way {
  const char *name;
  long (*try)(void);
  char run; // 'f': files, processes and the kernel; 'n': the network; 'c': as 'f', but only confined
} ways[] = {
    // First: some of the ways destroy what these need.
    {"may-read", read_inside, 'f'},
    {"may-rewrite", rewrite_inside, 'f'},
    {"may-make", make_and_delete, 'f'},
    {"may-execute", execute_shell, 'f'},
    {"may-pair", make_pair, 'f'},
    {"read", read_outside, 'f'},
    {"list", list_outside, 'f'},
    {"execute", execute_outside, 'f'},
    {"write", write_outside, 'f'},
    {"create", create_outside, 'f'},
    {"symlink", read_by_symlink, 'f'},
    {"hard-link", read_by_hard_link, 'f'},
    {"proc-root", read_by_root, 'f'},
    {"proc-cwd", read_by_cwd, 'f'},
    {"handle", read_by_handle, 'f'},
    {"chmod", chmod_outside, 'f'},
    {"times", times_outside, 'f'},
    {"attributes", attribute_outside, 'f'},
    {"move-in", move_inside, 'f'},
    {"truncate", cut_outside, 'f'},
    {"delete", delete_outside, 'f'},
    {"denied", read_denied, 'f'},
    {"key", read_key, 'f'},
    {"hook", plant_hook, 'f'},
    {"cut-old", cut_old, 'f'},
    {"delete-old", delete_old, 'f'},
    {"blocked", run_blocked, 'f'},
    {"plan", change_plan, 'c'},
    {"signal", signal_it, 'f'},
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
    {"terminal", type_into_terminal, 'c'},
    {"privileges", keep_privileges, 'f'},
    {"descriptor", use_descriptor, 'f'},
    {"secret-variable", read_secret_variable, 'f'},
    {"loader-variable", keep_loader_variable, 'f'},
    {"socket", reach_socket, 'f'},
    {"abstract-socket", reach_abstract, 'f'},
    {"outlive", outlive, 'c'},
    {"tcp", reach_port, 'n'},
    {"udp", use_udp, 'n'},
    {"mptcp", use_multipath, 'n'},
    {"icmp", use_icmp, 'n'},
    {"raw", use_raw, 'n'},
    {"packet", use_packets, 'n'},
    {"netlink", use_netlink, 'n'},
    {"vsock", use_vsock, 'n'},
};

static void attempt(const struct way *way) {
  int status;
  pid_t child = fork();
  if (child == 0) {
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC); // programs that are started print, too
    dup2(nowhere, 1);
    dup2(nowhere, 2);
    _exit(way->try() < 0 ? errno : 0);
  }
  if (child < 0 || waitpid(child, &status, 0) < 0) status = errno << 8;
  printf("%s %d\n", way->name, WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
  fflush(stdout); // a child must not print it again
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "victim") == 0) return be_victim();
  if (argc != 5) {
    fputs("nono-ways-out: started by nono, not by hand. Try: nono selftest\n", stderr);
    return EXIT_USAGE;
  }
  outside = argv[2];
  victim = (pid_t)atoi(argv[3]);
  port = atoi(argv[4]);
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
    if (strchr(argv[1], ways[i].run) != NULL) attempt(&ways[i]);
  return 0;
}
