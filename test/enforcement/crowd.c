// Many busy processes that fork at the same moment, for some seconds; prints how many of them there were at most, by their
// own count, and whether they were refused any.
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static struct {
  atomic_int alive, most, refused;
} *shared;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void be_busy(double seconds) {
  for (double end = now() + seconds; now() < end;) continue;
}

static void live(void (*act)(double), double how_long) {
  int alive = atomic_fetch_add(&shared->alive, 1) + 1;
  for (int most = shared->most; alive > most && !atomic_compare_exchange_weak(&shared->most, &most, alive);) continue;
  act(how_long);
  atomic_fetch_sub(&shared->alive, 1);
  _exit(0);
}

static void work(double end) {
  while (now() < end) {
    pid_t child = fork();
    if (child == 0) live(be_busy, 0.004);
    if (child < 0) shared->refused++;
    else if (child % 3 == 0) be_busy(0.002);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  double end = now() + atof(argv[2]);
  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (int left = atoi(argv[1]); left > 0; left--)
    if (fork() == 0) live(work, end);
  shared->alive++; // this one
  while (wait(NULL) > 0 || errno == EINTR) continue;
  printf("%d %s\n", shared->most, shared->refused > 0 ? "refused" : "never refused");
  return 0;
}
