// Follows the built-in globs `BASE/**/REST` with nothing in the place of `**`.
#include "sweep.h"

#include "channel.h"
#include "judge.h"
#include "originals.h"
#include "resolve.h"

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
  else if (!is_old(broker, &status) && denied_at(path) & DENY_WRITE && !is_known(path))
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

static void follow_all(const struct broker *broker, const char *start) {
  for (size_t i = 0; i < broker->program->deny_count; i++) {
    const struct deny *deny = &broker->program->denies[i];
    const char *any_depth = strstr(deny->pattern, "/**/");
    char base[PATH_MAX];
    if (any_depth == NULL || !(deny->flags & DENY_BUILT_IN) || !(deny->flags & DENY_GLOB)) continue;
    const char *rest = any_depth + strlen("/**/");
    read_base(deny->pattern, any_depth, base);
    follow(broker, AT_FDCWD, base, rest);
    if (strcmp(start, base) != 0 && write_grant_around(start) == GRANT_DIRECTORY) follow(broker, AT_FDCWD, start, rest);
  }
}

void learn_protected(const struct broker *broker, const char *start) {
  known.is_learning = true;
  follow_all(broker, start);
  known.is_learning = false;
}

void sweep_protected(const struct broker *broker, const char *start) { follow_all(broker, start); }
