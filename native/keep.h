// What the broker says to the keeper, who alone reaches the store: one message a request, one errno back.
#ifndef NONO_KEEP_H
#define NONO_KEEP_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

enum keep_kind {
  KEEP_CONTENT = 1, // the object is about to be written to: its content is copied
  KEEP_NAME = 2,    // the object is about to leave its name: a second name keeps it
  KEEP_NOTE = 3,    // nothing is kept, only written down; not answered
  KEEP_END = 4,     // the session is over; not answered
  // Saves of files that are granted by themselves; answered, with a descriptor where one is opened.
  SAVE_MAKE = 5,   // a new file `from` in a directory
  SAVE_OPEN = 6,   // an object, with these flags
  SAVE_REMOVE = 7, // `from` in a directory
  SAVE_MOVE = 8,   // `from` to `to` in a directory, with these flags
  SAVE_KNOWS = 9,  // whether an object was made so
  OPEN_TERMINAL = 10, // a terminal of the session's, with these flags; answered with its descriptor
};

// Why something is kept or written down: as the journal says it.
enum keep_reason {
  REASON_WRITTEN = 1,
  REASON_REPLACED = 2,
  REASON_DELETED = 3,
  REASON_EXCHANGED = 4,
  REASON_MOVED = 5,
  REASON_REFUSED = 6,
  REASON_SWAPPED = 7,
  REASON_PLANTED = 8,
  REASON_CARRIED = 9,
};

struct keep_message {
  uint32_t kind;
  uint32_t reason;
  uint64_t flags; // of open or rename
  uint32_t mode, mask;
  uint32_t processor; // where the broker is, and waits
  char from[PATH_MAX]; // notes: the path; saves: a name
  char to[PATH_MAX];   // REASON_MOVED, REASON_SWAPPED, REASON_CARRIED: where it went; saves: a name
};

// What is sent of a message without text: copying eight kilobytes back and forth takes as long as keeping a name.
enum { KEEP_HEAD = offsetof(struct keep_message, from) };

// Sends the object to the keeper and waits: 0 once it is safe in the store, or the errno that the operation fails with.
int keep(int keeper, enum keep_kind kind, enum keep_reason reason, int object);

// Asks for what the keeper's layer allows and the broker's does not: 0, a descriptor in its stead, or a negative errno.
int ask_keeper(int keeper, const struct keep_message *message, int object);

// Writes something down; `to` is "" but for moves.
void note(int keeper, enum keep_reason reason, const char *from, const char *to);

void end_keeping(int keeper);

#endif
