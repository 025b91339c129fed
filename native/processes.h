// The processes of this machine, as /proc lists them.
#ifndef NONO_PROCESSES_H
#define NONO_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process {
  pid_t pid, parent;
  uint32_t threads;
  bool is_dead; // and not buried yet
  bool is_ours; // the caller itself; whoever walks the tree marks the others
};

struct processes {
  struct process *list; // in the order of their numbers
  size_t count, room;
};

// False where the list is not whole; it is to be released all the same.
bool list_processes(struct processes *all);

void release_processes(struct processes *all);

#endif
