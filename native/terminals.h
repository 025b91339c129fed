// Pseudo-terminals that the session made: it may open their other ends by name, and nobody else's.
#ifndef NONO_TERMINALS_H
#define NONO_TERMINALS_H

#include "broker.h"

#include <stdbool.h>
#include <sys/stat.h>

// Whether opening this object makes a new pseudo-terminal.
bool makes_terminal(const struct statx *status);

// Remembers the other end of a pseudo-terminal that was just made for the session.
void note_terminal(int master);

// Whether a session inside may open one: where it made it, or sits at it. No grant of its has a terminal of this session's
// in it, and a path that it was granted may by now be another's. -ENOENT where no session made it, or the caller is of
// none inside.
int judge_terminal(pid_t caller, const struct statx *status);

// A descriptor of the session's terminal of this device number, or a negative errno: -ENOENT where it has none.
int open_own_terminal(const struct broker *broker, unsigned major, unsigned minor, int flags);

#endif
