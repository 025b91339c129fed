// See marks.h.
#include "marks.h"

#include "held.h"

#include <stddef.h>

static struct {
  rlim_t own, callers;
} marks;

void prepare_marks(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_MSGQUEUE, &limit) != 0) limit.rlim_max = 0;
  marks.own = marks.callers = limit.rlim_max;
}

rlim_t own_mark(void) { return marks.own; }

bool read_mark(pid_t process, rlim_t *mark) {
  struct rlimit limit;
  doubt_caller();
  if (prlimit(process, RLIMIT_MSGQUEUE, NULL, &limit) != 0) return false;
  *mark = limit.rlim_max;
  return true;
}

void note_caller_mark(rlim_t mark) { marks.callers = mark; }

rlim_t caller_mark(void) { return marks.callers; }

bool is_beyond_caller(pid_t process) {
  rlim_t mark;
  if (marks.callers == marks.own) return false;
  return !read_mark(process, &mark) || mark != marks.callers;
}
