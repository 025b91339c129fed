// Counts the session's processes and threads. The kernel's own limit is one of the user's processes wherever they run, and
// none at all of root's, so it cannot hold this promise.
//
// Everything in the session descends from the supervisor, which adopts what loses its parent. Room is counted once and
// given away fork by fork; when it is used up, it is counted anew.
#include "forks.h"

#include "processes.h"

#include <errno.h>
#include <time.h>

enum { FULL_MS = 10, UNDER_WAY_NANOSECONDS = 1000000, GUARD = 1 };

static uint32_t room, refused;
static struct timespec full_since; // when there was none left

static bool is_child_of_ours(const struct processes *all, const struct process *process) {
  for (size_t i = 0; i < all->count; i++)
    if (all->list[i].pid == process->parent) return all->list[i].is_ours;
  return false;
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
  nanosleep(&(struct timespec){0, UNDER_WAY_NANOSECONDS}, NULL); // what was let through a moment ago is to be seen
  room = count_room(limit);
  full_since.tv_sec = 0;
  if (room == 0) clock_gettime(CLOCK_MONOTONIC, &full_since);
  return room > 0;
}

void judge_fork(const struct broker *broker, const struct call *call) {
  if (has_room(broker->program->limits.tasks)) {
    room--;
    let_through(broker->listener, call);
    return;
  }
  refused++;
  answer_number(broker->listener, call, 0, EAGAIN);
}

uint32_t refused_forks(void) { return refused; }
