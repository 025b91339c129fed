// The session's store as the keeper fills it: originals as objects, and the journal that says what each was.
#ifndef NONO_STORE_H
#define NONO_STORE_H

#include "keep.h"
#include "program.h"

struct known;

struct keeper {
  const struct store *store;
  int directory, journal;
  uint64_t bytes_kept;
  uint64_t objects;
  struct known *known; // open addressing, never more than half full
  size_t room, count;
};

struct keeper open_store(const struct store *store);

// Puts what stands behind a descriptor into the store: 0 once it is safe there, or an errno.
int keep_object(struct keeper *keeper, const struct keep_message *message, int fd);

// Writes down what the message says; nothing is kept.
void write_note(struct keeper *keeper, const struct keep_message *message);

void end_journal(struct keeper *keeper);

#endif
