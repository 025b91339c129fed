// The session's life: the command, the guard that outlives a killed supervisor, and the end of both.
#ifndef NONO_SUPERVISE_H
#define NONO_SUPERVISE_H

#include "cgroup.h"
#include "landlock.h"
#include "program.h"

#include <time.h>

// Runs the command in the innermost layer, serves it as its broker and waits for it; returns the launcher's own exit code.
int supervise(const struct program *program, struct layers *layers, const struct cgroup *group,
              const struct timespec *start);

#endif
