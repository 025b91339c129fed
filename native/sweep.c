// Follows the built-in globs `BASE/**/REST` with nothing in the place of `**`.
#include "sweep.h"

#include "channel.h"
#include "judge.h"
#include "originals.h"
#include "resolve.h"
#include "temporary.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Whoever made a directory below a protected name chose how deep it is, and which modes its directories have.
enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, DEEPEST = 64 };

typedef void visitor(const struct broker *broker, int directory, const char *name, const char *rest);

static bool is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

static struct {
  char **paths; // that were there before
  size_t count, room;
  bool is_learning;
  int depth;
  const char *start; // where the command starts
  int held_start;    // the same, wherever it is by now; -1: nothing can be made in it
} known = {.held_start = -1};

static bool is_known(const char *path) {
  for (size_t i = 0; i < known.count; i++)
    if (strcmp(known.paths[i], path) == 0) return true;
  return false;
}

static void learn(const char *path) {
  if (known.count == known.room) {
    known.room = known.room == 0 ? 64 : 2 * known.room;
    known.paths = realloc(known.paths, known.room * sizeof *known.paths);
    if (known.paths == NULL) fail("remember the protected paths", "", ENOMEM);
  }
  known.paths[known.count] = strdup(path);
  if (known.paths[known.count++] == NULL) fail("remember the protected paths", "", ENOMEM);
}

// A directory that is looked into, with the mode that it gets back.
struct inside {
  int directory; // -1: it cannot be looked into
  bool was_closed;
  mode_t mode;
};

// By its name, or "" for itself. Where its owner has not all rights to it, what is in it could neither be found nor taken
// away.
static struct inside look_into(int directory, const char *name) {
  struct inside inside = {.directory = -1};
  struct stat status;
  int held = name[0] == 0 ? fcntl(directory, F_DUPFD_CLOEXEC, 0)
                          : openat(directory, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (held < 0) return inside;
  struct handle handle = handle_of(held);
  if (!known.is_learning && fstat(held, &status) == 0 && (status.st_mode & S_IRWXU) != S_IRWXU) {
    inside.mode = status.st_mode & 07777;
    inside.was_closed = chmod(handle.path, inside.mode | S_IRWXU) == 0;
  }
  inside.directory = open(handle.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  close(held);
  return inside;
}

static void leave(struct inside inside) {
  if (inside.directory < 0) return;
  if (inside.was_closed) fchmod(inside.directory, inside.mode);
  close(inside.directory);
}

// Every entry that the glob names; they may be removed while they are visited.
static void visit_entries(const struct broker *broker, int directory, const char *glob, visitor *visit, const char *rest) {
  int scan = openat(directory, ".", OPEN_DIRECTORY);
  DIR *entries = scan < 0 ? NULL : fdopendir(scan);
  if (entries == NULL) return;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
    if (!is_dot(entry->d_name) && fnmatch(glob, entry->d_name, FNM_CASEFOLD) == 0)
      visit(broker, directory, entry->d_name, rest);
  closedir(entries);
}

static bool is_new(const void *broker, int directory, const char *name) {
  struct statx status;
  return look(directory, name, &status) == 0 && !is_old(broker, &status);
}

// It is new, and nobody was asked for it: whether or not the store can hold it, it does not stay.
static void take_away(const struct broker *broker, int directory, const char *name, bool is_directory) {
  if (!is_directory) keep_name(broker, REASON_PLANTED, directory, name);
  unlinkat(directory, name, is_directory ? AT_REMOVEDIR : 0);
}

// The entry itself, once what is in it was visited.
static void settle(const struct broker *broker, int directory, const char *name, const struct statx *status) {
  static struct place place;
  static char path[PATH_MAX];
  place = (struct place){.directory = directory, .is_lent = true};
  snprintf(place.last, sizeof place.last, "%s", name);
  if (describe_place(&place, path) != 0) return;
  if (known.is_learning) learn(path);
  else if (!is_old(broker, status) && denied_at(path, MEANS_OBJECT) & DENY_WRITE && !is_known(path))
    take_away(broker, directory, name, S_ISDIR(status->stx_mode));
}

static void take(const struct broker *broker, int directory, const char *name, const char *rest) {
  struct statx status;
  if (look(directory, name, &status) != 0) return;
  if (S_ISDIR(status.stx_mode)) {
    struct inside inside = look_into(directory, name);
    known.depth++;
    if (inside.directory >= 0 && known.depth < DEEPEST) visit_entries(broker, inside.directory, "*", take, rest);
    else if (inside.directory >= 0 && !known.is_learning) empty_directory(inside.directory, is_new, broker);
    known.depth--;
    leave(inside);
  }
  settle(broker, directory, name, &status);
}

static void follow(const struct broker *broker, int directory, const char *name, const char *rest) {
  char glob[NAME_MAX + 1];
  struct inside inside = look_into(directory, name);
  if (inside.directory < 0) return;
  size_t length = strcspn(rest, "/");
  bool is_last = rest[length] == 0;
  snprintf(glob, sizeof glob, "%.*s", (int)length, rest);
  visit_entries(broker, inside.directory, glob, is_last ? take : follow, is_last ? "" : rest + length + 1);
  leave(inside);
}

// The directory before `**`, without the backslashes that keep it literal.
static void read_base(const char *pattern, const char *end, char base[PATH_MAX]) {
  size_t length = 0;
  for (const char *at = pattern; at < end && length + 1 < PATH_MAX; at++) {
    if (*at == '\\') at++;
    base[length++] = *at;
  }
  base[length] = 0;
  if (length == 0) strcpy(base, "/");
}

// One built-in glob: the name that its first component stands for, and what follows that.
struct glob {
  char first[NAME_MAX + 1];
  const char *rest; // "" behind the last component
};

static bool may_start_with(const char *glob, const char *name) {
  return strchr("*?[\\", glob[0]) != NULL || tolower((unsigned char)glob[0]) == tolower((unsigned char)name[0]);
}

static void visit_entry(const struct broker *broker, int directory, const char *name, const struct glob *globs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!may_start_with(globs[i].first, name) || fnmatch(globs[i].first, name, FNM_CASEFOLD) != 0) continue;
    if (globs[i].rest[0] == 0) take(broker, directory, name, "");
    else follow(broker, directory, name, globs[i].rest);
  }
}

// Listed once for all globs: there are ninety of them, and this is part of every start.
static void visit_base(const struct broker *broker, int around, const char *base, const struct glob *globs, size_t count) {
  struct inside inside = look_into(around, base);
  int scan = inside.directory < 0 ? -1 : openat(inside.directory, ".", OPEN_DIRECTORY);
  DIR *entries = scan < 0 ? NULL : fdopendir(scan);
  for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
    if (!is_dot(entry->d_name)) visit_entry(broker, inside.directory, entry->d_name, globs, count);
  if (entries != NULL) closedir(entries);
  leave(inside);
}

static void add_glob(struct glob *globs, size_t *count, const char *rest) {
  size_t length = strcspn(rest, "/");
  snprintf(globs[*count].first, sizeof globs->first, "%.*s", (int)length, rest);
  globs[(*count)++].rest = rest[length] == 0 ? "" : rest + length + 1;
}

// The globs of one base stand together in a plan.
static void follow_all(const struct broker *broker) {
  const struct program *program = broker->program;
  struct glob *globs = calloc(program->deny_count + 1, sizeof *globs);
  size_t count = 0;
  char base[PATH_MAX] = "", next[PATH_MAX];
  if (globs == NULL) fail("look at the protected paths", "", ENOMEM);
  for (size_t i = 0; i <= program->deny_count; i++) {
    const struct deny *deny = i == program->deny_count ? NULL : &program->denies[i];
    const char *any_depth = deny == NULL ? NULL : strstr(deny->pattern, "/**/");
    bool is_glob = any_depth != NULL && deny->flags & DENY_BUILT_IN && deny->flags & DENY_GLOB;
    if (deny != NULL && !is_glob) continue;
    if (is_glob) read_base(deny->pattern, any_depth, next);
    if (count > 0 && (deny == NULL || strcmp(base, next) != 0)) {
      visit_base(broker, AT_FDCWD, base, globs, count);
      if (known.held_start >= 0 && strcmp(known.start, base) != 0) visit_base(broker, known.held_start, "", globs, count);
      count = 0;
    }
    if (is_glob) {
      memcpy(base, next, sizeof base);
      add_glob(globs, &count, any_depth + strlen("/**/"));
    }
  }
  free(globs);
}

void learn_protected(const struct broker *broker, const char *start) {
  known.start = start;
  if (write_grant_around(start) == GRANT_DIRECTORY) known.held_start = open(start, O_PATH | O_DIRECTORY | O_CLOEXEC);
  known.is_learning = true;
  follow_all(broker);
  known.is_learning = false;
}

void sweep_protected(const struct broker *broker) { follow_all(broker); }
