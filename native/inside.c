// See inside.h.
#include "inside.h"

#include "caller.h"
#include "glob.h"
#include "held.h"
#include "judge.h"
#include "kernel.h"
#include "marks.h"
#include "support.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a program may take of the broker's memory and, with its denies, of its time for each call: everybody waits for that.
// One that covers a home has a fifth of it.
enum { MOST_SESSIONS = 32, MOST_BYTES = 1 << 20, MOST_DENIED_BYTES = 1 << 17, MOST_DENIED_NAMES = 1 << 14, MOST_BYTES_AT_ONCE = 4096 };

struct inside {
  rlim_t mark;      // 0: the place is free
  int launcher;     // a descriptor of the process that began it
  uint8_t *bytes;   // the program's texts lie there
  struct program program;
  struct judge *judge;
};

static struct {
  struct inside sessions[MOST_SESSIONS];
  rlim_t last; // the latest mark that was given
  const struct inside *callers;
} all;

// Without a mark of its own none can begin.
void prepare_inside(void) {
  prepare_marks();
  all.last = own_mark();
}

static bool has_begun_any(void) { return all.last != own_mark(); }

static const struct inside *find_session(rlim_t mark) {
  for (int i = 0; i < MOST_SESSIONS; i++)
    if (mark != 0 && all.sessions[i].mark == mark) return &all.sessions[i];
  return NULL;
}

void judge_as_session(void) {
  all.callers = NULL;
  note_caller_mark(own_mark());
  judge_also_by(NULL);
}

bool judge_as_caller(const struct call *call) {
  rlim_t mark;
  judge_as_session();
  if (!has_begun_any()) return true;
  if (!read_mark(call->caller, &mark)) return false;
  if (mark == own_mark()) return true;
  all.callers = find_session(mark);
  if (all.callers == NULL) return false;
  note_caller_mark(mark);
  judge_also_by(all.callers->judge);
  return true;
}

static void release(struct inside *inside) {
  if (inside->judge != NULL) release_judge(inside->judge);
  release_program(&inside->program);
  free(inside->bytes);
  if (inside->launcher >= 0) close(inside->launcher);
  *inside = (struct inside){.launcher = -1};
}

static bool is_over(const struct inside *inside) {
  return poll(&(struct pollfd){inside->launcher, POLLIN, 0}, 1, 0) != 0;
}

// A session that is over makes room: what may be left of it has nothing done for it from then on.
static struct inside *find_room(void) {
  for (int i = 0; i < MOST_SESSIONS; i++) {
    struct inside *inside = &all.sessions[i];
    if (inside->mark != 0 && is_over(inside)) release(inside);
    if (inside->mark == 0) return inside;
  }
  return NULL;
}

static int judge_size(const struct program *program) {
  size_t bytes = 0, names = 0;
  for (size_t i = 0; i < program->deny_count; i++) {
    const struct deny *deny = &program->denies[i];
    size_t length = strlen(deny->pattern);
    if (length >= PATH_MAX || !is_short_enough(deny)) return ENAMETOOLONG;
    bytes += length;
    names += count_names(deny->pattern);
  }
  return bytes > MOST_DENIED_BYTES || names > MOST_DENIED_NAMES ? E2BIG : 0;
}

static int read_program(const struct call *call, struct inside *inside) {
  uint64_t address = call->arguments[0], length = call->arguments[1];
  struct decode_error error;
  if (length > MOST_BYTES) return E2BIG;
  inside->bytes = malloc(length + 1);
  if (inside->bytes == NULL) return ENOMEM;
  for (uint64_t done = 0; done < length;) {
    size_t wanted = length - done < MOST_BYTES_AT_ONCE ? length - done : MOST_BYTES_AT_ONCE;
    ssize_t got = read_memory(call->caller, address + done, inside->bytes + done, wanted);
    if (got <= 0) return EFAULT;
    done += (uint64_t)got;
  }
  if (decode_program(inside->bytes, length, &inside->program, &error) != 0) return EBADMSG;
  return judge_size(&inside->program);
}

// Whose memory was read is the one that gets the mark: it waits for this answer.
static int mark_process(const struct broker *broker, const struct call *call, rlim_t mark) {
  struct rlimit limit;
  if (!is_waiting(broker->listener, call)) return ESRCH;
  if (prlimit(call->caller, RLIMIT_MSGQUEUE, NULL, &limit) != 0) return errno;
  if (limit.rlim_max != own_mark()) return EPERM;
  limit = (struct rlimit){limit.rlim_cur < mark ? limit.rlim_cur : mark, mark};
  return prlimit(call->caller, RLIMIT_MSGQUEUE, &limit, NULL) == 0 ? 0 : errno;
}

static int begin_in(const struct broker *broker, const struct call *call, struct inside *inside) {
  if (inside->launcher < 0) return ESRCH;
  int error = read_program(call, inside);
  if (error != 0) return error;
  inside->judge = make_judge(&inside->program, true);
  error = mark_process(broker, call, all.last - 1);
  if (error == 0) inside->mark = --all.last;
  return error;
}

static int begin(const struct broker *broker, const struct call *call) {
  struct inside *inside = all.last <= 1 ? NULL : find_room();
  if (inside == NULL) return EAGAIN;
  *inside = (struct inside){.launcher = (int)syscall(NR_PIDFD_OPEN, call->caller, 0)};
  int error = begin_in(broker, call, inside);
  if (error != 0) release(inside);
  return error;
}

static uint32_t offered(const struct program *program) {
  return SUPPORT_SESSION | (program->hygiene & HYGIENE_JUDGES_READS ? SUPPORT_SESSION_READS : 0) |
         (program->hygiene & HYGIENE_JUDGES_CREATIONS ? SUPPORT_SESSION_CREATIONS : 0);
}

void serve_ruleset(const struct broker *broker, const struct call *call) {
  unsigned flags = (unsigned)call->arguments[2];
  if (all.callers != NULL) let_through(broker->listener, call); // its own filter refuses it to what it starts
  else if (flags == SESSION_QUERY) answer_number(broker->listener, call, landlock_support() | offered(broker->program) << SESSION_SHIFT, 0);
  else answer_number(broker->listener, call, 0, flags == SESSION_BEGIN ? begin(broker, call) : EOPNOTSUPP);
}

void serve_restriction(const struct broker *broker, const struct call *call) {
  if (all.callers != NULL) let_through(broker->listener, call);
  else answer_number(broker->listener, call, 0, EOPNOTSUPP);
}

void serve_limit(const struct broker *broker, const struct call *call) {
  if (call->arguments[2] == 0) let_through(broker->listener, call);
  else answer_number(broker->listener, call, 0, EPERM);
}
