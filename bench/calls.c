// Median time of single calls, in microseconds, as a JSON object: run it outside and inside.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3000 };
static double times[ROUNDS];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int compare(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return (a > b) - (a < b);
}

static int make(const char *name) { return open(name, O_WRONLY | O_CREAT | O_EXCL, 0644); }

static int prepare(int call) {
  if (call == 0 || call == 1) return close(make("f"));
  if (call == 4) unlink("k");
  return 0;
}

static int descriptor;

static int perform(int call) {
  switch (call) {
  case 0: return unlink("f");
  case 1: return rename("f", "g");
  case 2: return ftruncate(descriptor, 0);
  case 3: return open("h", O_WRONLY);
  case 4: return open("k", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  case 5: return open("/dev/null", O_WRONLY);
  case 6: return make("n");
  default: return open("h", O_RDONLY);
  }
}

static void finish(int call, int result) {
  if (result < 0) perror("calls");
  if (result < 0) exit(1);
  if (call >= 3) close(result);
  if (call == 6) unlink("n");
}

int main(void) {
  static const char *const names[] = {"unlink",          "rename",       "ftruncate",         "open to write",
                                      "open to create",  "open /dev/null", "create exclusively", "open to read"};
  descriptor = open("h", O_RDWR | O_CREAT, 0644);
  for (int call = 0; call < 8; call++) {
    for (int i = 0; i < ROUNDS; i++) {
      prepare(call);
      double start = now();
      int result = perform(call);
      times[i] = now() - start;
      finish(call, result);
    }
    qsort(times, ROUNDS, sizeof *times, compare);
    printf("%s\"%s\":%.2f", call == 0 ? "{" : ",", names[call], times[ROUNDS / 2]);
  }
  puts("}");
  unlink("g"), unlink("h"), unlink("k");
}
