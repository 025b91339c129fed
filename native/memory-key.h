// What tells a run from every other.
#ifndef NONO_MEMORY_KEY_H
#define NONO_MEMORY_KEY_H

#include "exec-bytes.h"

#include <stdbool.h>

// All that planning goes by besides the disk. False where that cannot be said.
bool describe_run(struct bytes *key, const char *companions, char **words);

#endif
