// Runs that were made before. A run that is made a second time is remembered; from the third on nono's own process makes it
// without planning, as long as every look that planning took at the disk sees what it saw.
#ifndef NONO_MEMORY_H
#define NONO_MEMORY_H

#include "exec-session.h"

#include <limits.h>
#include <stdbool.h>

struct memory {
  struct bytes key;     // what tells this run from every other
  int directory, file;  // where it is remembered, and the file for the planner to write, which has no name yet; -1: none
  char name[32];
  bool is_first;        // nothing is known of it
};

// Where this run is known and all holds, begins its session. Else says in `memory` whether it is to be remembered.
bool recall_run(struct memory *memory, const char *companions, char **words, struct execution *execution);

// When a run is over: keeps its name, or what the planner wrote, when that has ended; what is not whole is not kept.
void keep_memory(const struct memory *memory);

#endif
