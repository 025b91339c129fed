// A process of its own for a call that may wait: the broker's loop never waits for the command.
#ifndef NONO_HELPER_H
#define NONO_HELPER_H

#include "broker.h"

#include <stdbool.h>

// True in the helper, which answers the call and exits; system calls that wait return EINTR now and then there, so that
// it can look whether the caller has gone. False in the broker; the call is answered where no helper could be made.
bool become_helper(const struct broker *broker, const struct call *call);

// Between these, system calls of this thread that wait return EINTR now and then. False where that cannot be had.
bool begin_interruptions(void);
void end_interruptions(void);

#endif
