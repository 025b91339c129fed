// The session's private directory: emptied at the end, without following a link.
#ifndef NONO_TEMPORARY_H
#define NONO_TEMPORARY_H

#include <stdbool.h>

// Says of an entry whether it may be removed.
typedef bool removable(const void *context, int directory, const char *name);

// Removes everything below the directory, not the directory itself, until an entry may not be removed. Returns 0, or the
// errno of the entry that stays.
int empty_directory(int directory, removable *may_go, const void *context);

#endif
