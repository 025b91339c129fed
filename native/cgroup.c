// The session's control group. The kernel accounts for everything that is ever forked in it, so that nothing gets away by
// forking; it can be left only by who may write to the groups around it, which no grant gives.
#include "cgroup.h"

#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { REMOVAL_ATTEMPTS = 400, REMOVAL_WAIT_NANOSECONDS = 5000000 };

static void set(int directory, const char *file, uint64_t value) {
  char text[32];
  int length = snprintf(text, sizeof text, "%" PRIu64, value);
  int fd = openat(directory, file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, (size_t)length) != length) fail("set a limit of the control group", file, errno);
  close(fd);
}

// Memory that is swapped out would not count. A kernel without swap has no such file.
static void forbid_swap(int directory) {
  if (faccessat(directory, "memory.swap.max", F_OK, 0) == 0) set(directory, "memory.swap.max", 0);
}

static int hold(int directory, const char *file, int flags) {
  int fd = openat(directory, file, flags | O_CLOEXEC);
  if (fd < 0) fail("open the control group's", file, errno);
  return fd;
}

struct cgroup open_cgroup(const struct limits *limits) {
  struct cgroup group = {-1, -1, -1, -1};
  if (limits->cgroup == NULL) return group;
  if (mkdir(limits->cgroup, 0755) != 0) fail("make the control group", limits->cgroup, errno);
  int directory = open(limits->cgroup, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (directory < 0) fail("open the control group", limits->cgroup, errno);
  if (limits->flags & LIMITS_MEMORY_TOGETHER) {
    set(directory, "memory.max", limits->memory_bytes);
    forbid_swap(directory);
    group.memory_events = hold(directory, "memory.events", O_RDONLY);
  }
  if (limits->flags & LIMITS_TASKS_TOGETHER) {
    set(directory, "pids.max", limits->tasks);
    group.tasks_events = hold(directory, "pids.events", O_RDONLY);
  }
  if (limits->flags & LIMITS_CPU_TOGETHER) group.cpu = hold(directory, "cpu.stat", O_RDONLY);
  group.members = hold(directory, "cgroup.procs", O_WRONLY);
  close(directory);
  return group;
}

void join_cgroup(const struct cgroup *group) {
  if (group->members >= 0 && write(group->members, "0", 1) != 1) fail("enter the control group", "", errno);
}

// The number behind a key of a flat keyed file; 0 where it cannot be read.
static uint64_t value_of(int fd, const char *key) {
  char text[2048], pattern[64];
  ssize_t length = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = 0;
  snprintf(pattern, sizeof pattern, "\n%s ", key);
  const char *found = strncmp(text, pattern + 1, strlen(pattern + 1)) == 0 ? text - 1 : strstr(text, pattern);
  return found == NULL ? 0 : strtoull(found + strlen(pattern), NULL, 10);
}

uint64_t cpu_time_used(const struct cgroup *group) { return value_of(group->cpu, "usage_usec"); }

uint32_t memory_kills(const struct cgroup *group) { return (uint32_t)value_of(group->memory_events, "oom_kill"); }

uint32_t tasks_refused(const struct cgroup *group) { return (uint32_t)value_of(group->tasks_events, "max"); }

// The killed leave it when they are dead, not when they are killed.
void remove_cgroup(const struct limits *limits) {
  if (limits->cgroup == NULL) return;
  for (int attempt = 0; attempt < REMOVAL_ATTEMPTS && rmdir(limits->cgroup) != 0 && errno == EBUSY; attempt++)
    nanosleep(&(struct timespec){0, REMOVAL_WAIT_NANOSECONDS}, NULL);
}
