// The listener of the filter: calls that wait for the broker, and the answers to them.
#ifndef NONO_NOTIFY_H
#define NONO_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct call {
  uint64_t id;
  pid_t caller; // a thread
  int number;
  uint64_t arguments[6];
};

// Makes the caller run as soon as it is answered, on the broker's own processor.
void prefer_fast_wakeup(int listener);

// Waits: 1 with the next call, 0 when it is gone again, -1 when no process has the filter any more.
int receive_call(int listener, struct call *call);

// False when the caller has died meanwhile: then its number may be another process's already.
bool is_waiting(int listener, const struct call *call);

// The call returns value, or fails with error where that is not 0.
void answer_number(int listener, const struct call *call, int64_t value, int error);

// The kernel makes the call itself: only for calls of which no argument is judged.
void let_through(int listener, const struct call *call);

// The call returns a descriptor of the open file; the broker's own stays open.
void answer_descriptor(int listener, const struct call *call, int fd, bool close_on_exec);

#endif
