// Limits on what a session uses. What a control group holds is the kernel's business; here is the rest.
#include "limits.h"

#include "forks.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GRACE_MS = 1000, SHORTEST_LOOK_MS = 20 };

static void set_limit(int resource, rlim_t soft, rlim_t hard, const char *name) {
  struct rlimit now;
  if (getrlimit(resource, &now) != 0) fail("read a resource limit", name, errno);
  // One that is lower already stays: it cannot be raised, and need not be.
  if (hard > now.rlim_max) hard = now.rlim_max;
  if (soft > hard) soft = hard;
  if (soft > now.rlim_cur) soft = now.rlim_cur;
  if (setrlimit(resource, &(struct rlimit){soft, hard}) != 0) fail("set a resource limit", name, errno);
}

void limit_process(const struct limits *limits) {
  // Not the address space: programs reserve much more of that than they use.
  if (limits->memory_bytes != 0 && !(limits->flags & LIMITS_MEMORY_TOGETHER))
    set_limit(RLIMIT_DATA, limits->memory_bytes, limits->memory_bytes, "memory");
  // The first ends it with a signal that says why; who catches that is killed.
  if (limits->cpu_seconds != 0 && !(limits->flags & LIMITS_CPU_TOGETHER))
    set_limit(RLIMIT_CPU, limits->cpu_seconds, (rlim_t)limits->cpu_seconds + 1, "CPU time");
}

static void arm(const struct watch *watch, int64_t ms) {
  if (ms < 1) ms = 1; // nothing would mean never
  struct itimerspec next = {{0, 0}, {ms / 1000, ms % 1000 * 1000000}};
  if (timerfd_settime(watch->timer, 0, &next, NULL) != 0) fail("watch the time", "", errno);
}

static int64_t milliseconds_since(const struct timespec *start) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return (int64_t)(now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000;
}

static bool watches_cpu(const struct watch *watch) { return (watch->limits->flags & LIMITS_CPU_TOGETHER) != 0; }

static int64_t time_left(const struct watch *watch) {
  return (int64_t)watch->limits->timeout_seconds * 1000 - milliseconds_since(&watch->start);
}

static int64_t cpu_left(const struct watch *watch) {
  return ((int64_t)watch->limits->cpu_seconds * 1000000 - (int64_t)cpu_time_used(&watch->group)) / 1000;
}

// Looks again when a limit can be reached at the earliest: with every processor at work.
static void arm_next(const struct watch *watch) {
  int64_t next = INT64_MAX;
  if (watch->limits->timeout_seconds != 0) next = time_left(watch);
  if (watches_cpu(watch)) {
    int64_t look = cpu_left(watch) / watch->processors;
    if (look < SHORTEST_LOOK_MS) look = SHORTEST_LOOK_MS;
    if (look < next) next = look;
  }
  arm(watch, next);
}

void start_watch(struct watch *watch, const struct limits *limits, const struct cgroup *group) {
  *watch = (struct watch){.limits = limits, .group = *group, .timer = -1};
  if (limits->timeout_seconds == 0 && !watches_cpu(watch)) return;
  watch->processors = sysconf(_SC_NPROCESSORS_CONF);
  if (watch->processors < 1) watch->processors = 1;
  watch->timer = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
  if (watch->timer < 0) fail("watch the time", "", errno);
  clock_gettime(CLOCK_BOOTTIME, &watch->start);
  arm_next(watch);
}

static enum limit reached_by_now(const struct watch *watch) {
  if (watch->limits->timeout_seconds != 0 && time_left(watch) <= 0) return LIMIT_TIMEOUT;
  return watches_cpu(watch) && cpu_left(watch) <= 0 ? LIMIT_CPU : LIMIT_NONE;
}

bool is_time_over(struct watch *watch, pid_t command) {
  uint64_t fired;
  if (read(watch->timer, &fired, sizeof fired) != sizeof fired) return false;
  if (watch->reached != LIMIT_NONE) return true;
  watch->reached = reached_by_now(watch);
  if (watch->reached == LIMIT_NONE) {
    arm_next(watch);
    return false;
  }
  kill(command, SIGTERM); // so that what has taken the terminal over can give it back
  arm(watch, GRACE_MS);
  return false;
}

void send_limits(const struct watch *watch, int status) {
  uint32_t kills = memory_kills(&watch->group), refused = tasks_refused(&watch->group) + refused_forks();
  if (watch->reached != LIMIT_NONE) send_limit(watch->reached, 1);
  else if (watch->limits->cpu_seconds != 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) send_limit(LIMIT_CPU, 1);
  if (kills > 0) send_limit(LIMIT_MEMORY, kills);
  if (refused > 0) send_limit(LIMIT_TASKS, refused);
}
