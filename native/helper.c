// Forks the broker. The helper shares its layer and its listener, not its duties.
#include "helper.h"

#include "channel.h"
#include "resolve.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <unistd.h>

enum { INTERRUPTION_MICROSECONDS = 100000 };

static void no_action(int signal) { (void)signal; }

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
  struct sigaction interrupt = {.sa_handler = no_action};
  sigset_t none;
  sigemptyset(&none);
  sigaction(SIGALRM, &interrupt, NULL);
  setitimer(ITIMER_REAL, &often, NULL);
  sigprocmask(SIG_SETMASK, &none, NULL);
  return true;
}
