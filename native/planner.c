// Has Node plan, from the snapshot of the build where it can be taken.
#include "channel.h"
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SNAPSHOT_REFUSED = 14 }; // Node's own

extern char **environ;

// Node would act on NODE_OPTIONS, and parses NODE_EXTRA_CA_CERTS at every start (70 ms); the standalone planner would on
// BUN_OPTIONS, and run anything with BUN_BE_BUN.
static char memory_variable[] = "NONO_REMEMBER=";

static const char callers[] = "NONO_CALLER_";

// What has that other name already gets it once more: it is given back less one.
static int steers_planner(const char *variable) {
  return strncmp(variable, memory_variable, sizeof memory_variable - 1) == 0 || strncmp(variable, "NODE_", 5) == 0 ||
         strncmp(variable, "BUN_", 4) == 0 || strncmp(variable, "GLIBC_TUNABLES=", 15) == 0 ||
         strncmp(variable, callers, sizeof callers - 1) == 0;
}

// Node reads its snapshot into memory that it then copies: a third of its page faults, unless they are of huge pages and
// what it frees is used again. src/launch/host.ts takes this out again.
static char tunables[] =
    "GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=67108864:glibc.malloc.top_pad=8388608";

// What steers it is meant for the command: the planner finds it under another name and gives it back its own.
static char **planner_environment(int remembers) {
  size_t count = 0;
  while (environ[count] != NULL) count++;
  char **renamed = calloc(count + 3, sizeof *renamed);
  for (size_t i = 0; renamed != NULL && i < count; i++) {
    renamed[i] = environ[i];
    if (!steers_planner(environ[i])) continue;
    if (asprintf(&renamed[i], "%s%s", callers, environ[i]) < 0) die("prepare the planner's environment");
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
  leave_deleted_directory();
  char **argv = node_arguments(front, form, script, arguments);
  syscall(SYS_execveat, front->node.executable, "", argv, planner_environment(remembers), AT_EMPTY_PATH);
  fprintf(stderr, "nono: Node.js cannot be started: %s\n  Try: npm run build\n", strerror(errno));
  _exit(EXIT_NOT_STARTED);
}

_Noreturn void become_reporter(const struct front *front, char **arguments) {
  become_node(front, FORM_SCRIPT, "report.cjs", arguments, 0);
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

// The snapshot plans runs. Where the build could make none, it said so.
static enum form form_for(const struct front *front, char **arguments) {
  if (!is_run(arguments)) return FORM_SCRIPT;
  if (access(companion(front, snapshot_file), R_OK) != 0) return FORM_SCRIPT;
  if (front->node.is_node_of_build) return FORM_SNAPSHOT;
  say_slower("Node was replaced since nono was built");
  return FORM_SCRIPT;
}

static struct planned plan_in(struct front *front, enum form form, char **arguments) {
  int handover[2];
  if (pipe2(handover, O_CLOEXEC) != 0) die("open its channel");
  struct planned planned = {.planner = start_planner(front, form, handover[1], arguments)};
  close(handover[1]);
  planned.has_program = read_handover(front, handover[0]);
  if (!planned.has_program) planned.code = wait_for(planned.planner);
  return planned;
}

struct planned plan(struct front *front, char **arguments) {
  enum form form = form_for(front, arguments);
  struct planned planned = plan_in(front, form, arguments);
  if (form != FORM_SNAPSHOT || planned.has_program || planned.code != EXIT_SNAPSHOT_REFUSED) return planned;
  say_slower("Node does not take the snapshot of the build"); // Node said why: it is another processor, say
  return plan_in(front, FORM_SCRIPT, arguments);
}
