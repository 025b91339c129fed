// Bytes that grow, and the names that are filled in.
#include "exec-bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_ROOM = 1 << 16, EXIT_NOT_STARTED = 125 };

static void make_room(struct bytes *bytes, size_t more) {
  if (more <= bytes->room - bytes->length) return;
  size_t room = bytes->room == 0 ? FIRST_ROOM : bytes->room;
  while (room - bytes->length < more) room *= 2;
  bytes->at = realloc(bytes->at, room);
  bytes->room = room;
  if (bytes->at != NULL) return;
  fputs("nono: there is no memory left\n  Try: again later\n", stderr);
  _exit(EXIT_NOT_STARTED);
}

void put(struct bytes *bytes, const void *from, size_t length) {
  make_room(bytes, length);
  if (length > 0) memcpy(bytes->at + bytes->length, from, length);
  bytes->length += length;
}

void put_u32(struct bytes *bytes, uint32_t value) {
  const uint8_t word[] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16), (uint8_t)(value >> 24)};
  put(bytes, word, sizeof word);
}

static void fill(uint8_t *at, size_t length, const char *standing, const char *name) {
  size_t size = strlen(standing);
  for (uint8_t *end = at + length; (at = memmem(at, (size_t)(end - at), standing, size)) != NULL; at += size)
    memcpy(at, name, size);
}

void put_filled(struct bytes *bytes, const void *from, size_t length, const struct names *names) {
  size_t start = bytes->length;
  put(bytes, from, length);
  fill(bytes->at + start, length, names->standing_id, names->id);
  fill(bytes->at + start, length, names->standing_start, names->started);
}
