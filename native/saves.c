// Programs save a file by making another beside it and renaming that over it. Landlock grants the inode that was there at
// the start, and its directory to nobody; the keeper, one layer further out, may change that much of it.
#include "saves.h"

#include "keep.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool grants_single_files(const struct program *program) {
  for (size_t i = 0; i < program->rule_count; i++)
    if (program->rules[i].flags & RULE_SAVED) return true;
  return false;
}

static int ask(const struct broker *broker, const struct keep_message *message, int object) {
  return grants_single_files(broker->program) ? ask_keeper(broker->keeper, message, object) : -EACCES;
}

int make_beside(const struct broker *broker, const struct place *place, uint64_t flags, mode_t mode, mode_t mask) {
  struct keep_message message = {.kind = SAVE_MAKE, .flags = flags, .mode = mode, .mask = mask};
  if (strlen(place->last) > NAME_MAX) return -EACCES;
  strcpy(message.from, place->last);
  return ask(broker, &message, place->directory);
}

int open_saved(const struct broker *broker, int object, uint64_t flags) {
  struct keep_message message = {.kind = SAVE_OPEN, .flags = flags};
  return ask(broker, &message, object);
}

int remove_beside(const struct broker *broker, const struct place *place) {
  struct keep_message message = {.kind = SAVE_REMOVE};
  strcpy(message.from, place->last);
  return ask(broker, &message, place->directory);
}

int move_beside(const struct broker *broker, const struct place *from, const struct place *to, unsigned flags) {
  struct keep_message message = {.kind = SAVE_MOVE, .flags = flags};
  if (!is_same_place(from->directory, to->directory)) return -EACCES;
  strcpy(message.from, from->last);
  strcpy(message.to, to->last);
  return ask(broker, &message, from->directory);
}

bool is_beside(const struct broker *broker, int object) {
  struct keep_message message = {.kind = SAVE_KNOWS};
  return ask(broker, &message, object) == 0;
}
