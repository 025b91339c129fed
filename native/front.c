// nono's own process: starts the launcher and the planner (Node) on the two ends of one channel, takes the planner's
// place when it has handed the program over, and stays out of the way until the session ends.
#include "channel.h"
#include "exec.h"
#include "memory.h"
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
  EXIT_NOT_STARTED = 125,
  EXIT_SNAPSHOT_REFUSED = 14, // Node's own
  SIGNAL_EXIT_BASE = 128,
  HANDOVER_FD = 4,
  MEMORY_FD = 5,
  FREE_FD = 6, // the first that nobody finds at a fixed number
  FRAME_MAX = 1 << 16,
  FRAME_HEADER_BYTES = 8,
  HANDOVER_COUNT = 5,
  DENIED_MAX = 1 << 18,
};

extern char **environ;

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

_Noreturn static void die(const char *what) {
  fprintf(stderr, "nono: cannot %s: %s\n  Try: npm run build\n", what, strerror(errno));
  _exit(EXIT_NOT_STARTED);
}

static const char *companion(const struct front *front, const char *name) {
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

static void move_to(int from, int to) {
  if (from == to ? fcntl(to, F_SETFD, 0) != 0 : dup2(from, to) < 0) die("hand over a descriptor");
}

// Node would act on NODE_OPTIONS, and parses NODE_EXTRA_CA_CERTS at every start (70 ms); the standalone planner would on
// BUN_OPTIONS, and run anything with BUN_BE_BUN.
static char memory_variable[] = "NONO_REMEMBER=";

static int steers_planner(const char *variable) {
  return strncmp(variable, memory_variable, sizeof memory_variable - 1) == 0 || strncmp(variable, "NODE_", 5) == 0 || strncmp(variable, "BUN_", 4) == 0 ||
         strncmp(variable, "GLIBC_TUNABLES=", 15) == 0;
}

// Node reads its snapshot into memory that it then copies: a third of its page faults, unless they are of huge pages and
// what it frees is used again. src/launch/host.ts takes this out again.
static char tunables[] =
    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=67108864:glibc.malloc.top_pad=8388608";

// What steers it is meant for the command: the planner finds it under another name and gives it back its own.
static char **planner_environment(int remembers) {
  static const char ours[] = "NONO_CALLER_";
  size_t count = 0;
  while (environ[count] != NULL) count++;
  char **renamed = calloc(count + 3, sizeof *renamed);
  for (size_t i = 0; renamed != NULL && i < count; i++) {
    renamed[i] = environ[i];
    if (!steers_planner(environ[i])) continue;
    if (asprintf(&renamed[i], "%s%s", ours, environ[i]) < 0) die("prepare the planner's environment");
  }
  if (renamed == NULL) die("prepare the planner's environment");
  renamed[count++] = tunables;
  if (remembers) renamed[count] = memory_variable;
  return renamed;
}

// Node loads a snapshot only with the flags that it was made with.
static const char *const snapshot_flags[] = {SNAPSHOT_FLAGS "--snapshot-blob"};
enum { SNAPSHOT_FLAG_COUNT = sizeof snapshot_flags / sizeof *snapshot_flags };

static const char snapshot_file[] = "planner.blob";

enum form { FORM_SCRIPT, FORM_SNAPSHOT };

// JavaScript finds nono's own arguments from argv[2] on, whichever form it has.
static char **node_arguments(const struct front *front, enum form form, const char *script, char **arguments) {
  size_t count = 0, at = 0;
  while (arguments[count] != NULL) count++;
  char **argv = calloc(count + SNAPSHOT_FLAG_COUNT + 4, sizeof *argv);
  if (argv == NULL) die("start node");
  argv[at++] = "node";
  for (int i = 0; form == FORM_SNAPSHOT && i < SNAPSHOT_FLAG_COUNT; i++) argv[at++] = (char *)snapshot_flags[i];
  if (form == FORM_SNAPSHOT) argv[at++] = strdup(companion(front, snapshot_file));
  argv[at++] = strdup(companion(front, script));
  memcpy(argv + at, arguments, count * sizeof *argv);
  return argv;
}

_Noreturn static void become_node(const struct front *front, enum form form, const char *script, char **arguments,
                                  int remembers) {
  fcntl(front->node.executable, F_SETFD, 0); // it may be a script, whose interpreter then reads it
  char **argv = node_arguments(front, form, script, arguments);
  syscall(SYS_execveat, front->node.executable, "", argv, planner_environment(remembers), AT_EMPTY_PATH);
  fprintf(stderr, "nono: Node.js cannot be started: %s\n  Try: npm run build\n", strerror(errno));
  _exit(EXIT_NOT_STARTED);
}

static pid_t start(void) {
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

static pid_t start_planner(const struct front *front, enum form form, int handover, char **arguments) {
  pid_t planner = start();
  if (planner > 0) return planner;
  // The lower target last: the source of one must not be the target of the other.
  int spare = fcntl(front->channel, F_DUPFD, FREE_FD);
  if (spare < 0) die("hand over a descriptor");
  int remembers = front->memory.file >= 0;
  if (remembers) move_to(front->memory.file, MEMORY_FD);
  move_to(handover, HANDOVER_FD);
  move_to(spare, CHANNEL_FD);
  close(spare);
  become_node(front, form, "cli.cjs", arguments, remembers);
}

static int code_of(int status) {
  return WIFSIGNALED(status) ? SIGNAL_EXIT_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}

static int wait_for(pid_t pid) {
  int status;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) return EXIT_NOT_STARTED;
  return code_of(status);
}

// What the planner hands over with the program: texts, each with its NUL. Nothing means nothing to run.
static int read_handover(struct front *front, int handover) {
  size_t length = 0;
  for (ssize_t got; length < sizeof front->handover; length += (size_t)got) {
    got = read(handover, front->handover + length, sizeof front->handover - length);
    if (got < 0 && errno == EINTR) got = 0;
    else if (got <= 0) break;
  }
  close(handover);
  const char **texts[HANDOVER_COUNT] = {&front->temporary, &front->store, &front->plan, &front->cgroup, &front->wish};
  const char *at = front->handover, *end = front->handover + length;
  for (int i = 0; i < HANDOVER_COUNT; i++) {
    const char *zero = memchr(at, 0, (size_t)(end - at));
    if (zero == NULL) return 0;
    *texts[i] = at;
    at = zero + 1;
  }
  return 1;
}

static void say_slower(const char *why) {
  fprintf(stderr, "nono: %s, so nono starts slower\n  Try: npm run build\n", why);
}

static int is_run(char **arguments) {
  const char *word = arguments[0] == NULL ? "" : arguments[0];
  return strcmp(word, "run") == 0 || strcmp(word, "wrap") == 0 || strcmp(word, "shell") == 0;
}

// The snapshot plans runs. Where the build could make none, it said so.
static enum form form_for(const struct front *front, char **arguments) {
  if (!is_run(arguments)) return FORM_SCRIPT;
  if (access(companion(front, snapshot_file), R_OK) != 0) return FORM_SCRIPT;
  if (front->node.is_node_of_build) return FORM_SNAPSHOT;
  say_slower("Node was replaced since nono was built");
  return FORM_SCRIPT;
}

struct planned {
  pid_t planner;
  int has_program; // the launcher has it: all that is left is to follow the session
  int code;        // of the planner, where it ended without one
};

static struct planned plan_in(struct front *front, enum form form, char **arguments) {
  int handover[2];
  if (pipe2(handover, O_CLOEXEC) != 0) die("open its channel");
  struct planned planned = {.planner = start_planner(front, form, handover[1], arguments)};
  close(handover[1]);
  planned.has_program = read_handover(front, handover[0]);
  if (!planned.has_program) planned.code = wait_for(planned.planner);
  return planned;
}

static struct planned plan(struct front *front, char **arguments) {
  enum form form = form_for(front, arguments);
  struct planned planned = plan_in(front, form, arguments);
  if (form != FORM_SNAPSHOT || planned.has_program || planned.code != EXIT_SNAPSHOT_REFUSED) return planned;
  say_slower("Node does not take the snapshot of the build"); // Node said why: it is another processor, say
  return plan_in(front, FORM_SCRIPT, arguments);
}

static void write_all(int fd, const void *bytes, size_t length);

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

static uint32_t word_at(const unsigned char *at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static void take_frame(struct front *front, const unsigned char *frame, size_t length) {
  const unsigned char *payload = frame + FRAME_HEADER_BYTES;
  switch (word_at(frame)) {
  case FRAME_STOPPED: raise(SIGSTOP); break;
  case FRAME_FAILURE:
    if (front->failure_length > 0) break;
    memcpy(front->failure, frame, length);
    front->failure_length = length;
    break;
  case FRAME_DENIED:
  case FRAME_LIMIT:
    if (length > sizeof front->denied - front->denied_length) break; // the supervisor bounds them lower
    memcpy(front->denied + front->denied_length, frame, length);
    front->denied_length += length;
    break;
  case FRAME_ENDED:
    if (length < FRAME_HEADER_BYTES + 12) break;
    front->ended = 1;
    front->exit_code = (int)word_at(payload + 4) + (word_at(payload) == ENDED_SIGNALLED ? SIGNAL_EXIT_BASE : 0);
  }
}

// 0 when the channel is closed: the supervisor and the guard are gone.
static int take_frames(struct front *front) {
  size_t room = sizeof front->pending - front->pending_length;
  ssize_t got = read(front->channel, front->pending + front->pending_length, room);
  if (got < 0 && errno == EINTR) return 1;
  if (got <= 0) return 0; // also for a frame that is larger than any of ours
  front->pending_length += (size_t)got;
  size_t taken = 0;
  while (front->pending_length - taken >= FRAME_HEADER_BYTES) {
    const unsigned char *frame = front->pending + taken;
    size_t length = FRAME_HEADER_BYTES + (size_t)word_at(frame + 4);
    if (length > front->pending_length - taken) break;
    take_frame(front, frame, length);
    taken += length;
  }
  front->pending_length -= taken;
  memmove(front->pending, front->pending + taken, front->pending_length);
  return 1;
}

// The terminal stops and resizes the whole group by itself; nono stops when it hears that the command did.
static int is_passed_on(uint32_t signal) {
  return signal != SIGCHLD && signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU && signal != SIGWINCH &&
         signal != SIGPIPE && signal != SIGURG;
}

static void pass_signals(const struct front *front, int signals) {
  for (struct signalfd_siginfo info; read(signals, &info, sizeof info) == sizeof info;) {
    unsigned char number = (unsigned char)info.ssi_signo;
    if (is_passed_on(info.ssi_signo)) send(front->channel, &number, 1, MSG_NOSIGNAL);
  }
}

static int watch_signals(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  return signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
}

static void follow_session(struct front *front) {
  int signals = watch_signals();
  if (signals < 0) die("watch for signals");
  struct pollfd sources[] = {{signals, POLLIN, 0}, {front->channel, POLLIN, 0}};
  for (int open = 1; open;) {
    poll(sources, 2, -1);
    pass_signals(front, signals);
    if (sources[1].revents != 0) open = take_frames(front);
  }
  close(signals);
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
    become_node(front, FORM_SCRIPT, "report.cjs", arguments, 0);
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

int main(int argc, char **argv) {
  static struct front front;
  int channel[2];
  char **arguments = argv + (argc > 0);
  note_start(&front);
  find_directory(&front);
  front.node = find_node(front.directory, FREE_FD, is_execution(arguments) ? 0 : EXIT_NOT_STARTED);
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0) die("open its channel");
  front.channel = channel[0];
  start_launcher(&front, channel[1]);
  close(channel[1]);

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
  if (planned.planner > 0) wait_for(planned.planner);
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
