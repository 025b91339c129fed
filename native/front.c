// nono's own process: starts the launcher and the planner (Node) on the two ends of one channel, takes the planner's
// place when it has handed the program over, and stays out of the way until the session ends.
#include "channel.h"
#include "exec.h"
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

_Noreturn void die(const char *what) {
  fprintf(stderr, "nono: cannot %s: %s\n  Try: npm run build\n", what, strerror(errno));
  _exit(EXIT_NOT_STARTED);
}

const char *companion(const struct front *front, const char *name) {
  static char path[PATH_MAX + 32];
  snprintf(path, sizeof path, "%s/%s", front->directory, name);
  return path;
}

static void find_directory(struct front *front) {
  ssize_t length = readlink("/proc/self/exe", front->directory, sizeof front->directory - 1);
  if (length < 0) die("find its own directory (is /proc mounted?)");
  front->directory[length] = 0;
  *strrchr(front->directory, '/') = 0;
}

static void note_start(struct front *front) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) die("read the clock");
  snprintf(front->since, sizeof front->since, "%lld.%09ld", (long long)now.tv_sec, now.tv_nsec);
}

void move_to(int from, int to) {
  if (from == to ? fcntl(to, F_SETFD, 0) != 0 : dup2(from, to) < 0) die("hand over a descriptor");
}

pid_t start(void) {
  pid_t pid = fork();
  if (pid < 0) die("start a process");
  return pid;
}

static void start_launcher(struct front *front, int channel) {
  front->launcher = start();
  if (front->launcher > 0) return;
  move_to(channel, CHANNEL_FD);
  char *argv[] = {"nono-launcher", "--since", front->since, NULL}, *nothing[] = {NULL};
  execve(companion(front, "nono-launcher"), argv, nothing); // it reads no environment: the program holds one
  die("start the launcher");
}

static int code_of(int status) {
  return WIFSIGNALED(status) ? SIGNAL_EXIT_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}

int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return EXIT_NOT_STARTED;
  return code_of(status);
}

static void write_all(int fd, const void *bytes, size_t length) {
  const char *at = bytes;
  for (ssize_t wrote; length > 0; at += wrote, length -= (size_t)wrote) {
    wrote = write(fd, at, length);
    if (wrote < 0 && errno == EINTR) wrote = 0;
    else if (wrote < 0) return; // the reporter ended, and said why
  }
}

static void write_text(int fd, const char *text) { write_all(fd, text, strlen(text) + 1); }

int is_run(char **arguments) {
  const char *word = arguments[0] == NULL ? "" : arguments[0];
  return strcmp(word, "run") == 0 || strcmp(word, "wrap") == 0 || strcmp(word, "shell") == 0;
}

static int is_execution(char **arguments) { return arguments[0] != NULL && strcmp(arguments[0], "exec") == 0; }

// A session by a plan that was compiled, or by a run that is remembered: no Node, and nothing to wait for.
static int begin_at_once(struct front *front, char **arguments, struct execution *execution) {
  if (is_execution(arguments))
    return prepare_execution(arguments + 1, companion(front, "nono-launcher"), execution);
  return is_run(arguments) && recall_run(&front->memory, front->directory, arguments, execution);
}

static struct planned begin(struct front *front, char **arguments) {
  struct execution execution = {0};
  if (!begin_at_once(front, arguments, &execution)) return plan(front, arguments);
  front->temporary = execution.temporary;
  front->store = execution.store;
  front->plan = execution.plan;
  front->cgroup = execution.cgroup;
  front->wish = execution.wish;
  write_all(front->channel, execution.program.at, execution.program.length);
  free(execution.program.at);
  return (struct planned){.has_program = 1};
}

// Starts Node once more, and only here: to say what went wrong, what was refused and what was kept. Its exit code is
// nono's where the command did not run.
static int explain(const struct front *front, int kept, char **arguments) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) die("report");
  pid_t reporter = start();
  if (reporter == 0) {
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    close(report[1]);
    move_to(report[0], CHANNEL_FD);
    become_reporter(front, arguments);
  }
  close(report[0]);
  write_text(report[1], kept ? front->store : "");
  write_text(report[1], front->plan);
  write_text(report[1], front->wish);
  write_all(report[1], front->failure, front->failure_length);
  write_all(report[1], front->denied, front->denied_length);
  close(report[1]);
  return wait_for(reporter);
}

// Where nobody is to be told, what was refused is no reason to start Node. A file is written whatever happened.
static int has_report(const struct front *front) {
  return strchr(front->wish, ':') != NULL || (front->denied_length > 0 && strcmp(front->wish, "none") != 0);
}

// The text for agents, beside the private directory, where the planner wrote one.
static void remove_guide(const struct front *front) {
  char path[PATH_MAX + 4];
  snprintf(path, sizeof path, "%s.md", front->temporary);
  unlink(path);
}

// A shell ends its loop at Ctrl-C only if it sees that the signal ended the program.
_Noreturn static void end_as_the_command(const struct front *front) {
  if (front->exit_code == SIGNAL_EXIT_BASE + SIGINT) {
    sigset_t interrupt;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    signal(SIGINT, SIG_DFL);
    raise(SIGINT);
    sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
  }
  exit(front->exit_code);
}

// Where the caller closed one, the next to be opened would be it, and what is said to the user would go there: into the
// channel, say. Children find it closed as before.
static void hold_standard_descriptors(void) {
  int fd;
  while ((fd = open("/", O_PATH | O_CLOEXEC)) >= 0 && fd <= STDERR_FILENO) continue;
  if (fd >= 0) close(fd);
}

// Whether it has to remember the run or not, it may have been stopped by the terminal, which only the command answered to.
static void wait_for_planner(pid_t planner) {
  int status;
  while (waitpid(planner, &status, WUNTRACED) > 0 ? WIFSTOPPED(status) : errno == EINTR) kill(planner, SIGCONT);
}

int main(int argc, char **argv) {
  static struct front front;
  int channel[2];
  char **arguments = argv + (argc > 0);
  hold_standard_descriptors();
  note_start(&front);
  find_directory(&front);
  front.node = find_node(front.directory, FREE_FD, is_execution(arguments) ? 0 : EXIT_NOT_STARTED);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) die("open its channel");
  front.channel = channel[0];
  start_launcher(&front, channel[1]);
  close(channel[1]);
  signal(SIGPIPE, SIG_IGN); // a reader that has gone is no failure of the run, and a launcher that has is told of

  front.memory.file = -1;
  struct planned planned = begin(&front, arguments);
  if (!planned.has_program) {
    close(front.channel); // the launcher ends with it
    wait_for(front.launcher);
    return planned.code;
  }
  // It has said all, and taking Node down in order takes longer than many a command; but it may have to remember the run.
  if (planned.planner > 0 && front.memory.file < 0) kill(planned.planner, SIGKILL);
  follow_session(&front);
  if (planned.planner > 0) wait_for_planner(planned.planner);
  keep_memory(&front.memory);
  int launcher_code = wait_for(front.launcher);
  if (rmdir(front.temporary) != 0)
    fprintf(stderr, "nono: %s could not be removed: %s\n  Try: rm -r it\n", front.temporary, strerror(errno));
  if (front.cgroup != NULL && front.cgroup[0] != 0) rmdir(front.cgroup); // where a launcher that failed or was killed did not
  int kept = front.store[0] != 0 && rmdir(front.store) != 0;
  int code = EXIT_NOT_STARTED;
  if (front.failure_length > 0 || kept || has_report(&front)) code = explain(&front, kept, arguments);
  unlink(front.plan);
  remove_guide(&front);
  if (front.failure_length > 0) return code;
  if (front.ended) end_as_the_command(&front);
  fprintf(stderr, "nono: the supervisor was killed, and the session with it\n");
  return launcher_code;
}
