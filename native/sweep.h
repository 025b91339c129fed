// What the command made past the broker under a name that is protected: exclusive creation alone does that.
#ifndef NONO_SWEEP_H
#define NONO_SWEEP_H

#include "broker.h"

// Moves it to the store, and says so in the journal. Looks in the granted directories themselves and in `start`, the
// directory where the command started, not in all that is below them. The command's processes must be dead.
void sweep_protected(const struct broker *broker, const char *start);

#endif
