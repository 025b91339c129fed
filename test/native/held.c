// What native/held.c holds of callers, asked as the broker would: each line is a question and its answer.
#include "../../native/caller.h"
#include "../../native/held.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *question, bool answer) { printf("%s: %s\n", question, answer ? "yes" : "no"); }

// A call whose path starts in the caller's working directory. Whether that could be told.
static bool call_of(pid_t caller) {
  bool is_lent;
  begin_call();
  int directory = open_start(caller, AT_FDCWD, "name", &is_lent);
  if (directory >= 0 && !is_lent) close(directory);
  return directory >= 0;
}

static bool is_known_by(pid_t caller, const char *path) {
  char translated[PATH_MAX];
  call_of(caller);
  translate_path(caller, path, translated);
  memory_of(caller); // looks at who is held, which must not make the doubt forgotten
  return is_caller_known();
}

int main(void) {
  prepare_callers();
  prepare_processes();
  pid_t caller = fork();
  if (caller == 0) {
    pause();
    _exit(0);
  }
  call_of(caller);
  say("a caller that was just looked up is known", is_caller_known());
  call_of(caller);
  say("a caller that is held is known", is_caller_known());
  begin_call();
  say("the next call's is, before it was looked at", is_caller_known());
  doubt_caller();
  call_of(caller);
  say("it is known after a call in which there was a doubt", is_caller_known());
  say("by a path of its own", is_known_by(caller, "/etc/hosts"));
  say("by /proc/self", is_known_by(caller, "/proc/self/cwd/name"));
  say("by /dev/fd", is_known_by(caller, "/dev/fd/3"));
  say("by /dev/stdout", is_known_by(caller, "/dev/stdout"));
  call_of(caller);
  kill(caller, SIGKILL);
  waitpid(caller, NULL, 0);
  say("it has a directory once it is gone, though it called last", call_of(caller));
  return 0;
}
