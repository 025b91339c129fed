// Tries one thing from inside the sandbox and prints what the kernel said: "ok" or the name of the errno.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static int say(long result) {
  puts(result < 0 ? strerrorname_np(errno) : "ok");
  return 0;
}

// Numbers may be given as 0x…; an upper half is kept, so that a register's high bits can be set.
static long number(const char *text) { return (long)strtoull(text, NULL, 0); }

static int raw(char **arguments, int count) {
  long args[7] = {0};
  for (int i = 0; i < count && i < 7; i++) args[i] = number(arguments[i]);
  return say(syscall(args[0], args[1], args[2], args[3], args[4], args[5], args[6]));
}

static int open_path(const char *path, int flags) {
  int fd = open(path, flags, 0600);
  char byte;
  if (fd >= 0 && !(flags & (O_WRONLY | O_DIRECTORY)) && read(fd, &byte, 1) < 0) return say(-1);
  return say(fd);
}

#if defined(__x86_64__)
// socket() through the 32-bit entry: a filter that knows only 64-bit numbers would let it through.
static int socket_i386(void) {
  long result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(359), "b"(AF_INET), "c"(SOCK_STREAM), "d"(0) : "memory", "r8", "r9", "r10", "r11");
  errno = result < 0 ? (int)-result : 0;
  return say(result < 0 ? -1 : 0);
}
#endif

static int connect_unix(const char *path, int type) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int fd = socket(AF_UNIX, type, 0);
  return say(fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof address));
}

// A datagram pair can be pointed at any path, by sendto as well as by a second connect.
static int pair_to_path(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) != 0) return say(-1);
  return say(sendto(pair[0], "x", 1, 0, (struct sockaddr *)&address, sizeof address));
}

static int list_descriptors(void) {
  for (int fd = 0; fd < 256; fd++)
    if (fcntl(fd, F_GETFD) >= 0) printf("%d ", fd);
  puts("");
  return 0;
}

static int core_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) != 0) return say(-1);
  printf("%lu %lu\n", (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
  return 0;
}

// A process that leaves its session and its parent, and ignores every signal it can.
static int linger(const char *mark) {
  if (fork() != 0) return 0;
  setsid();
  if (fork() != 0) _exit(0);
  for (int signal = 1; signal < 65; signal++) sigaction(signal, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
  for (int fd = 0; fd < 3; fd++) close(fd);
  int fd = open(mark, O_CREAT | O_WRONLY, 0666);
  dprintf(fd, "%d\n", getpid());
  close(fd);
  for (;;) pause();
}

// Replaces itself faster than a killer that looks for one process at a time.
static int breed(int generations) {
  signal(SIGCHLD, SIG_IGN);
  for (int i = 0; i < generations; i++) {
    if (fork() != 0) _exit(0);
    setsid();
  }
  return 0;
}

static void caught(int signal) {
  (void)signal;
  if (write(1, "caught\n", 7) < 0) _exit(1);
}

// Every delivery prints a line: a shell's trap would count two that come close together as one.
static int count_interrupts(void) {
  sigaction(SIGINT, &(struct sigaction){.sa_handler = caught}, NULL);
  puts("ready");
  fflush(stdout);
  for (;;) pause();
}

int main(int argc, char **argv) {
  const char *what = argc > 1 ? argv[1] : "";
  const char *first = argc > 2 ? argv[2] : "";
  const char *second = argc > 3 ? argv[3] : "";
  if (!strcmp(what, "syscall")) return raw(argv + 2, argc - 2);
  if (!strcmp(what, "read")) return open_path(first, O_RDONLY);
  if (!strcmp(what, "write")) return open_path(first, O_WRONLY);
  if (!strcmp(what, "append")) return open_path(first, O_WRONLY | O_APPEND);
  if (!strcmp(what, "readwrite")) return open_path(first, O_RDWR);
  if (!strcmp(what, "create")) return open_path(first, O_WRONLY | O_CREAT | O_EXCL);
  if (!strcmp(what, "list")) return open_path(first, O_RDONLY | O_DIRECTORY);
  if (!strcmp(what, "truncate")) return say(truncate(first, 0));
  if (!strcmp(what, "unlink")) return say(unlink(first));
  if (!strcmp(what, "mkdir")) return say(mkdir(first, 0700));
  if (!strcmp(what, "rmdir")) return say(rmdir(first));
  if (!strcmp(what, "rename")) return say(rename(first, second));
  if (!strcmp(what, "link")) return say(link(first, second));
  if (!strcmp(what, "symlink")) return say(symlink(first, second));
  if (!strcmp(what, "mknod")) return say(mknod(first, S_IFCHR | 0600, 0x103));
  if (!strcmp(what, "mkfifo")) return say(mkfifo(first, 0600));
  if (!strcmp(what, "execute")) return execl(first, first, NULL), say(-1);
  if (!strcmp(what, "socket")) return say(socket((int)number(first), (int)number(second), (int)number(argc > 4 ? argv[4] : "0")));
  if (!strcmp(what, "socketpair")) return say(socketpair(AF_UNIX, (int)number(first), 0, (int[2]){0}));
  if (!strcmp(what, "connect-unix")) return connect_unix(first, (int)number(second));
  if (!strcmp(what, "pair-to-path")) return pair_to_path(first);
#if defined(__x86_64__)
  if (!strcmp(what, "socket-i386")) return socket_i386();
#endif
  if (!strcmp(what, "kill")) return say(kill((pid_t)number(first), (int)number(second)));
  if (!strcmp(what, "ptrace")) return say(ptrace(PTRACE_ATTACH, (pid_t)number(first), 0, 0));
  if (!strcmp(what, "limit")) return say(prlimit((pid_t)number(first), RLIMIT_CPU, NULL, &(struct rlimit){0}));
  if (!strcmp(what, "ioctl")) return say(ioctl((int)number(first), (unsigned long)number(second), ""));
  if (!strcmp(what, "descriptors")) return list_descriptors();
  if (!strcmp(what, "core")) return core_limit();
  if (!strcmp(what, "interrupts")) return count_interrupts();
  if (!strcmp(what, "linger")) return linger(first);
  if (!strcmp(what, "breed")) return breed((int)number(first));
  fprintf(stderr, "probe: unknown: %s\n", what);
  return 64;
}
