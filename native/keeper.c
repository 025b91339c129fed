// Serves the broker: keeps what it hands over, opens the session's terminals, and saves files that are granted by themselves.
#include "keeper.h"

#include "keep.h"
#include "kernel.h"
#include "passing.h"
#include "siblings.h"
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// The keeper reaches every terminal, so it opens nothing else for the broker; and it has no terminal of its own to gain.
static int open_terminal(int entry, int flags, int *opened) {
  char path[32];
  struct stat status;
  snprintf(path, sizeof path, "/proc/self/fd/%d", entry);
  bool is_terminal = fstat(entry, &status) == 0 && S_ISCHR(status.st_mode) && major(status.st_rdev) >= PTY_MAJOR &&
                     major(status.st_rdev) < PTY_MAJOR + PTY_MAJORS;
  if (!is_terminal) return ENOTTY;
  *opened = open(path, flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  return *opened < 0 ? errno : 0;
}

// The broker does nothing until it has the answer, so its processor is free; waking one that sleeps costs each of both
// as much as keeping a name.
static void follow(uint32_t processor) {
  static uint32_t here = UINT32_MAX;
  cpu_set_t set;
  if (processor == here || processor >= CPU_SETSIZE) return;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  if (sched_setaffinity(0, sizeof set, &set) == 0) here = processor;
}

// 0 or an errno; *opened becomes the descriptor that is the answer, or stays.
static int serve_question(struct keeper *keeper, const struct keep_message *message, int fd, int *opened) {
  if (fd < 0) return EBADF;
  switch (message->kind) {
  case KEEP_CONTENT:
  case KEEP_NAME: follow(message->processor); return keep_object(keeper, message, fd);
  case OPEN_TERMINAL: return open_terminal(fd, (int)message->flags, opened);
  default: return serve_sibling(message, fd, opened);
  }
}

// False once the session is over.
static bool serve_message(struct keeper *keeper, int broker, const struct keep_message *message, int fd) {
  if (message->kind == KEEP_END) return false;
  if (message->kind == KEEP_NOTE) return write_note(keeper, message), true;
  int opened = -1;
  int32_t answer = serve_question(keeper, message, fd, &opened);
  if (fd >= 0) close(fd);
  bool is_sent = send_message(broker, &answer, sizeof answer, opened) == 0;
  if (opened >= 0) close(opened);
  return is_sent;
}

// Nobody granted its name: it does not stay, and the store has it.
static void leave(void *keeper, int object) {
  keep_object(keeper, &(struct keep_message){.kind = KEEP_NAME, .reason = REASON_PLANTED}, object);
}

static bool receive_request(int broker, struct keep_message *message, int *fd) {
  ssize_t got = receive_message(broker, message, sizeof *message, fd);
  if (got == KEEP_HEAD) message->from[0] = message->to[0] = 0;
  message->from[PATH_MAX - 1] = message->to[PATH_MAX - 1] = 0;
  return got == KEEP_HEAD || got == sizeof *message;
}

void serve_broker(const struct program *program, int broker, void (*orphaned)(const void *), const void *context) {
  struct keeper keeper = open_store(&program->store);
  static struct keep_message message;
  int fd;
  prepare_siblings(program);
  do
    if (!receive_request(broker, &message, &fd)) {
      orphaned(context);
      break;
    }
  while (serve_message(&keeper, broker, &message, fd));
  end_siblings(leave, &keeper);
  end_journal(&keeper);
}
