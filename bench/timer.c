// Starts commands in turn, round after round, and prints how long each took: one JSON line a task.
// The tasks come from a file: words that end in NUL, a task ends with an empty word, its first word is a shell line that
// prepares each run and is not timed ("-" for none).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TASKS_MAX = 64, WORDS_MAX = 1 << 19, AT_ONCE_MAX = 1024, LEAST_ROUNDS = 3, RUN_SECONDS = 60 };

struct task {
  char **words;
  int status; // of the run that failed; the task is left out from then on
  int runs;
  int64_t *nanoseconds;
};

static struct task tasks[TASKS_MAX];
static int task_count;
static pid_t started[AT_ONCE_MAX];
static int at_once;

static int64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (int64_t)at.tv_sec * 1000000000 + at.tv_nsec;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void read_tasks(const char *file) {
  static char *words[WORDS_MAX];
  struct stat status;
  int fd = open(file, O_RDONLY | O_CLOEXEC);
  if (fd < 0 || fstat(fd, &status) != 0) fail(file);
  char *text = malloc((size_t)status.st_size);
  for (off_t got, at = 0; at < status.st_size; at += got)
    if ((got = read(fd, text + at, (size_t)(status.st_size - at))) <= 0) fail(file);
  int word = 0, first = 0;
  for (char *at = text; at < text + status.st_size; at += strlen(at) + 1) {
    if (word == WORDS_MAX || task_count == TASKS_MAX) fail("too many words");
    words[word++] = *at == 0 ? NULL : at;
    if (*at != 0) continue;
    tasks[task_count++].words = words + first;
    first = word;
  }
}

static pid_t spawn_one(char **words, posix_spawn_file_actions_t *actions) {
  extern char **environ;
  pid_t pid = -1;
  errno = posix_spawnp(&pid, words[0], actions, NULL, words, environ);
  return errno == 0 ? pid : -1;
}

static void prepare(const char *line) {
  if (strcmp(line, "-") != 0 && system(line) != 0) fail(line);
}

static void give_up(int signal) {
  (void)signal;
  for (int i = 0; i < at_once; i++)
    if (started[i] > 0) kill(started[i], SIGKILL);
}

static void run(struct task *task, const char *errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0600);
  prepare(task->words[0]);
  truncate(errors, 0);
  alarm(RUN_SECONDS);
  int64_t start = now();
  for (int i = 0; i < at_once; i++) started[i] = spawn_one(task->words + 1, &actions);
  for (int i = 0; i < at_once; i++) {
    int status = 127 << 8;
    while (started[i] > 0 && waitpid(started[i], &status, 0) < 0 && errno == EINTR) continue;
    started[i] = 0;
    if (status != 0) task->status = status;
  }
  task->nanoseconds[task->runs++] = now() - start;
  alarm(0);
  posix_spawn_file_actions_destroy(&actions);
}

static void print(const struct task *task) {
  printf("{\"status\":%d,\"ns\":[", task->status);
  for (int i = 0; i < task->runs; i++) printf("%s%lld", i == 0 ? "" : ",", (long long)task->nanoseconds[i]);
  printf("]}\n");
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "timer TASKS ROUNDS SECONDS AT-ONCE\n");
    return 64;
  }
  int rounds = atoi(argv[2]);
  int64_t end = now() + (int64_t)atoi(argv[3]) * 1000000000;
  at_once = atoi(argv[4]);
  if (rounds < 1 || at_once < 1 || at_once > AT_ONCE_MAX) return 64;
  signal(SIGALRM, give_up);
  read_tasks(argv[1]);
  for (int i = 0; i < task_count; i++) tasks[i].nanoseconds = calloc((size_t)rounds, sizeof(int64_t));
  for (int round = 0; round < rounds && (round < LEAST_ROUNDS || now() < end); round++)
    for (int i = 0; i < task_count; i++) {
      char errors[4096];
      snprintf(errors, sizeof errors, "%s.%d", argv[1], i);
      if (tasks[i].status == 0) run(&tasks[i], errors);
    }
  for (int i = 0; i < task_count; i++) print(&tasks[i]);
  return 0;
}
