// A session, as its supervisor and its guard know it.
#ifndef NONO_SESSION_H
#define NONO_SESSION_H

#include "broker.h"
#include "limits.h"
#include "program.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

enum { SIGNAL_COUNT = 65 };

struct session {
  const struct program *program;
  struct broker broker;
  struct watch watch;
  pid_t supervisor, guard, command;
  pthread_t thread; // the broker's, where there is a listener
  sigset_t caller_mask;
  char start[PATH_MAX]; // where the command starts
  int seen[SIGNAL_COUNT]; // signals that reached the supervisor itself since nono last passed one on
};

#endif
