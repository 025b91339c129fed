// Saves of files that are granted by themselves: what the broker's own layer refuses it, it asks the keeper for.
#ifndef NONO_SAVES_H
#define NONO_SAVES_H

#include "broker.h"
#include "resolve.h"

#include <sys/types.h>

// Each asks the keeper, who does it only where the plan grants the file or one beside it: what the call returns, or
// -EACCES.
int make_beside(const struct broker *broker, const struct place *place, uint64_t flags, mode_t mode, mode_t mask);
int open_saved(const struct broker *broker, int object, uint64_t flags);
int remove_beside(const struct broker *broker, const struct place *place);
int move_beside(const struct broker *broker, const struct place *from, const struct place *to, unsigned flags);

// Whether the session made it beside a granted file.
bool is_beside(const struct broker *broker, int object);

#endif
