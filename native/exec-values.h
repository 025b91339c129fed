// Whether a value looks like a secret: the patterns of the built-in list, compiled by src/backend/linux/patterns.ts.
#ifndef NONO_EXEC_VALUES_H
#define NONO_EXEC_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct patterns {
  const uint8_t *sets;  // 32 bytes each
  const uint8_t *steps; // four numbers each
  uint32_t set_count, step_count;
};

// False where a number is out of its bounds: nothing of it is used then.
bool decode_patterns(const uint8_t *bytes, size_t length, struct patterns *patterns);

bool matches_patterns(const struct patterns *patterns, const char *text, size_t length);

#endif
