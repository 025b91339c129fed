// Takes every look of src/launch/disk.ts again: see memory-looks.h.
#include "memory-looks.h"

#include "siphash.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

enum look_kind {
  LOOK_ENTRY = 1,
  LOOK_OBJECT,
  LOOK_ENTRIES,
  LOOK_CONTENT,
  LOOK_START,
  LOOK_FILE_SYSTEM,
  LOOK_EXECUTES,
  LOOK_WRITES,
};

enum { START_BYTES = 256, CONTENT_MAX = 1 << 20 };

static const uint64_t nothing = UINT64_MAX;

static const uint8_t *hash_key;

static uint64_t hash_bytes(const void *bytes, size_t length) { return sip_hash(hash_key, bytes, length); }

struct look {
  enum look_kind kind;
  const char *path, *text;
  uint64_t number;
};

// A mode; 0 where nothing is; the error where one says so.
static uint64_t mode_or_error(int result, const struct stat *status) {
  if (result == 0) return status->st_mode;
  return errno == ENOENT || errno == ENOTDIR ? 0 : (uint64_t)-errno;
}

static bool entry_holds(const struct look *look) {
  struct stat status;
  char target[PATH_MAX];
  if (mode_or_error(lstat(look->path, &status), &status) != look->number) return false;
  if (look->text[0] == 0) return true;
  ssize_t length = readlink(look->path, target, sizeof target);
  return length >= 0 && (size_t)length == strlen(look->text) && memcmp(target, look->text, (size_t)length) == 0;
}

static bool object_holds(const struct look *look) {
  struct stat status;
  char canonical[PATH_MAX];
  if (mode_or_error(stat(look->path, &status), &status) != look->number) return false;
  return look->text[0] == 0 || (realpath(look->path, canonical) != NULL && strcmp(canonical, look->text) == 0);
}

static const char *kind_of(mode_t mode) {
  if (S_ISLNK(mode)) return "symlink";
  if (S_ISDIR(mode)) return "directory";
  if (S_ISREG(mode)) return "file";
  return S_ISCHR(mode) || S_ISBLK(mode) ? "device" : "other";
}

static mode_t type_of(int directory, const struct dirent *entry) {
  struct stat status;
  if (entry->d_type != DT_UNKNOWN) return DTTOIF(entry->d_type);
  return fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_mode : 0;
}

// 0 where it is of another kind than those that were asked for, which is all where none is named.
static uint64_t entry_hash(int directory, const struct dirent *entry, const char *kinds) {
  char text[NAME_MAX + 16];
  size_t length = strlen(entry->d_name);
  const char *kind = kind_of(type_of(directory, entry));
  if (kinds[0] != 0 && strstr(kinds, kind) == NULL) return 0;
  memcpy(text, entry->d_name, length + 1);
  memcpy(text + length + 1, kind, strlen(kind));
  return hash_bytes(text, length + 1 + strlen(kind));
}

// In whatever order they are listed.
static uint64_t sum_entries(const char *path, const char *kinds) {
  DIR *entries = opendir(path);
  if (entries == NULL) return nothing;
  uint64_t sum = 0;
  for (struct dirent *entry; (entry = readdir(entries)) != NULL;)
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
      sum += entry_hash(dirfd(entries), entry, kinds);
  closedir(entries);
  return sum;
}

static uint64_t read_hash(int fd, size_t most) {
  static char content[CONTENT_MAX + 1];
  size_t length = 0;
  for (ssize_t got; length < most; length += (size_t)got)
    if ((got = read(fd, content + length, most - length)) < 0) return nothing;
    else if (got == 0) break;
  return length > CONTENT_MAX ? nothing : hash_bytes(content, length);
}

static uint64_t hash_file(const char *path, size_t most) {
  struct stat status;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return nothing;
  uint64_t hash = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? read_hash(fd, most) : nothing;
  close(fd);
  return hash;
}

static uint64_t file_system(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 ? (uint64_t)status.f_type : nothing;
}

static bool holds(const struct look *look) {
  switch (look->kind) {
  case LOOK_ENTRY: return entry_holds(look);
  case LOOK_OBJECT: return object_holds(look);
  case LOOK_ENTRIES: return sum_entries(look->path, look->text) == look->number;
  case LOOK_CONTENT: return hash_file(look->path, CONTENT_MAX + 1) == look->number;
  case LOOK_START: return hash_file(look->path, START_BYTES) == look->number;
  case LOOK_FILE_SYSTEM: return file_system(look->path) == look->number;
  case LOOK_EXECUTES: return (access(look->path, X_OK) == 0) == look->number;
  case LOOK_WRITES: return (access(look->path, W_OK) == 0) == look->number;
  }
  return false; // of another version
}

bool looks_hold(const struct plan_file *plan) {
  struct plan_record record;
  if (!find_record(plan, PLAN_KEY, &record) || record.end - record.text < SIP_KEY_BYTES) return false;
  hash_key = (const uint8_t *)record.text;
  for (size_t at = 0; next_record(plan, PLAN_LOOK, &at, &record);) {
    const char *text = record.text + strlen(record.text) + 1;
    struct look look = {(enum look_kind)number_at(&record, 0), record.text, text, long_at(&record, 4)};
    if (!holds(&look)) return false;
  }
  return true;
}
