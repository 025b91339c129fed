// Runs that were made before: see memory.h.
#include "memory.h"

#include "exec-facts.h"
#include "exec-trust.h"
#include "memory-key.h"
#include "memory-looks.h"
#include "siphash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAG_VARIABLE = 7, MOST_REMEMBERED = 64 };

extern char **environ;

// The state of nono is protected in every run.
static bool find_state(char state[PATH_MAX]) {
  const char *set = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  int length = set != NULL && set[0] == '/'     ? snprintf(state, PATH_MAX, "%s/nono/runs", set)
               : home != NULL && home[0] == '/' ? snprintf(state, PATH_MAX, "%s/.local/state/nono/runs", home)
                                                : PATH_MAX;
  return length < PATH_MAX;
}

static void make_state(char *state) {
  for (char *slash = state; slash != NULL;) {
    slash = strchr(slash + 1, '/');
    if (slash != NULL) *slash = 0;
    mkdir(state, 0700);
    if (slash != NULL) *slash = '/';
  }
}

// -1 with errno; ENOENT where it is not there yet, and may be made.
static int open_state(bool make) {
  char state[PATH_MAX];
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  errno = EACCES;
  if (!find_state(state) || distrust_directories(state) != NULL) return -1; // as where root has a user's home
  if (make) make_state(state);
  return open(state, flags);
}

static bool path_of(int fd, char path[PATH_MAX]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = 0;
  return path[0] == '/';
}

static bool is_of_this_run(const struct memory *memory, const struct plan_file *plan) {
  struct plan_record key;
  return find_record(plan, PLAN_KEY, &key) && (size_t)(key.end - key.text) == SIP_KEY_BYTES + memory->key.length &&
         memcmp(key.text + SIP_KEY_BYTES, memory->key.at, memory->key.length) == 0;
}

static bool read_memory(const struct memory *memory, int fd, struct plan_file *plan) {
  struct stat status;
  char path[PATH_MAX];
  if (fstat(fd, &status) != 0 || status.st_size == 0 || status.st_size > PLAN_FILE_MAX_BYTES) return false;
  if (!path_of(fd, path) || distrust(path, &status) != NULL) return false;
  const uint8_t *bytes = read_whole(fd, (size_t)status.st_size);
  return bytes != NULL && decode_plan_file(bytes, (size_t)status.st_size, PLAN_IS_REMEMBERED, plan) == NULL &&
         is_of_this_run(memory, plan);
}

static const char *variable_of(const char *name) {
  size_t length = strlen(name);
  for (char **each = environ; *each != NULL; each++)
    if (strncmp(*each, name, length) == 0 && (*each)[length] == '=') return *each;
  return NULL;
}

// Where Node is a script, what it sets was planned from as well, and cannot be told from here.
static bool has_variables(const struct plan_file *plan) {
  struct plan_record record;
  for (size_t at = 0; next_record(plan, PLAN_INHERITED, &at, &record);)
    if (variable_of(record.text) == NULL) return false;
  return true;
}

static void put_variables_of(struct bytes *program, const struct plan_file *plan, const struct names *names) {
  struct plan_record record;
  for (size_t at = 0; next_record_of(plan, PLAN_INHERITED, PLAN_SET, &at, &record);) {
    if (record.tag == PLAN_SET) {
      put_u32(program, TAG_VARIABLE);
      put_u32(program, (uint32_t)strlen(record.text) + 1);
      put_filled(program, record.text, strlen(record.text) + 1, names);
    } else {
      put_text(program, TAG_VARIABLE, variable_of(record.text));
    }
  }
}

static void put_whole_program(struct bytes *program, const struct plan_file *plan, const struct names *names) {
  struct plan_record lasting;
  find_record(plan, PLAN_PROGRAM, &lasting);
  begin_program(program);
  put_filled(program, lasting.text, (size_t)(lasting.end - lasting.text), names);
  put_variables_of(program, plan, names);
  end_program(program);
}

// Waits where the reader is slow; one that has gone is no failure of the run.
static void say(const uint8_t *at, size_t length) {
  struct pollfd reader = {STDERR_FILENO, POLLOUT, 0};
  for (ssize_t wrote; length > 0; at += wrote, length -= (size_t)wrote) {
    if ((wrote = write(STDERR_FILENO, at, length)) >= 0) continue;
    wrote = 0;
    if (errno == EAGAIN) poll(&reader, 1, -1);
    else if (errno != EINTR) return;
  }
}

static void announce(const struct plan_file *plan, const struct names *names) {
  struct plan_record record;
  struct bytes text = {0};
  find_record(plan, PLAN_ANNOUNCED, &record);
  put_filled(&text, record.text, (size_t)(record.end - record.text), names);
  say(text.at, text.length);
  free(text.at);
}

static bool begin_session(const struct plan_file *plan, struct execution *execution) {
  static struct session_name name;
  struct plan_record standing, wish;
  name_session(&name);
  find_record(plan, PLAN_SESSION, &standing);
  find_record(plan, PLAN_WISH, &wish);
  const char *start = standing.text + strlen(standing.text) + 1;
  if (strlen(standing.text) != strlen(name.id) || strlen(start) != strlen(name.started)) return false;
  struct names names = {name.id, name.started, standing.text, start};
  name_execution(plan, &names, execution);
  execution->wish = wish.text;
  if (make_directories(plan, &names, execution) != NULL) return false; // the planner says why
  put_whole_program(&execution->program, plan, &names);
  announce(plan, &names);
  return true;
}

// The planner finds in the file a key to hash by, which nobody else knows, and what the run is told apart by; it writes the
// file anew.
static void begin_file(struct memory *memory) {
  uint8_t key[SIP_KEY_BYTES];
  if (getrandom(key, sizeof key, 0) != sizeof key) return;
  memory->file = openat(memory->directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (memory->file < 0) return; // this file system has no such files, so nothing is remembered
  ssize_t wrote = pwrite(memory->file, memory->key.at, memory->key.length, sizeof key);
  bool is_whole = wrote >= 0 && (size_t)wrote == memory->key.length && pwrite(memory->file, key, sizeof key, 0) == sizeof key;
  if (is_whole && lseek(memory->file, 0, SEEK_SET) == 0) return;
  close(memory->file);
  memory->file = -1;
}

struct oldest {
  char name[NAME_MAX + 1];
  struct timespec used;
  size_t count;
};

// Of those that were made once, or of those that are remembered: many of the former must not drive the latter out.
static struct oldest find_oldest(int directory, bool is_remembered) {
  struct oldest oldest = {.count = 0};
  int again = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = again < 0 ? NULL : fdopendir(again);
  if (entries == NULL) return oldest;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;) {
    struct stat status;
    if (entry->d_name[0] == '.' || fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if ((status.st_size > 0) != is_remembered) continue;
    bool is_older = status.st_mtim.tv_sec != oldest.used.tv_sec ? status.st_mtim.tv_sec < oldest.used.tv_sec
                                                                : status.st_mtim.tv_nsec < oldest.used.tv_nsec;
    if (oldest.count++ > 0 && !is_older) continue;
    oldest.used = status.st_mtim;
    snprintf(oldest.name, sizeof oldest.name, "%s", entry->d_name);
  }
  closedir(entries);
  return oldest;
}

static void forget_oldest(int directory, bool is_remembered) {
  for (struct oldest oldest; (oldest = find_oldest(directory, is_remembered)).count > MOST_REMEMBERED;)
    if (unlinkat(directory, oldest.name, 0) != 0) return;
}

bool recall_run(struct memory *memory, const char *companions, char **words, struct execution *execution) {
  struct plan_file plan;
  *memory = (struct memory){.directory = -1, .file = -1};
  if (!describe_run(&memory->key, companions, words)) return false;
  snprintf(memory->name, sizeof memory->name, "%016llx", (unsigned long long)hash_bytes(memory->key.at, memory->key.length));
  int fd = memory->directory = open_state(false);
  if (fd >= 0) fd = openat(memory->directory, memory->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  memory->is_first = fd < 0 && errno == ENOENT;
  if (fd < 0) return false;
  bool is_known = read_memory(memory, fd, &plan) && has_variables(&plan) && looks_hold(&plan) && begin_session(&plan, execution);
  if (is_known) futimens(fd, NULL); // what is used is the last to be forgotten
  else begin_file(memory);
  close(fd);
  return is_known;
}

static bool is_whole(const struct memory *memory) {
  struct stat status;
  struct plan_file plan;
  if (fstat(memory->file, &status) != 0 || status.st_size > PLAN_FILE_MAX_BYTES) return false;
  if (lseek(memory->file, 0, SEEK_SET) != 0) return false;
  uint8_t *bytes = read_whole(memory->file, (size_t)status.st_size);
  bool is_plan = bytes != NULL && decode_plan_file(bytes, (size_t)status.st_size, PLAN_IS_REMEMBERED, &plan) == NULL &&
                 is_of_this_run(memory, &plan);
  free(bytes);
  return is_plan;
}

// It may never be made again: its name is enough.
static void note_first(const struct memory *memory) {
  int directory = open_state(true);
  int fd = directory < 0 ? -1 : openat(directory, memory->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) close(fd);
  if (directory < 0) return;
  forget_oldest(directory, false);
  close(directory);
}

void keep_memory(const struct memory *memory) {
  char link[64];
  if (memory->is_first) note_first(memory);
  if (memory->file < 0 || !is_whole(memory)) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", memory->file);
  unlinkat(memory->directory, memory->name, 0);
  if (linkat(AT_FDCWD, link, memory->directory, memory->name, AT_SYMLINK_FOLLOW) == 0) forget_oldest(memory->directory, true);
}
