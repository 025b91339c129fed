// Puts native/cgroup.c to a kernel that has the controllers: what a group holds, and what it says of it, as JSON.
#include "../../native/cgroup.h"
#include "../../native/channel.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY_BYTES = 64 << 20, TASKS = 10, CHUNK_BYTES = 1 << 20, CHUNKS = 200 };

void fail(const char *step, const char *detail, int error) {
  printf("{\"failed\":\"%s %s\",\"errno\":%d}\n", step, detail, error);
  exit(125);
}

static void use_memory(void) {
  for (int i = 0; i < CHUNKS; i++) memset(malloc(CHUNK_BYTES), 1, CHUNK_BYTES);
}

// The exit code tells how many there were when one was refused.
static void use_tasks(void) {
  for (int made = 0; made < 100; made++) {
    pid_t child = fork();
    if (child < 0) _exit(errno == EAGAIN ? made : 100);
    if (child == 0) {
      sleep(1);
      _exit(0);
    }
  }
}

static void use_time(void) {
  for (alarm(1);;) continue;
}

static int status_of(const struct cgroup *group, void (*use)(void)) {
  pid_t child = fork();
  int status;
  if (child == 0) {
    join_cgroup(group);
    use();
    _exit(0);
  }
  waitpid(child, &status, 0);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  struct limits limits = {.memory_bytes = MEMORY_BYTES, .tasks = TASKS, .cpu_seconds = 1, .cgroup = argv[1]};
  limits.flags = LIMITS_MEMORY_TOGETHER | LIMITS_TASKS_TOGETHER | LIMITS_CPU_TOGETHER;
  struct cgroup group = open_cgroup(&limits);
  int memory = status_of(&group, use_memory), tasks = status_of(&group, use_tasks);
  uint64_t before = cpu_time_used(&group);
  status_of(&group, use_time);
  uint64_t used = cpu_time_used(&group) - before;
  uint32_t kills = memory_kills(&group), refused = tasks_refused(&group);
  remove_cgroup(&limits);
  printf("{\"memory_signal\":%d,\"memory_kills\":%u,\"made\":%d,\"refused\":%u,\"used_some_time\":%s,\"removed\":%s}\n",
         WIFSIGNALED(memory) ? WTERMSIG(memory) : 0, kills, WEXITSTATUS(tasks), refused,
         used > 100000 ? "true" : "false", access(argv[1], F_OK) != 0 ? "true" : "false");
  return 0;
}
