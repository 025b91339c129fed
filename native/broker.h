// The broker: performs, on behalf of the command, the operations that the kernel alone cannot judge.
#ifndef NONO_BROKER_H
#define NONO_BROKER_H

#include "notify.h"
#include "program.h"

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

struct broker {
  const struct program *program;
  int listener; // -1: this program has nothing that needs judgement
  int keeper;
  int temporary; // the private directory, which is emptied at the end; -1 without one
  bool keeps_originals; // else nothing from before can be written to
  bool keeps_deletions;
  bool remembers_births; // every creation comes by the broker, for the sake of file systems that record none
  bool scopes_abstract_sockets;
  struct timespec start; // files that were born later are the session's own
};

// Ends the process if the kernel does not let the broker read the command's memory.
void confirm_broker(const struct broker *broker, pid_t command);

// Serves one call after the other, until no process of the session is left.
void serve_session(const struct broker *broker);

#endif
