// The session's control group (version 2): what it may use together, and what it used.
#ifndef NONO_CGROUP_H
#define NONO_CGROUP_H

#include "program.h"

// Files of the group, held open since the layers close the way to them; -1 where one is not needed.
struct cgroup {
  int members, cpu, memory_events, tasks_events;
};

// Makes the group that the limits name and sets them, or ends the process. Without a group everything is -1.
struct cgroup open_cgroup(const struct limits *limits);

// Moves the calling process into the group.
void join_cgroup(const struct cgroup *group);

// Microseconds of CPU time that the group used.
uint64_t cpu_time_used(const struct cgroup *group);

// How often the group ran into a limit: processes that were killed for memory, forks that were refused.
uint32_t memory_kills(const struct cgroup *group);
uint32_t tasks_refused(const struct cgroup *group);

// Removes the group once the last of its processes is gone; for as long as the layer lets the caller.
void remove_cgroup(const struct limits *limits);

#endif
