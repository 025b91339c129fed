// The broker's half of keeping: asks the keeper, and does not go on before it has answered.
#include "keep.h"

#include "passing.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int keep(int keeper, enum keep_kind kind, enum keep_reason reason, int object) {
  struct keep_message message;
  int32_t answer;
  int fd;
  memset(&message, 0, KEEP_HEAD);
  message.kind = kind;
  message.processor = (uint32_t)sched_getcpu();
  message.reason = reason;
  // Without a keeper nothing may be lost either.
  if (send_message(keeper, &message, KEEP_HEAD, object) != 0) return EIO;
  return receive_message(keeper, &answer, sizeof answer, &fd) == sizeof answer ? answer : EIO;
}

int ask_keeper(int keeper, const struct keep_message *message, int object) {
  int32_t answer;
  int fd;
  if (send_message(keeper, message, sizeof *message, object) != 0) return -EIO;
  if (receive_message(keeper, &answer, sizeof answer, &fd) != sizeof answer) return -EIO;
  return fd >= 0 ? fd : -answer;
}

void note(int keeper, enum keep_reason reason, const char *from, const char *to) {
  struct keep_message message = {.kind = KEEP_NOTE, .reason = reason};
  snprintf(message.from, sizeof message.from, "%s", from);
  snprintf(message.to, sizeof message.to, "%s", to);
  send_message(keeper, &message, sizeof message, -1);
}

void end_keeping(int keeper) {
  struct keep_message message = {.kind = KEEP_END};
  send_message(keeper, &message, sizeof message, -1);
  close(keeper);
}
