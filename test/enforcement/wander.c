// Changes its working directory, its mask and its program in every way that threads and processes have, and makes files
// meanwhile: "ok", or which of them lay elsewhere or had another mode.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROUNDS = 300 };

static int places[2];
static const mode_t masks[2] = {022, 077};
static bool changes_directory = true, changes_mask = true;

static void complain(const char *who, const char *what) {
  printf("%s: %s\n", who, what);
  exit(1);
}

// What is made now lies in the place of this number, with the mask of this number.
static void check(const char *who, int number) {
  struct stat made, there;
  int place = changes_directory ? number : 0, mask = changes_mask ? number : 0;
  int fd = open("made", O_WRONLY | O_CREAT, 0777);
  if (fd < 0 || fstat(fd, &made) != 0) complain(who, "nothing was made");
  close(fd);
  if (fstatat(places[place], "made", &there, 0) != 0 || there.st_ino != made.st_ino) complain(who, "made elsewhere");
  if ((made.st_mode & 0777) != (0777 & ~masks[mask])) complain(who, "made with another mode");
  if (unlink("made") != 0 || fstatat(places[place], "made", &there, 0) == 0) complain(who, "removed elsewhere");
}

static void enter(int place, bool by_descriptor) {
  static const char *const paths[2] = {"../a", "../b"};
  if (by_descriptor ? fchdir(places[place]) : chdir(paths[place])) complain("go", "not possible");
}

static void go(int number, bool by_descriptor) {
  if (changes_directory) enter(number, by_descriptor);
  if (changes_mask) umask(masks[number]);
}

static void wander(bool by_descriptor) {
  for (int i = 0; i < ROUNDS; i++) {
    go(i & 1, by_descriptor);
    check("wander", i & 1);
  }
}

static atomic_int wanted = -1, done = -1;

static void *work(void *unused) {
  for (int last = -1; last < ROUNDS - 1;) {
    int now = wanted;
    if (now == last) {
      if (unlink("never") == 0) complain("thread", "removed what is not there");
      continue;
    }
    check("thread", now & 1);
    done = last = now;
  }
  return unused;
}

// While one thread goes, the other makes files all the time.
static void race(void) {
  pthread_t thread;
  go(0, true);
  pthread_create(&thread, NULL, work, NULL);
  for (int i = 0; i < ROUNDS; i++) {
    go(i & 1, true);
    wanted = i;
    while (done != i) sched_yield();
  }
  pthread_join(thread, NULL);
}

static int go_to_second(void *unused) {
  (void)unused;
  go(1, true);
  return 0;
}

static void share(int flags) {
  static char stack[1 << 16];
  int status;
  go(0, true);
  check("parent", 0);
  pid_t child = clone(go_to_second, stack + sizeof stack, flags | SIGCHLD, NULL);
  if (child < 0 || waitpid(child, &status, 0) != child) complain("parent", "no child");
  int place = flags & CLONE_FS ? 1 : 0;
  check("parent", place);
}

static pthread_barrier_t barrier;

static void *part(void *unused) {
  if (unshare(CLONE_FS) != 0) complain("thread", "not parted");
  check("thread", 0);
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  check("thread", 0);
  return unused;
}

static void unshared(void) {
  pthread_t thread;
  pthread_barrier_init(&barrier, NULL, 2);
  go(0, true);
  pthread_create(&thread, NULL, part, NULL);
  pthread_barrier_wait(&barrier);
  go(1, true);
  check("main", 1);
  pthread_barrier_wait(&barrier);
  pthread_join(thread, NULL);
}

static void many(void) {
  for (int i = 0; i < 100; i++) {
    pid_t child = fork();
    if (child == 0) {
      go(i & 1, true);
      check("child", i & 1);
      exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    if (status != 0) exit(1);
  }
}

// At one address in every program.
static char *place_text(const char *text) {
  int how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  char *at = mmap((void *)0x200000000, 4096, PROT_READ | PROT_WRITE, how, -1, 0);
  if (at == MAP_FAILED) complain("main", "no memory");
  return strcpy(at, text);
}

// The memory in which the child called goes on to be its parent's when it executes.
static void execute(const char *self) {
  char *path = place_text("never");
  int status;
  close(open("made", O_WRONLY | O_CREAT, 0666));
  pid_t child = vfork();
  if (child == 0) {
    for (int i = 0; i < ROUNDS; i++) unlink(path);
    execl(self, self, "executed", NULL);
    _exit(1);
  }
  if (child < 0 || waitpid(child, &status, 0) != child || status != 0) complain("parent", "the path was another's");
}

int main(int argc, char **argv) {
  const char *how = argc > 1 ? argv[1] : "";
  if (!strcmp(how, "executed")) return unlink(place_text("made")) == 0 ? 0 : 1;
  if (mkdir("a", 0777) != 0 || mkdir("b", 0777) != 0) complain("main", "no room");
  places[0] = open("a", O_RDONLY | O_DIRECTORY);
  places[1] = open("b", O_RDONLY | O_DIRECTORY);
  const char *what = argc > 2 ? argv[2] : "";
  enter(0, true);
  umask(masks[0]);
  changes_mask = strcmp(what, "directory") != 0;
  changes_directory = strcmp(what, "mask") != 0;
  if (!strcmp(how, "path")) wander(false);
  else if (!strcmp(how, "descriptor")) wander(true);
  else if (!strcmp(how, "threads")) race();
  else if (!strcmp(how, "clone")) share(0);
  else if (!strcmp(how, "clone-shared")) share(CLONE_FS);
  else if (!strcmp(how, "unshare")) unshared();
  else if (!strcmp(how, "processes")) many();
  else if (!strcmp(how, "execution")) execute(argv[0]);
  else complain("main", "how?");
  puts("ok");
  return 0;
}
