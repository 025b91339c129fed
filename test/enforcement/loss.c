// Tries one way to lose a file from inside the sandbox and prints what the kernel said: "ok" or the name of the errno.
// `race` tries them all at once, with the paths changing under the broker's eyes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "swap.h"

static int say(long result) {
  puts(result < 0 ? strerrorname_np(errno) : "ok");
  return 0;
}

static int open_or_die(const char *path, int flags) {
  int fd = open(path, flags, 0644);
  if (fd < 0) exit(say(-1));
  return fd;
}

static int handle(const char *path) { return open_or_die(path, O_PATH | O_CLOEXEC); }

static char *through_proc(int fd) {
  static char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  return path;
}

static long open2(const char *path, unsigned long long flags, unsigned long long resolve) {
  struct open_how how = {.flags = flags, .resolve = resolve};
  return syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
}

static int try_one(const char *what, const char *path, const char *other) {
  if (!strcmp(what, "unlink")) return say(unlink(path));
  if (!strcmp(what, "unlinkat")) return say(unlinkat(open_or_die(".", O_PATH | O_DIRECTORY), path, 0));
  if (!strcmp(what, "unlink-high")) return say(syscall(SYS_unlinkat, 0xabcdef0000000000u | (unsigned)AT_FDCWD, path, 0));
  if (!strcmp(what, "rmdir")) return say(rmdir(path));
  if (!strcmp(what, "rmdirat")) return say(unlinkat(AT_FDCWD, path, AT_REMOVEDIR));
  if (!strcmp(what, "truncate")) return say(truncate(path, 1));
  if (!strcmp(what, "truncate-proc")) return say(truncate(through_proc(handle(path)), 0));
  if (!strcmp(what, "ftruncate")) return say(ftruncate(open_or_die(path, O_RDWR), 1));
  if (!strcmp(what, "ftruncate-append")) return say(ftruncate(open_or_die(path, O_WRONLY | O_APPEND), 0));
  if (!strcmp(what, "ftruncate-inherited")) return say(ftruncate(0, 0));
  if (!strcmp(what, "ftruncate-same")) return say(ftruncate(open_or_die(path, O_RDWR), atoi(other)));
  if (!strcmp(what, "punch"))
    return say(fallocate(open_or_die(path, O_RDWR), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4));
  if (!strcmp(what, "zero")) return say(fallocate(open_or_die(path, O_RDWR), FALLOC_FL_ZERO_RANGE, 0, 4));
  if (!strcmp(what, "collapse")) return say(fallocate(open_or_die(path, O_RDWR), FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
  if (!strcmp(what, "punch-inherited"))
    return say(fallocate(0, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4));
  if (!strcmp(what, "creat")) return say(creat(path, 0644));
  if (!strcmp(what, "open-trunc")) return say(open(path, O_WRONLY | O_TRUNC));
  if (!strcmp(what, "open-read-trunc")) return say(open(path, O_RDONLY | O_TRUNC));
  if (!strcmp(what, "open-high")) return say(syscall(SYS_openat, AT_FDCWD, path, 0xffffffff00000000u | O_RDWR | O_TRUNC));
  if (!strcmp(what, "open-both")) return say(open(path, O_ACCMODE | O_TRUNC));
  if (!strcmp(what, "open-proc-trunc")) return say(open(through_proc(handle(path)), O_WRONLY | O_TRUNC));
  if (!strcmp(what, "openat2-trunc")) return say(open2(path, O_WRONLY | O_TRUNC, 0));
  if (!strcmp(what, "openat2-beneath")) return say(open2(path, O_WRONLY | O_TRUNC, RESOLVE_BENEATH));
  if (!strcmp(what, "openat2-read")) return say(open2(path, O_RDONLY, 0));
  if (!strcmp(what, "openat2-write")) return say(open2(path, O_RDWR, 0));
  if (!strcmp(what, "openat2-root")) return say(open2(path, O_WRONLY | O_CREAT, RESOLVE_IN_ROOT));
  if (!strcmp(what, "openat2-setuid")) {
    struct open_how how = {.flags = O_CREAT | O_WRONLY, .mode = 04755};
    return say(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how));
  }
  if (!strcmp(what, "openat2-out")) return say(open2("../project/x", O_WRONLY | O_CREAT | O_TRUNC, RESOLVE_BENEATH));
  if (!strcmp(what, "rename")) return say(rename(other, path));
  if (!strcmp(what, "exchange")) return say(syscall(SYS_renameat2, AT_FDCWD, other, AT_FDCWD, path, RENAME_EXCHANGE));
  if (!strcmp(what, "noreplace")) return say(syscall(SYS_renameat2, AT_FDCWD, other, AT_FDCWD, path, RENAME_NOREPLACE));
  if (!strcmp(what, "whiteout")) return say(syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, other, RENAME_WHITEOUT));
  if (!strcmp(what, "link-remove")) return say(link(path, other) == 0 ? unlink(other) : -1);
  if (!strcmp(what, "move-remove")) return say(rename(path, other) == 0 ? unlink(other) : -1);
  fprintf(stderr, "loss: what is %s?\n", what);
  return 2;
}

// ---- what must go on as outside ----

static void no_action(int signal) { (void)signal; }

// Signals every 100 microseconds, as Go's scheduler sends them: every call is made once, and none is interrupted.
static int storm(int rounds) {
  struct sigaction action = {.sa_handler = no_action, .sa_flags = SA_RESTART};
  struct itimerval often = {{0, 100}, {0, 100}};
  sigaction(SIGALRM, &action, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  for (int i = 0; i < rounds; i++) {
    int fd = open("storm", O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0 || write(fd, "x", 1) != 1 || ftruncate(fd, 0) != 0 || close(fd) != 0) return say(-1);
    if (rename("storm", "storm-2") != 0 || unlink("storm-2") != 0) return say(-1);
  }
  return say(0);
}

// A path whose last byte is its page's last; without its NUL it reaches into what is not there.
static int at_page_end(int terminated) {
  char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(pages + 4096, 4096);
  char *path = pages + 4096 - (terminated ? 5 : 4);
  memcpy(path, "edge", terminated ? 5 : 4);
  int fd = open(path, O_WRONLY | O_CREAT, 0644);
  return fd < 0 ? say(-1) : say(unlink(path));
}

static void *churn(void *number) {
  char one[32], other[32];
  snprintf(one, sizeof one, "churn-%ld", (long)number);
  snprintf(other, sizeof other, "churn-%ld-2", (long)number);
  for (int i = 0; i < 50; i++) {
    int fd = open(one, O_WRONLY | O_CREAT, 0644);
    if (fd < 0 || close(fd) != 0 || rename(one, other) != 0 || truncate(other, 0) != 0 || unlink(other) != 0)
      return "failed";
  }
  return NULL;
}

static int churn_together(int count) {
  pthread_t threads[count];
  int failed = 0;
  for (long i = 0; i < count; i++) pthread_create(&threads[i], NULL, churn, (void *)i);
  for (int i = 0; i < count; i++) {
    void *result;
    pthread_join(threads[i], &result);
    failed |= result != NULL;
  }
  return say(failed ? -1 : 0);
}

// ---- the race: one thread rewrites the path and swaps links while others try to lose what it names ----

static char shifting[64];
static atomic_bool over;

static void *shift(void *unused) {
  (void)unused;
  for (unsigned i = 0; !over; i++) {
    memcpy(shifting, i & 1 ? "own/file" : "old/file", 9);
    if (i % 64 == 0) swap("link", "own");
    if (i % 64 == 32) swap("link", "old");
  }
  return NULL;
}

static void make_own(void) {
  int fd = open("own/file", O_CREAT | O_EXCL | O_WRONLY, 0644);
  if (fd >= 0) close(fd);
}

static void *destroy(void *path) {
  while (!over) {
    make_own();
    unlink(path);
    truncate(path, 0);
    int fd = open(path, O_WRONLY | O_TRUNC);
    if (fd >= 0) ftruncate(fd, 0), close(fd);
    rename("own/file", path);
  }
  return NULL;
}

static int race(int seconds) {
  pthread_t threads[4];
  mkdir("own", 0755);
  swap("link", "own");
  memcpy(shifting, "own/file", 9);
  pthread_create(&threads[0], NULL, shift, NULL);
  pthread_create(&threads[1], NULL, destroy, shifting);
  pthread_create(&threads[2], NULL, destroy, "link/file");
  pthread_create(&threads[3], NULL, destroy, shifting);
  sleep((unsigned)seconds);
  over = true;
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  return say(0);
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "storm")) return storm(atoi(argv[2]));
  if (argc == 3 && !strcmp(argv[1], "page-end")) return at_page_end(atoi(argv[2]));
  if (argc == 3 && !strcmp(argv[1], "churn")) return churn_together(atoi(argv[2]));
  if (argc == 3 && !strcmp(argv[1], "race")) return race(atoi(argv[2]));
  if (argc < 3) return 2;
  return try_one(argv[1], argv[2], argc > 3 ? argv[3] : "");
}
