// How many processes and threads the session may have at a time, where no control group counts them.
#ifndef NONO_FORKS_H
#define NONO_FORKS_H

#include "broker.h"

// Lets a fork, or a new thread, through while there is room; else it fails as the kernel's own limits do.
void judge_fork(const struct broker *broker, const struct call *call);

uint32_t refused_forks(void);

#endif
