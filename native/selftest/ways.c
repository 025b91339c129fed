// Tries the ways out of a sandbox, each in a process of its own, and prints what the kernel said to each: a program of its
// own, which `nono selftest` runs confined and, to see whether a way exists at all, unconfined.
#include "ways.h"
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_USAGE = 64, PATH_BYTES = 4096 };

const char *outside;
pid_t victim;
int port;
const char *number;

long fails(int error) {
  errno = error;
  return -1;
}

const char *path_of(const char *format, ...) {
  static char path[PATH_BYTES];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(path, sizeof path, format, arguments);
  va_end(arguments);
  return path;
}

const char *secret(void) { return path_of("%s/secret", outside); }

long open_at(const char *path, int flags) {
  char byte;
  int fd = open(path, flags | O_CLOEXEC, 0600);
  if (fd < 0 || flags & (O_WRONLY | O_DIRECTORY)) return fd;
  return read(fd, &byte, 1) < 0 ? -1 : 0;
}

long connect_to(const char *name, size_t length) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (length > sizeof address.sun_path) return fails(ENAMETOOLONG);
  memcpy(address.sun_path, name, length);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address,
                               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
}

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

static void attempt_all(const struct way *ways, const char *runs) {
  for (; ways->name != NULL; ways++)
    if (strchr(runs, ways->run) != NULL) attempt(ways);
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "victim") == 0) return be_victim();
  if (argc != 6) {
    fputs("nono-ways-out: started by nono, not by hand. Try: nono selftest\n", stderr);
    return EXIT_USAGE;
  }
  outside = argv[2];
  victim = (pid_t)atoi(argv[3]);
  port = atoi(argv[4]);
  number = argv[5];
  attempt_all(common_ways, argv[1]);
  attempt_all(platform_ways, argv[1]);
  return 0;
}
