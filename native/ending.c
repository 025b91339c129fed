// Ends a session: nothing of it lives on, whatever it started, and nothing stays in its private directory.
#include "ending.h"

#include "births.h"
#include "originals.h"
#include "processes.h"
#include "held.h"
#include "resolve.h"
#include "temporary.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WAITS = 1000 };

// Without a signal scope: orphans come to the subreaper, which kills its children until none is left.
static void kill_children(pid_t guard) {
  struct processes all;
  list_processes(&all);
  for (size_t i = 0; i < all.count; i++)
    if (all.list[i].parent == getpid() && all.list[i].pid != guard) kill(all.list[i].pid, SIGKILL);
  release_processes(&all);
}

// Inside a signal scope "everyone" is the domain, and the kernel reaches all of it before any of it can fork.
void kill_session(const struct session *session) {
  if (session->program->hygiene & HYGIENE_SIGNAL_SCOPE) kill(-1, SIGKILL);
  else kill_children(session->guard);
}

// Killed as one, the session only has to be waited for; else a child may have forked before it died. The guard is a child
// of another kind, and lives on.
void reap_all(const struct session *session) {
  int at_once = (session->program->hygiene & HYGIENE_SIGNAL_SCOPE) != 0;
  for (pid_t reaped; (reaped = waitpid(-1, NULL, at_once ? 0 : WNOHANG)) >= 0 || errno == EINTR;) {
    if (reaped > 0 || at_once) continue;
    kill_session(session);
    nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
}

// Where births are told by nobody, nothing from before can have come: it would have had to be moved, and that is refused
// for what counts as old, or comes from another file system.
static bool tells_births(const struct broker *broker) {
  struct statx status;
  if (look(broker->temporary, "", &status) != 0) return true;
  enum births births = births_of(&status);
  return births == BIRTHS_RECORDED || (births == BIRTHS_REMEMBERED && broker->remembers_births);
}

// The directory that nono made, wherever it is by now; and nothing from before, should it have come there.
static bool is_the_sessions(const void *broker, int directory, const char *name) {
  struct statx status;
  return look(directory, name, &status) != 0 || !is_old(broker, &status) ||
         is_own_link(broker, directory, name, &status);
}

// The same without the supervisor's memory of what was moved there.
static bool is_new(const void *broker, int directory, const char *name) {
  struct statx status;
  return look(directory, name, &status) != 0 || !is_old(broker, &status);
}

static bool is_anything(const void *broker, int directory, const char *name) {
  return (void)broker, (void)directory, (void)name, true;
}

static int empty_temporary(const struct session *session, removable *may_go) {
  int temporary = session->broker.temporary;
  if (temporary < 0) return 0;
  return empty_directory(temporary, tells_births(&session->broker) ? may_go : is_anything, &session->broker);
}

int empty_at_end(const struct session *session) { return empty_temporary(session, is_the_sessions); }

// Inside the scope a signal of nothing reaches who is of the session, and nobody else.
static bool has_living(const struct processes *all) {
  for (size_t i = 0; i < all->count; i++)
    if (!all->list[i].is_ours && !all->list[i].is_dead && kill(all->list[i].pid, 0) == 0) return true;
  return false;
}

// They are nobody's children here, so they are asked after.
static void wait_until_gone(const struct session *session) {
  bool left = (session->program->hygiene & HYGIENE_SIGNAL_SCOPE) != 0;
  for (int i = 0; i < MOST_WAITS && left; i++) {
    struct processes all;
    list_processes(&all);
    left = has_living(&all);
    release_processes(&all);
    if (left) nanosleep(&(struct timespec){0, 1000000}, NULL);
  }
}

void end_in_its_stead(const void *session) {
  kill_session(session);
  wait_until_gone(session);
  empty_temporary(session, is_new);
}
