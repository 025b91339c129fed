// A directory around a granted file stays closed: what is made in it has a name that says what for, is a regular file, and
// is gone at the end unless it took the granted file's place.
#include "siblings.h"

#include "channel.h"
#include "kernel.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_SIBLINGS = 256, NEVER = O_CREAT | O_EXCL | O_TRUNC | O_PATH | (O_TMPFILE & ~O_DIRECTORY) };

struct saved {
  const struct rule *rule;
  int directory; // -1: it is not there, and nothing can be made in it
  const char *name;
};

struct sibling {
  int directory; // a saved file's; -1: the place is free
  dev_t device;
  ino_t number;
  char name[NAME_MAX + 1];
};

static struct {
  struct saved *saved;
  size_t saved_count;
  struct sibling siblings[MOST_SIBLINGS];
  size_t sibling_count; // places that were ever taken
} memory;

static int open_parent(const struct rule *rule, const char *slash) {
  char path[PATH_MAX];
  struct open_how_v1 how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_WITHOUT_SYMLINKS};
  snprintf(path, sizeof path, "%.*s", slash == rule->path ? 1 : (int)(slash - rule->path), rule->path);
  return (int)syscall(NR_OPENAT2, AT_FDCWD, path, &how, sizeof how);
}

void prepare_siblings(const struct program *program) {
  for (size_t i = 0; i < program->rule_count; i++) memory.saved_count += (program->rules[i].flags & RULE_SAVED) != 0;
  memory.saved = calloc(memory.saved_count + 1, sizeof *memory.saved);
  if (memory.saved == NULL) fail("remember the granted files", "", ENOMEM);
  struct saved *saved = memory.saved;
  for (size_t i = 0; i < program->rule_count; i++) {
    const struct rule *rule = &program->rules[i];
    if (!(rule->flags & RULE_SAVED)) continue;
    const char *slash = strrchr(rule->path, '/');
    *saved++ = (struct saved){rule, open_parent(rule, slash), slash + 1};
  }
}

static bool is_same(int directory, int other) {
  struct stat one, two;
  return fstat(directory, &one) == 0 && fstat(other, &two) == 0 && one.st_ino == two.st_ino && one.st_dev == two.st_dev;
}

static bool is_generated(const char *name) {
  static const struct {
    const char *start;
    size_t letters;
  } forms[] = {{"sed", 6}, {"tmp", 8}, {".goutputstream-", 6}};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    size_t length = strlen(forms[i].start);
    if (strncmp(name, forms[i].start, length) != 0 || strlen(name) != length + forms[i].letters) continue;
    const char *end = name + length;
    while (isalnum((unsigned char)*end) || (*end == '_' && forms[i].letters == 8)) end++;
    if (*end == 0) return true;
  }
  return false;
}

// The file's name with more behind it: what begins with a dot and a name alone could be anybody's.
static bool is_derived(const char *name, const char *file) {
  static const char *const leaders[] = {"", ".", "#", "~", "_", ".#", ".~"};
  for (size_t i = 0; i < sizeof leaders / sizeof *leaders; i++) {
    size_t start = strlen(leaders[i]), length = strlen(file);
    if (strncmp(name, leaders[i], start) != 0 || strncmp(name + start, file, length) != 0) continue;
    char next = name[start + length];
    if (strcmp(leaders[i], ".") == 0 ? next == '.' : next != 0 && !isalnum((unsigned char)next)) return true;
  }
  return false;
}

static bool is_plain(const char *name) {
  return name[0] != 0 && strchr(name, '/') == NULL && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

// The granted file that a name in a directory is, or is made for.
static const struct saved *find_saved(int directory, const char *name, bool itself) {
  for (size_t i = 0; i < memory.saved_count; i++) {
    const struct saved *saved = &memory.saved[i];
    bool is_meant = strcmp(name, saved->name) == 0 || (!itself && (is_derived(name, saved->name) || is_generated(name)));
    if (saved->directory >= 0 && is_meant && is_same(directory, saved->directory)) return saved;
  }
  return NULL;
}

static bool grants(const struct saved *saved, uint64_t flags) {
  uint64_t access = saved->rule->access;
  int mode = (int)(flags & O_ACCMODE);
  return (mode == O_WRONLY || access & LANDLOCK_READ_FILE) && (mode == O_RDONLY || access & LANDLOCK_WRITE_FILE);
}

static bool is_there(int directory, const char *name, const struct stat *wanted) {
  struct stat status;
  return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
         status.st_ino == wanted->st_ino && status.st_dev == wanted->st_dev;
}

static struct sibling *find_sibling(const struct stat *status) {
  for (size_t i = 0; i < memory.sibling_count; i++) {
    struct sibling *sibling = &memory.siblings[i];
    if (sibling->directory >= 0 && sibling->number == status->st_ino && sibling->device == status->st_dev) return sibling;
  }
  return NULL;
}

// By its name in a directory, where what it stands for is what was made under it.
static struct sibling *sibling_at(int directory, const char *name) {
  struct stat status;
  if (!is_plain(name) || fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return NULL;
  struct sibling *sibling = find_sibling(&status);
  return sibling != NULL && strcmp(sibling->name, name) == 0 && is_same(directory, sibling->directory) ? sibling : NULL;
}

static struct sibling *free_place(void) {
  for (size_t i = 0; i < memory.sibling_count; i++)
    if (memory.siblings[i].directory < 0) return &memory.siblings[i];
  return memory.sibling_count == MOST_SIBLINGS ? NULL : &memory.siblings[memory.sibling_count++];
}

static int make(const struct keep_message *message, int directory, int *fd) {
  const struct saved *saved = is_plain(message->from) ? find_saved(directory, message->from, false) : NULL;
  if (saved == NULL || !grants(saved, message->flags)) return EACCES;
  struct sibling *sibling = free_place();
  if (sibling == NULL) return ENOSPC;
  sibling->directory = -1;
  umask(message->mask); // the kernel applies it, or the directory's default ACL in its stead
  int flags = (int)(message->flags & ~(uint64_t)NEVER) | O_CREAT | O_EXCL | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  int made = openat(saved->directory, message->from, flags, message->mode & 0777);
  struct stat status;
  if (made < 0) return errno;
  *fd = made;
  if (strcmp(message->from, saved->name) == 0 || fstat(made, &status) != 0) return 0; // the granted file, made anew
  *sibling = (struct sibling){saved->directory, status.st_dev, status.st_ino, ""};
  strcpy(sibling->name, message->from);
  return 0;
}

// The granted file, whichever it is by now, or one that was made to take its place.
static const struct saved *saved_as(const struct stat *status) {
  const struct sibling *sibling = find_sibling(status);
  for (size_t i = 0; i < memory.saved_count; i++) {
    const struct saved *saved = &memory.saved[i];
    if (saved->directory < 0) continue;
    if (is_there(saved->directory, saved->name, status)) return saved;
    if (sibling != NULL && is_same(sibling->directory, saved->directory) && is_there(saved->directory, sibling->name, status))
      return saved;
  }
  return NULL;
}

static int open_one(const struct keep_message *message, int object, int *fd) {
  struct stat status;
  char path[32];
  if (fstat(object, &status) != 0) return errno;
  const struct saved *saved = saved_as(&status);
  if (saved == NULL || message->flags & (uint64_t)NEVER || !grants(saved, message->flags)) return EACCES;
  snprintf(path, sizeof path, "/proc/self/fd/%d", object);
  *fd = open(path, (int)message->flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  return *fd < 0 ? errno : 0;
}

static int remove_one(const struct keep_message *message, int directory) {
  struct sibling *sibling = sibling_at(directory, message->from);
  if (sibling == NULL) return EACCES;
  if (unlinkat(sibling->directory, sibling->name, 0) != 0) return errno;
  sibling->directory = -1;
  return 0;
}

// Into the granted file's place, or under another name of the kind.
static int move(const struct keep_message *message, int directory) {
  struct sibling *sibling = sibling_at(directory, message->from);
  const struct saved *target = is_plain(message->to) ? find_saved(directory, message->to, false) : NULL;
  struct stat status;
  if (sibling == NULL || target == NULL || message->flags & ~(uint64_t)RENAME_NOREPLACE) return EACCES;
  bool is_taken = fstatat(directory, message->to, &status, AT_SYMLINK_NOFOLLOW) == 0;
  bool takes_place = strcmp(message->to, target->name) == 0;
  struct sibling *replaced = is_taken && !takes_place ? sibling_at(directory, message->to) : NULL;
  if (is_taken && (takes_place ? !S_ISREG(status.st_mode) : replaced == NULL)) return EACCES;
  if (syscall(SYS_renameat2, sibling->directory, sibling->name, sibling->directory, message->to, (unsigned)message->flags) != 0)
    return errno;
  if (replaced != NULL && replaced != sibling) replaced->directory = -1;
  if (takes_place) sibling->directory = -1;
  else strcpy(sibling->name, message->to);
  return 0;
}

// By its number and its name: a number may be another file's by now.
static bool knows(int object) {
  struct stat status;
  const struct sibling *sibling = fstat(object, &status) == 0 ? find_sibling(&status) : NULL;
  return sibling != NULL && is_there(sibling->directory, sibling->name, &status);
}

int serve_sibling(const struct keep_message *message, int object, int *fd) {
  *fd = -1;
  if (object < 0) return EBADF;
  switch (message->kind) {
  case SAVE_MAKE: return make(message, object, fd);
  case SAVE_OPEN: return open_one(message, object, fd);
  case SAVE_REMOVE: return remove_one(message, object);
  case SAVE_MOVE: return move(message, object);
  default: return knows(object) ? 0 : EACCES;
  }
}

void end_siblings(void (*leave)(void *context, int object), void *context) {
  for (size_t i = 0; i < memory.sibling_count; i++) {
    struct sibling *sibling = &memory.siblings[i];
    if (sibling->directory < 0 || sibling_at(sibling->directory, sibling->name) == NULL) continue;
    int object = openat(sibling->directory, sibling->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (object >= 0) leave(context, object);
    if (object >= 0) close(object);
    unlinkat(sibling->directory, sibling->name, 0);
  }
}
