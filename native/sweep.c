// Follows the built-in globs `BASE/**/REST` with nothing in the place of `**`.
#include "sweep.h"

#include "channel.h"
#include "judge.h"
#include "originals.h"
#include "resolve.h"

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

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

typedef void visitor(const struct broker *broker, int directory, const char *name, const char *rest);

static bool is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

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

static struct {
  uint64_t *hashes; // of the paths that were there before
  size_t count, room;
  bool is_learning;
} known;

static uint64_t hash_of(const char *path) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (; *path != 0; path++) hash = (hash ^ (unsigned char)*path) * 0x100000001b3u;
  return hash;
}

static bool is_known(const char *path) {
  for (size_t i = 0; i < known.count; i++)
    if (known.hashes[i] == hash_of(path)) return true;
  return false;
}

static void learn(const char *path) {
  if (known.count == known.room) {
    known.room = known.room == 0 ? 64 : 2 * known.room;
    known.hashes = realloc(known.hashes, known.room * sizeof *known.hashes);
    if (known.hashes == NULL) fail("remember the protected paths", "", ENOMEM);
  }
  known.hashes[known.count++] = hash_of(path);
}

// It is new, and nobody was asked for it: whether or not the store can hold it, it does not stay.
static void take_away(const struct broker *broker, int directory, const char *name, bool is_directory) {
  if (!is_directory) keep_name(broker, REASON_PLANTED, directory, name);
  unlinkat(directory, name, is_directory ? AT_REMOVEDIR : 0);
}

static void take(const struct broker *broker, int directory, const char *name, const char *rest) {
  struct statx status;
  struct place place = {.directory = directory, .is_lent = true};
  char path[PATH_MAX];
  snprintf(place.last, sizeof place.last, "%s", name);
  if (look(directory, name, &status) != 0 || describe_place(&place, path) != 0) return;
  bool is_directory = S_ISDIR(status.stx_mode);
  int inside = is_directory ? openat(directory, name, OPEN_DIRECTORY) : -1;
  if (inside >= 0) {
    visit_entries(broker, inside, "*", take, rest);
    close(inside);
  }
  if (known.is_learning) learn(path);
  else if (!is_old(broker, &status) && denied_at(path, MEANS_OBJECT) & DENY_WRITE && !is_known(path))
    take_away(broker, directory, name, is_directory);
}

static void follow(const struct broker *broker, int directory, const char *name, const char *rest) {
  char glob[NAME_MAX + 1];
  int inside = openat(directory, name, OPEN_DIRECTORY);
  if (inside < 0) return;
  size_t length = strcspn(rest, "/");
  bool is_last = rest[length] == 0;
  snprintf(glob, sizeof glob, "%.*s", (int)length, rest);
  visit_entries(broker, inside, glob, is_last ? take : follow, is_last ? "" : rest + length + 1);
  close(inside);
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
static void visit_base(const struct broker *broker, const char *base, const struct glob *globs, size_t count) {
  int directory = open(base, OPEN_DIRECTORY), scan = directory < 0 ? -1 : openat(directory, ".", OPEN_DIRECTORY);
  DIR *entries = scan < 0 ? NULL : fdopendir(scan);
  for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;)
    if (!is_dot(entry->d_name)) visit_entry(broker, directory, entry->d_name, globs, count);
  if (entries != NULL) closedir(entries);
  if (directory >= 0) close(directory);
}

static void add_glob(struct glob *globs, size_t *count, const char *rest) {
  size_t length = strcspn(rest, "/");
  snprintf(globs[*count].first, sizeof globs->first, "%.*s", (int)length, rest);
  globs[(*count)++].rest = rest[length] == 0 ? "" : rest + length + 1;
}

// The globs of one base stand together in a plan.
static void follow_all(const struct broker *broker, const char *start) {
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
      visit_base(broker, base, globs, count);
      if (strcmp(start, base) != 0 && write_grant_around(start) == GRANT_DIRECTORY) visit_base(broker, start, globs, count);
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
  known.is_learning = true;
  follow_all(broker, start);
  known.is_learning = false;
}

void sweep_protected(const struct broker *broker, const char *start) { follow_all(broker, start); }
