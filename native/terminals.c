// /dev/pts holds the user's other terminals too, and Landlock cannot tell which of them a process made. So no grant covers
// it: the broker holds the other end of each that it made for the session, and the keeper, whose layer does not close
// /dev/pts, opens that and nothing else.
//
// What is held is the entry itself. Numbers are given out again, entries are not: one whose terminal has gone opens
// nothing any more.
#include "terminals.h"

#include "caller.h"
#include "keep.h"
#include "marks.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MOST_TERMINALS = 64, MULTIPLEXER_MAJOR = 5, MULTIPLEXER_MINOR = 2 };

static struct terminal {
  int entry; // O_PATH; 0: the place is free
  dev_t number;
  rlim_t maker; // the session that made it: this one, or one inside
} terminals[MOST_TERMINALS];

bool makes_terminal(const struct statx *status) {
  return S_ISCHR(status->stx_mode) && status->stx_rdev_major == MULTIPLEXER_MAJOR &&
         status->stx_rdev_minor == MULTIPLEXER_MINOR;
}

static bool has_gone(const struct terminal *terminal) {
  struct stat status;
  return fstat(terminal->entry, &status) != 0 || status.st_nlink == 0;
}

static struct terminal *free_place(void) {
  for (int i = 0; i < MOST_TERMINALS; i++) {
    if (terminals[i].entry != 0 && !has_gone(&terminals[i])) continue;
    if (terminals[i].entry != 0) close(terminals[i].entry);
    terminals[i].entry = 0;
    return &terminals[i];
  }
  return NULL;
}

// Without a place its other end stays closed, as any terminal that is not the session's.
void note_terminal(int master) {
  struct terminal *place = free_place();
  int entry = place == NULL ? -1 : ioctl(master, TIOCGPTPEER, O_PATH | O_CLOEXEC);
  struct stat status;
  if (entry < 0) return;
  if (fstat(entry, &status) == 0 && S_ISCHR(status.st_mode)) *place = (struct terminal){entry, status.st_rdev, caller_mark()};
  else close(entry);
}

static const struct terminal *find_terminal(unsigned major, unsigned minor) {
  for (int i = 0; i < MOST_TERMINALS; i++)
    if (terminals[i].entry != 0 && terminals[i].number == makedev(major, minor) && !has_gone(&terminals[i]))
      return &terminals[i];
  return NULL;
}

int open_own_terminal(const struct broker *broker, unsigned major, unsigned minor, int flags) {
  const struct keep_message message = {.kind = OPEN_TERMINAL, .flags = (unsigned)flags};
  const struct terminal *terminal = find_terminal(major, minor);
  return terminal == NULL ? -ENOENT : ask_keeper(broker->keeper, &message, terminal->entry);
}

int judge_terminal(pid_t caller, const struct statx *status) {
  unsigned major = status->stx_rdev_major, minor = status->stx_rdev_minor;
  const struct terminal *terminal = S_ISCHR(status->stx_mode) ? find_terminal(major, minor) : NULL;
  if (terminal == NULL || caller_mark() == own_mark()) return -ENOENT;
  return terminal->maker == caller_mark() || controlling_terminal(caller) == makedev(major, minor) ? 0 : -EACCES;
}
