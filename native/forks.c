// Counts the session's processes and threads. The kernel's own limit is one of the user's processes wherever they run, and
// none at all of root's, so it cannot hold this promise.
//
// Everything in the session descends from the supervisor, which adopts what loses its parent. Room is counted once and
// given away fork by fork; when it is used up, it is counted anew. A fork that was let through is the kernel's own doing,
// some time later: as long as nothing tells that it is over, it counts as one that is still to be seen.
#include "forks.h"

#include "caller.h"
#include "processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { FULL_MS = 10, MOST_LOOKS = 10, BETWEEN_LOOKS_NANOSECONDS = 1000000, GUARD = 1 };

static uint32_t room, refused;
static struct timespec full_since; // when there was none left

// The threads whose forks were let through and may not be over.
static struct {
  pid_t *list;
  size_t count, room;
} forking;

static void forget(pid_t thread) {
  for (size_t i = 0; i < forking.count; i++)
    if (forking.list[i] == thread) forking.list[i--] = forking.list[--forking.count];
}

static bool remember(pid_t thread) {
  if (forking.count == forking.room) {
    size_t more = forking.room == 0 ? 64 : 2 * forking.room;
    pid_t *list = realloc(forking.list, more * sizeof *list);
    if (list == NULL) return false;
    forking.list = list;
    forking.room = more;
  }
  forking.list[forking.count++] = thread;
  return true;
}

static bool is_fork(long number) {
#ifdef SYS_fork
  if (number == SYS_fork || number == SYS_vfork) return true;
#endif
  return number == SYS_clone;
}

// By the call that it waits in. While it runs nobody can tell whether it is still at the fork.
static bool has_forked(pid_t thread) {
  char text[32] = "", *end;
  int fd = open_in_proc(thread, "syscall", 0);
  if (fd < 0) return fd == -ENOENT;
  ssize_t length = read(fd, text, sizeof text - 1);
  int error = errno;
  close(fd);
  if (length <= 0) return length < 0 && error == ESRCH;
  long number = strtol(text, &end, 10);
  return end != text && !is_fork(number);
}

static uint32_t count_under_way(void) {
  for (size_t i = 0; i < forking.count; i++)
    if (has_forked(forking.list[i])) forking.list[i--] = forking.list[--forking.count];
  return (uint32_t)forking.count;
}

// Whose parent has gone while the others were listed may be ours.
static bool is_child_of_ours(const struct processes *all, const struct process *process) {
  for (size_t i = 0; i < all->count; i++)
    if (all->list[i].pid == process->parent) return all->list[i].is_ours;
  return process->parent != 0;
}

// A parent mostly has the smaller number and comes first, so that one round finds nearly all.
static uint32_t count_ours(struct processes *all) {
  uint32_t tasks = 0;
  for (bool found = true; found;) {
    found = false;
    for (size_t i = 0; i < all->count; i++) {
      struct process *process = &all->list[i];
      if (process->is_ours || !is_child_of_ours(all, process)) continue;
      process->is_ours = found = true;
      tasks += process->threads;
    }
  }
  return tasks;
}

// What cannot be counted leaves no room.
static uint32_t count_room(uint32_t limit) {
  struct processes all;
  uint32_t tasks = list_processes(&all) ? count_ours(&all) - GUARD : limit;
  release_processes(&all);
  return tasks < limit ? limit - tasks : 0;
}

// What is under way is told before the processes are counted: what ends in between counts twice, and nothing not at all.
static uint32_t find_room(uint32_t limit) {
  for (int looks = 1;; looks++) {
    uint32_t under_way = count_under_way(), left = count_room(limit);
    if (left > under_way) return left - under_way;
    if (left == 0 || looks == MOST_LOOKS) return 0;
    nanosleep(&(struct timespec){0, BETWEEN_LOOKS_NANOSECONDS}, NULL);
  }
}

// Asked by many at once there is no sense in counting for each.
static bool is_still_full(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  long ms = (now.tv_sec - full_since.tv_sec) * 1000 + (now.tv_nsec - full_since.tv_nsec) / 1000000;
  return full_since.tv_sec != 0 && ms < FULL_MS;
}

static bool has_room(uint32_t limit) {
  if (room > 0) return true;
  if (is_still_full()) return false;
  room = find_room(limit);
  full_since.tv_sec = 0;
  if (room == 0) clock_gettime(CLOCK_MONOTONIC, &full_since);
  return room > 0;
}

void judge_fork(const struct broker *broker, const struct call *call) {
  forget(call->caller); // it is here again, so its last fork is over
  if (has_room(broker->program->limits.tasks) && remember(call->caller)) {
    room--;
    let_through(broker->listener, call);
    return;
  }
  refused++;
  answer_number(broker->listener, call, 0, EAGAIN);
}

uint32_t refused_forks(void) { return refused; }
