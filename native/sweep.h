// What the command made past the broker under a name that is protected: exclusive creation alone does that.
#ifndef NONO_SWEEP_H
#define NONO_SWEEP_H

#include "broker.h"

// Both look in the granted directories themselves and in `start`, the directory where the command starts, not in all that
// is below them.

// To be called before the command runs: what has a protected name by then was not planted, whoever writes it anew.
void learn_protected(const struct broker *broker, const char *start);

// Moves what is new to the store, and says so in the journal. The command's processes must be dead.
void sweep_protected(const struct broker *broker);

#endif
