// The operations that take names away: removing and renaming.
#ifndef NONO_NAMES_H
#define NONO_NAMES_H

#include "broker.h"
#include "resolve.h"

// Each gives what the call returns: 0, or a negative errno. Paths are addresses in the caller.
int remove_name(const struct broker *broker, const struct call *call, int directory, uint64_t path, int flags);
int rename_name(const struct broker *broker, const struct call *call, int from, uint64_t from_path, int to,
                uint64_t to_path, unsigned flags);

// Reads a path of the caller and opens the directory of its final component; the caller must still be waiting then,
// unless its number is known not to have become another process's.
int find_place(const struct broker *broker, const struct call *call, int directory, uint64_t path,
               struct place *place);

#endif
