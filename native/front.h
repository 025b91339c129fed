// nono's own process, as its parts know it: front.c begins and ends, planner.c has Node plan, follow.c stays until the
// session is over.
#ifndef NONO_FRONT_H
#define NONO_FRONT_H

#include "memory.h"
#include "node.h"

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

enum {
  EXIT_NOT_STARTED = 125,
  SIGNAL_EXIT_BASE = 128,
  HANDOVER_FD = 4,
  MEMORY_FD = 5,
  FREE_FD = 6, // the first that nobody finds at a fixed number
  FRAME_MAX = 1 << 16,
  HANDOVER_COUNT = 5,
  DENIED_MAX = 1 << 18,
};

struct front {
  char directory[PATH_MAX]; // where this executable and its companions lie
  char handover[HANDOVER_COUNT * PATH_MAX]; // the texts below
  const char *temporary;                    // the session's private directory, to be removed when it is empty
  const char *store;                        // where originals are kept, to be removed if none was; "" without one
  const char *plan;                         // the file that the command may read its plan in, to be removed
  const char *cgroup;                       // the session's control group, to be removed if nothing else did; "" or NULL without one
  const char *wish;                         // what is to be reported, and where: for the reporter
  char since[48];           // when nono began: what was born before is from before the session
  int channel;              // the planner's end, taken over from it
  pid_t launcher;
  struct node node;
  struct memory memory;     // of runs that were made before
  unsigned char pending[FRAME_MAX]; // bytes of frames that are not whole yet
  size_t pending_length;
  unsigned char failure[FRAME_MAX]; // the first failed step before the command, as it came: the reporter explains it
  size_t failure_length;
  unsigned char denied[DENIED_MAX]; // what the broker refused and which limits were reached, as it came
  size_t denied_length;
  int exit_code;
  int ended; // the command's end was reported
};

// Each ends the process where it cannot go on.
_Noreturn void die(const char *what);
pid_t start(void);
void move_to(int from, int to);

// A file beside this executable; the text lives until the next.
const char *companion(const struct front *front, const char *name);

// `run`, `wrap` or `shell`.
int is_run(char **arguments);

struct planned {
  pid_t planner;
  int has_program; // the launcher has it: all that is left is to follow the session
  int code;        // of the planner, where it ended without one
};

// Has Node plan: what it hands over is in `front` then.
struct planned plan(struct front *front, char **arguments);

// Becomes the reporter, which finds what it is to say on CHANNEL_FD.
_Noreturn void become_reporter(const struct front *front, char **arguments);

// The exit code of a child, when it has ended.
int wait_for(pid_t pid);

// Passes signals on, stops when the command stops, and takes what the launcher says, until the session is over.
void follow_session(struct front *front);

#endif
