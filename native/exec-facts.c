// Looks again at what a plan was decided from: user, kernel, launcher, variables, paths, contents, links and mounts.
#include "exec-facts.h"

#include "support.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum path_kind { IS_MISSING, IS_DIRECTORY, IS_FILE, IS_DEVICE, IS_OTHER };
enum { CONTENT_MAX = 1 << 20, DEEPEST = 8, MOST_ENTRIES = 2000 };

static const uint64_t hash_start = 0xcbf29ce484222325u, hash_prime = 0x100000001b3u;

static uint64_t hash_on(uint64_t hash, const void *bytes, size_t length) {
  for (const unsigned char *at = bytes; length > 0; at++, length--) hash = (hash ^ *at) * hash_prime;
  return hash;
}

uint64_t hash_bytes(const void *bytes, size_t length) { return hash_on(hash_start, bytes, length); }

__attribute__((format(printf, 2, 3))) static bool differs(char reason[REASON_BYTES], const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(reason, REASON_BYTES, format, arguments);
  va_end(arguments);
  return false;
}

static uint64_t nanoseconds(const struct timespec *time) {
  return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

static bool needs_hold(const struct plan_file *plan, const char *launcher, char reason[REASON_BYTES]) {
  struct plan_record needs;
  struct stat status;
  find_record(plan, PLAN_NEEDS, &needs);
  if (number_at(&needs, 0) != geteuid()) return differs(reason, "it was compiled for user %u", number_at(&needs, 0));
  if (number_at(&needs, 4) != (uint32_t)landlock_support() || number_at(&needs, 8) != seccomp_support())
    return differs(reason, "the kernel offers something else than the one that it was compiled for");
  if (stat(launcher, &status) != 0 || long_at(&needs, 12) != status.st_dev || long_at(&needs, 20) != status.st_ino ||
      long_at(&needs, 28) != (uint64_t)status.st_size || long_at(&needs, 36) != nanoseconds(&status.st_mtim))
    return differs(reason, "it was compiled by another installation of nono than this one, or before it was built anew");
  return true;
}

static bool variable_holds(const struct plan_file *plan, const struct plan_record *fact, char reason[REASON_BYTES]) {
  (void)plan;
  char name[256];
  const char *equals = strchr(fact->text, '=');
  size_t length = equals == NULL ? strlen(fact->text) : (size_t)(equals - fact->text);
  if (length >= sizeof name) return differs(reason, "it names a variable that is too long");
  memcpy(name, fact->text, length);
  name[length] = 0;
  const char *value = getenv(name);
  if (equals == NULL ? value == NULL : value != NULL && strcmp(value, equals + 1) == 0) return true;
  return differs(reason, "$%s is another than when it was compiled", name);
}

static enum path_kind kind_of(const struct stat *status) {
  if (S_ISDIR(status->st_mode)) return IS_DIRECTORY;
  if (S_ISREG(status->st_mode)) return IS_FILE;
  return S_ISCHR(status->st_mode) || S_ISBLK(status->st_mode) ? IS_DEVICE : IS_OTHER;
}

static bool path_holds(const struct plan_file *plan, const struct plan_record *fact, char reason[REASON_BYTES]) {
  (void)plan;
  struct stat status;
  uint32_t kind = number_at(fact, 0);
  if (stat(fact->text, &status) != 0)
    return kind == IS_MISSING && (errno == ENOENT || errno == ENOTDIR) ? true
           : errno == ENOENT || errno == ENOTDIR ? differs(reason, "\"%s\" is gone", fact->text)
                                                 : differs(reason, "\"%s\" cannot be looked up (%s)", fact->text, strerror(errno));
  if (kind == IS_MISSING) return differs(reason, "\"%s\" was not there then", fact->text);
  bool is_same = kind == kind_of(&status) &&
                 (kind == IS_DEVICE ? long_at(fact, 4) == status.st_rdev
                                    : long_at(fact, 4) == status.st_dev && long_at(fact, 12) == status.st_ino);
  return is_same || differs(reason, "\"%s\" is not what it was", fact->text);
}

// The whole of a small file, or -1.
static ssize_t read_small(const char *path, char *into, size_t room) {
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return -1;
  size_t length = 0;
  ssize_t got = 0;
  while (length < room && (got = read(fd, into + length, room - length)) > 0) length += (size_t)got;
  close(fd);
  return got < 0 || length == room ? -1 : (ssize_t)length;
}

static char *small_buffer(void) {
  static char buffer[CONTENT_MAX];
  return buffer;
}

static bool content_holds(const struct plan_file *plan, const struct plan_record *fact, char reason[REASON_BYTES]) {
  (void)plan;
  ssize_t length = read_small(fact->text, small_buffer(), CONTENT_MAX);
  if (length >= 0 && hash_bytes(small_buffer(), (size_t)length) == long_at(fact, 0)) return true;
  return differs(reason, "\"%s\" says something else now", fact->text);
}

// Where git takes its hooks from is protected as well, and none was named.
static bool config_holds(const struct plan_file *plan, const struct plan_record *fact, char reason[REASON_BYTES]) {
  (void)plan;
  ssize_t length = read_small(fact->text, small_buffer(), CONTENT_MAX - 1);
  if (length < 0) return access(fact->text, F_OK) != 0 || differs(reason, "\"%s\" cannot be read", fact->text);
  small_buffer()[length] = 0;
  return strcasestr(small_buffer(), "hookspath") == NULL ||
         differs(reason, "\"%s\" names a directory of hooks now", fact->text);
}

static bool is_named(const char *names, const char *end, const char *name) {
  for (; names < end; names += strlen(names) + 1)
    if (strcmp(names, name) == 0) return true;
  return false;
}

static unsigned char type_of(int directory, const struct dirent *entry) {
  struct stat status;
  if (entry->d_type != DT_UNKNOWN) return entry->d_type;
  if (fstatat(directory, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) return DT_UNKNOWN;
  return S_ISLNK(status.st_mode) ? DT_LNK : S_ISDIR(status.st_mode) ? DT_DIR : DT_REG;
}

static uint64_t link_hash(int directory, const char *name) {
  char target[PATH_MAX];
  ssize_t length = readlinkat(directory, name, target, sizeof target);
  return hash_on(hash_bytes(name, strlen(name) + 1), target, length < 0 ? 0 : (size_t)length);
}

static bool is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

// A directory that came since: what it holds by itself is protected where it is, and only a link could lead elsewhere.
static bool has_no_links(int around, const char *name, int depth, int *budget) {
  int fd = openat(around, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL) return fd < 0 && errno == EACCES; // nothing was decided from what cannot be listed
  bool holds = true;
  for (struct dirent *entry; holds && (entry = readdir(entries)) != NULL;) {
    if (is_dot(entry->d_name)) continue;
    unsigned char type = type_of(fd, entry);
    holds = --*budget > 0 && type != DT_LNK &&
            (type != DT_DIR || (depth < DEEPEST && has_no_links(fd, entry->d_name, depth + 1, budget)));
  }
  closedir(entries);
  return holds;
}

static bool is_holder(const struct plan_file *plan, const char *directory, const char *name) {
  struct plan_record holder;
  size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
  for (size_t at = 0; next_record(plan, PLAN_LINKS, &at, &holder);)
    if (strncmp(holder.text, directory, length) == 0 && holder.text[length] == '/' &&
        strcmp(holder.text + length + 1, name) == 0)
      return true;
  return false;
}

// The links of these names, or all of them, in whatever order they are listed. False where a directory came with more.
static bool sum_links(const struct plan_file *plan, const struct plan_record *fact, uint64_t *sum) {
  bool all = number_at(fact, 40) != 0;
  int budget = MOST_ENTRIES;
  DIR *entries = opendir(fact->text);
  if (entries == NULL) return false;
  const char *names = fact->text + strlen(fact->text) + 1;
  bool holds = true;
  *sum = 0;
  for (struct dirent *entry; holds && (entry = readdir(entries)) != NULL;) {
    if (is_dot(entry->d_name) || (!all && !is_named(names, fact->end, entry->d_name))) continue;
    unsigned char type = type_of(dirfd(entries), entry);
    if (type == DT_LNK) *sum += link_hash(dirfd(entries), entry->d_name);
    if (type == DT_DIR && !all && !is_holder(plan, fact->text, entry->d_name))
      holds = has_no_links(dirfd(entries), entry->d_name, 0, &budget);
  }
  closedir(entries);
  return holds;
}

// A directory that was not changed since holds the same names; one that was is looked through.
static bool links_hold(const struct plan_file *plan, const struct plan_record *fact, char reason[REASON_BYTES]) {
  struct stat status;
  uint64_t sum;
  if (fact->text == fact->end || stat(fact->text, &status) != 0 || long_at(fact, 0) != status.st_dev ||
      long_at(fact, 8) != status.st_ino)
    return differs(reason, "\"%s\" is not what it was", fact->text);
  if (long_at(fact, 16) == nanoseconds(&status.st_mtim) && long_at(fact, 24) == nanoseconds(&status.st_ctim)) return true;
  if (sum_links(plan, fact, &sum) && sum == long_at(fact, 32)) return true;
  return differs(reason, "links in \"%s\", which say where protected files are, were changed", fact->text);
}

static bool is_below(const struct plan_record *fact, const char *path, size_t length) {
  for (const char *directory = fact->text; directory < fact->end; directory += strlen(directory) + 1) {
    size_t prefix = strlen(directory);
    if (prefix == 1) return true;
    if (length >= prefix && memcmp(path, directory, prefix) == 0 && (length == prefix || path[prefix] == '/')) return true;
  }
  return false;
}

static bool mounts_hold(const struct plan_file *plan, const struct plan_record *fact, char reason[REASON_BYTES]) {
  (void)plan;
  uint64_t sum = 0;
  char *text = small_buffer();
  ssize_t length = fact->text == fact->end ? 0 : read_small("/proc/self/mountinfo", text, CONTENT_MAX - 1);
  if (length < 0) return differs(reason, "/proc/self/mountinfo cannot be read");
  text[length] = 0;
  char *rest;
  for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
    int start = 0, point = 0, end = 0;
    if (sscanf(line, "%*s %*s %n%*s %*s %n%*s%n", &start, &point, &end) < 0 || end == 0) continue;
    if (is_below(fact, line + point, (size_t)(end - point))) sum += hash_bytes(line + start, (size_t)(end - start));
  }
  return sum == long_at(fact, 0) || differs(reason, "something else is mounted in what it grants");
}

static const struct {
  enum plan_tag tag;
  bool (*holds)(const struct plan_file *, const struct plan_record *, char reason[REASON_BYTES]);
} facts[] = {{PLAN_VARIABLE, variable_holds}, {PLAN_PATH, path_holds},   {PLAN_CONTENT, content_holds},
             {PLAN_CONFIG, config_holds},     {PLAN_LINKS, links_hold}, {PLAN_MOUNTS, mounts_hold}};

bool facts_hold(const struct plan_file *plan, const char *launcher, char reason[REASON_BYTES]) {
  if (!needs_hold(plan, launcher, reason)) return false;
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    struct plan_record fact;
    for (size_t at = 0; next_record(plan, facts[i].tag, &at, &fact);)
      if (!facts[i].holds(plan, &fact, reason)) return false;
  }
  return true;
}
