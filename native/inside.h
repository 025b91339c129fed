// Sessions that are begun inside this one. The kernel knows one listener in a tree of processes, so their calls come to this
// broker, which judges them by their own program as well as by this session's.
// Which session a process belongs to, marks.h knows.
#ifndef NONO_INSIDE_H
#define NONO_INSIDE_H

#include "broker.h"

// Learns the limit that everybody in the session begins with.
void prepare_inside(void);

// From here to the next call, judges by the caller's own program too. False: its session is over, or cannot be told, so
// that nothing is to be done for it.
bool judge_as_caller(const struct call *call);

// By this session's program alone: what comes after the last call is nobody's inside.
void judge_as_session(void);

// landlock_create_ruleset: what is said of sessions inside, the beginning of one, or its launcher's ruleset. Everybody else
// gets what a kernel without Landlock says, since the broker would lead around a narrower sandbox.
void serve_ruleset(const struct broker *broker, const struct call *call);

// landlock_restrict_self: a launcher's inside.
void serve_restriction(const struct broker *broker, const struct call *call);

// prlimit64 of that limit: reading it.
void serve_limit(const struct broker *broker, const struct call *call);

#endif
