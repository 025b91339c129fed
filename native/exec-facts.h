// Whether what a compiled plan was decided from still holds.
#ifndef NONO_EXEC_FACTS_H
#define NONO_EXEC_FACTS_H

#include "exec-plan.h"

enum { REASON_BYTES = 8192 };

// False, with the reason as half a sentence, where something is different now.
bool facts_hold(const struct plan_file *plan, const char *launcher, char reason[REASON_BYTES]);

uint64_t hash_bytes(const void *bytes, size_t length); // FNV-1a, as src/launch/hash.ts

#endif
