// Median time of single calls, in microseconds, as a JSON object: run it outside and inside.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 3000 };
static double times[ROUNDS];

// First those that give a number, then those that give a descriptor.
enum call {
  UNLINK,
  RENAME,
  FTRUNCATE,
  FCHMOD,
  FUTIMENS,
  CHMOD,
  EXECUTE,
  OPEN_TO_WRITE,
  OPEN_TO_CREATE,
  OPEN_NULL,
  CREATE,
  OPEN_TO_READ,
  CALL_COUNT,
};

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
  if (call == UNLINK || call == RENAME) return close(make("f"));
  if (call == OPEN_TO_CREATE) unlink("k");
  return 0;
}

static int descriptor;

static int perform(int call) {
  switch (call) {
  case UNLINK: return unlink("f");
  case RENAME: return rename("f", "g");
  case FTRUNCATE: return ftruncate(descriptor, 0);
  case FCHMOD: return fchmod(descriptor, 0644);
  case FUTIMENS: return futimens(descriptor, NULL);
  case CHMOD: return chmod("h", 0644);
  case EXECUTE: return execl("./absent", "absent", NULL) < 0 ? 0 : -1;
  case OPEN_TO_WRITE: return open("h", O_WRONLY);
  case OPEN_TO_CREATE: return open("k", O_WRONLY | O_CREAT | O_TRUNC, 0644);
  case OPEN_NULL: return open("/dev/null", O_WRONLY);
  case CREATE: return make("n");
  default: return open("h", O_RDONLY);
  }
}

static void finish(int call, int result) {
  if (result < 0) perror("calls");
  if (result < 0) exit(1);
  if (call >= OPEN_TO_WRITE) close(result);
  if (call == CREATE) unlink("n");
}

int main(void) {
  static const char *const names[CALL_COUNT] = {
      [UNLINK] = "unlink",
      [RENAME] = "rename",
      [FTRUNCATE] = "ftruncate",
      [FCHMOD] = "fchmod",
      [FUTIMENS] = "futimens",
      [CHMOD] = "chmod",
      [EXECUTE] = "execve of what is not there",
      [OPEN_TO_WRITE] = "open to write",
      [OPEN_TO_CREATE] = "open to create",
      [OPEN_NULL] = "open /dev/null",
      [CREATE] = "create exclusively",
      [OPEN_TO_READ] = "open to read",
  };
  descriptor = open("h", O_RDWR | O_CREAT, 0644);
  for (int call = 0; call < CALL_COUNT; call++) {
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
