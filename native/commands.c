// A guard rail, not the wall: the kernel reads the path again after this has judged it, and nobody can execute on behalf
// of another process.
#include "commands.h"

#include "caller.h"
#include "denials.h"
#include "helper.h"
#include "judge.h"
#include "originals.h"
#include "held.h"
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 2048 };

static const char *last_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

struct finding {
  const char *name; // NULL: it may run
  const char *message;
};

// By the name that the caller gave, or by that of the file which it leads to.
static struct finding find_blocked_by(const struct program *program, const char *given, const char *file) {
  for (size_t i = 0; i < program->blocked_count; i++) {
    const struct blocked *blocked = &program->blocked[i];
    for (const char *name = blocked->names; name < blocked->end; name += strlen(name) + 1)
      if (strcmp(name, last_name(given)) == 0 || strcmp(name, last_name(file)) == 0)
        return (struct finding){name, blocked->message};
  }
  return (struct finding){NULL, NULL};
}

static struct finding find_blocked(const char *given, const char *file) {
  struct finding finding = {NULL, NULL};
  const struct program *program;
  for (size_t i = 0; finding.name == NULL && (program = judging_program(i)) != NULL; i++)
    finding = find_blocked_by(program, given, file);
  return finding;
}

static void compose(const struct finding *finding, char text[MESSAGE_BYTES]) {
  size_t length = 0;
  for (const char *at = finding->message; *at != 0 && length + NAME_MAX < MESSAGE_BYTES; at++) {
    if (strncmp(at, "{}", 2) == 0) length = (size_t)(stpncpy(text + length, finding->name, NAME_MAX) - text), at++;
    else text[length++] = *at;
  }
  text[length] = 0;
}

// On the standard error that the command itself would have had; the shell says no more than "Operation not permitted".
static void explain(const struct broker *broker, const struct call *call, const struct finding *finding) {
  char message[MESSAGE_BYTES];
  if (!become_helper(broker, call)) return;
  signal(SIGPIPE, SIG_IGN);
  compose(finding, message);
  int fd = take_descriptor(call->caller, STDERR_FILENO);
  if (fd >= 0 && write(fd, message, strlen(message)) < 0) errno = 0; // it has no reader
  answer_number(broker->listener, call, 0, EPERM);
  _exit(0);
}

// A shell tries every directory of its search path.
static bool was_told(const struct call *call, const struct finding *finding) {
  static struct {
    pid_t caller;
    const char *name;
  } last;
  bool told = last.caller == call->caller && last.name == finding->name;
  last.caller = call->caller;
  last.name = finding->name;
  return told;
}

// The file that is about to run, or a negative errno: then the kernel says the same.
static int find_file(const struct call *call, struct name *name, char path[PATH_MAX]) {
  const uint64_t *a = call->arguments;
  bool is_at = call->number == SYS_execveat;
  int flags = is_at ? (int)a[4] : 0;
  int error = read_name(call->caller, is_at ? (int)a[0] : AT_FDCWD, a[is_at ? 1 : 0], name);
  if (error != 0) return error;
  bool is_start = name->path[0] == 0 && flags & AT_EMPTY_PATH;
  int file = is_start ? fcntl(name->start, F_DUPFD_CLOEXEC, 0)
                      : open_known(name, flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0, path);
  release_name(name);
  if (is_start && file >= 0) describe_object(file, path);
  return file;
}

// The kernel will refuse to execute what no grant lets be read.
static void note_unreadable(const struct broker *broker, const struct call *call, int file) {
  struct statx status;
  if (look(file, "", &status) != 0 || !S_ISREG(status.stx_mode)) return; // opening a FIFO would be noticed
  int fd = reopen(file, O_RDONLY | O_NONBLOCK); // nobody's lease holds up the loop
  if (fd >= 0) close(fd);
  else if (fd == -EACCES) note_denial(broker, call, EACCES);
}

void judge_execution(const struct broker *broker, const struct call *call) {
  static struct name name;
  char path[PATH_MAX] = "";
  struct finding finding = {NULL, NULL};
  int file = find_file(call, &name, path), denied = 0;
  if (file >= 0) {
    denied = judge_path(path, DENY_READ);
    finding = find_blocked(name.path, path);
    if (denied == 0 && finding.name == NULL) note_unreadable(broker, call, file);
    close(file);
  }
  if (denied != 0) answer_call(broker, call, -denied);
  else if (finding.name == NULL) let_through(broker->listener, call);
  else if (was_told(call, &finding)) answer_number(broker->listener, call, 0, EPERM);
  else {
    note_denial(broker, call, EPERM);
    explain(broker, call, &finding);
  }
}
