// What tells a run from every other: see memory-key.h.
#include "memory-key.h"

#include "exec-facts.h"
#include "exec-plan.h"
#include "support.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

static void put_number(struct bytes *key, uint64_t number) { put(key, &number, sizeof number); }

static void put_word(struct bytes *key, const char *word) { put(key, word, strlen(word) + 1); }

// Which file it is, and since when.
static void put_identity(struct bytes *key, const char *directory, const char *name) {
  char path[PATH_MAX + 32];
  struct stat status;
  snprintf(path, sizeof path, "%s/%s", directory, name);
  if (stat(path, &status) != 0) memset(&status, 0, sizeof status);
  put_number(key, status.st_dev);
  put_number(key, status.st_ino);
  put_number(key, (uint64_t)status.st_size);
  put_number(key, (uint64_t)status.st_mtim.tv_sec);
  put_number(key, (uint64_t)status.st_mtim.tv_nsec);
  put_number(key, (uint64_t)status.st_ctim.tv_sec); // packages give all their versions one time
  put_number(key, (uint64_t)status.st_ctim.tv_nsec);
}

// Terminals are granted, and what is said on one has colours.
static void put_descriptor(struct bytes *key, int fd) {
  struct stat status;
  char link[32], path[PATH_MAX] = "";
  if (fstat(fd, &status) != 0 || !S_ISCHR(status.st_mode)) status.st_rdev = 0;
  else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof path - 1) < 0) path[0] = 0;
  }
  put_number(key, status.st_rdev);
  put_word(key, path);
}

// Values are in it as a hash: some are secret, and what a file holds somebody may read one day.
static uint64_t hash_environment(void) {
  struct bytes all = {0};
  for (char **each = environ; *each != NULL; each++) put_word(&all, *each);
  uint64_t hash = hash_bytes(all.at, all.length);
  free(all.at);
  return hash;
}

bool describe_run(struct bytes *key, const char *companions, char **words) {
  static const char *const parts[] = {"nono-launcher", "planner.blob", "cli.cjs", "planner.js", "tools.cjs", "nono-planner"};
  char here[PATH_MAX];
  if (getcwd(here, sizeof here) == NULL) return false;
  put_number(key, PLAN_FILE_VERSION);
  put_number(key, (uint64_t)(uint32_t)landlock_support() << 32 | seccomp_support());
  put_number(key, (uint64_t)getuid() << 32 | geteuid());
  put_number(key, (uint64_t)getgid() << 32 | getegid());
  put_number(key, hash_environment());
  put_word(key, companions);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) put_identity(key, companions, parts[i]);
  for (int fd = 0; fd <= 2; fd++) put_descriptor(key, fd);
  put_word(key, here);
  for (; *words != NULL; words++) put_word(key, *words);
  return true;
}
