// Bytes that grow: a program, a plan to read, as they are put together for one run.
#ifndef NONO_EXEC_BYTES_H
#define NONO_EXEC_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
  uint8_t *at;
  size_t length, room;
};

// Each ends the process where there is no memory.
void put(struct bytes *bytes, const void *from, size_t length);
void put_u32(struct bytes *bytes, uint32_t value);

// A session's name takes the place of the one that stands for it; both are of one length.
struct names {
  const char *id, *started;
  const char *standing_id, *standing_start;
};

// What `nono compile` lets stand for every session: src/plan/placeholder.ts has it as well.
#define PLACEHOLDER_ID "00000000-000000-00000-000000"
#define PLACEHOLDER_START "0000-00-00T00:00:00.000Z"

void put_filled(struct bytes *bytes, const void *from, size_t length, const struct names *names);

#endif
