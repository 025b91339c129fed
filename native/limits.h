// What a session may use: limits of the command's own process, the watch over time, and the report of what was reached.
#ifndef NONO_LIMITS_H
#define NONO_LIMITS_H

#include "cgroup.h"
#include "channel.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

// Ends the session when its time is over: first it is asked, a second later it is killed.
struct watch {
  const struct limits *limits;
  struct cgroup group;
  int timer; // -1: nothing is watched
  long processors;
  struct timespec start;
  enum limit reached;
};

// Takes what the kernel limits for each process by itself: the calling process and all that it starts.
void limit_process(const struct limits *limits);

// Starts the clock. The group is the session's.
void start_watch(struct watch *watch, const struct limits *limits, const struct cgroup *group);

// Called when the timer fired: true when the session is to be killed. It was asked to end before.
bool is_time_over(struct watch *watch, pid_t command);

// Tells nono which limits were reached. `status` is the command's.
void send_limits(const struct watch *watch, int status);

#endif
