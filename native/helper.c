// Forks the broker. The helper shares its layer and its listener, not its duties.
#include "helper.h"

#include "channel.h"
#include "resolve.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { INTERRUPTION_MICROSECONDS = 100000 };

static void no_action(int signal) { (void)signal; }

static void be_interrupted(void) {
  struct sigaction interrupt = {.sa_handler = no_action};
  sigemptyset(&interrupt.sa_mask);
  sigaction(SIGALRM, &interrupt, NULL);
}

static void let_alarms(int how) {
  sigset_t alarm;
  sigemptyset(&alarm);
  sigaddset(&alarm, SIGALRM);
  pthread_sigmask(how, &alarm, NULL);
}

// The thread's own timer: a process's would interrupt the supervisor.
static int alarm_timer = -1;

static bool make_timer(void) {
  struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGALRM};
  event.sigev_notify_thread_id = (pid_t)syscall(SYS_gettid);
  if (alarm_timer >= 0) return true;
  be_interrupted();
  return syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &alarm_timer) == 0;
}

static bool set_timer(long microseconds) {
  const struct itimerspec often = {{0, 1000 * microseconds}, {0, 1000 * microseconds}};
  return syscall(SYS_timer_settime, alarm_timer, 0, &often, NULL) == 0;
}

bool begin_interruptions(void) {
  if (!make_timer() || !set_timer(INTERRUPTION_MICROSECONDS)) return false;
  let_alarms(SIG_UNBLOCK);
  return true;
}

void end_interruptions(void) {
  if (alarm_timer >= 0) set_timer(0);
  let_alarms(SIG_BLOCK);
}

bool become_helper(const struct broker *broker, const struct call *call) {
  pid_t helper = fork();
  if (helper < 0) answer_number(broker->listener, call, 0, EAGAIN);
  if (helper != 0) return false;
  // The guard ends a session when the supervisor's ends of these are closed.
  close(broker->keeper);
  close(CHANNEL_FD);
  hold_own_descriptors();
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  struct itimerval often = {{0, INTERRUPTION_MICROSECONDS}, {0, INTERRUPTION_MICROSECONDS}};
  sigset_t none;
  sigemptyset(&none);
  be_interrupted();
  setitimer(ITIMER_REAL, &often, NULL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  return true;
}
