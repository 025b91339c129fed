// Which session a process belongs to: that of the broker itself, or one inside it. It stands in its hard limit of POSIX
// message queues, which nobody inside has: children inherit it, and here nobody changes it (inside.h).
#ifndef NONO_MARKS_H
#define NONO_MARKS_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

// Learns the limit that everybody in the session begins with: its mark, 0 where there is none to be had.
void prepare_marks(void);
rlim_t own_mark(void);

// False where it cannot be told.
bool read_mark(pid_t process, rlim_t *mark);

// The session inside that the present call comes from; own_mark() where it comes from none.
void note_caller_mark(rlim_t mark);
rlim_t caller_mark(void);

// Whether the caller belongs to a session inside, and a process does not belong to that one. The kernel keeps such
// processes apart, but would open to the broker what is theirs.
bool is_beyond_caller(pid_t process);

#endif
