// Resolves the caller's paths as the kernel would for the caller itself. The broker shares the caller's root; what
// differs is /proc/self, and the links in it that lead into a process.
#include "resolve.h"

#include "caller.h"
#include "kernel.h"
#include "held.h"
#include "marks.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { MOST_LINKS = 40, PROC_MAGIC = 0x9fa0 };

int name_path(pid_t caller, int descriptor, const char *path, struct name *name) {
  name->caller = caller;
  int error = translate_path(caller, path, name->path);
  if (error != 0) return error;
  name->start = open_start(caller, descriptor, name->path, &name->is_lent);
  return name->start < 0 && name->start != AT_FDCWD ? name->start : 0;
}

int read_name(pid_t caller, int descriptor, uint64_t address, struct name *name) {
  char path[PATH_MAX];
  int error = read_path(caller, address, path);
  return error != 0 ? error : name_path(caller, descriptor, path, name);
}

int read_names(pid_t caller, const int descriptors[2], const uint64_t addresses[2], struct name names[2]) {
  char paths[2][PATH_MAX];
  int error = read_paths(caller, addresses, paths);
  if (error == 0) error = name_path(caller, descriptors[0], paths[0], &names[0]);
  if (error != 0) return error;
  bool is_shared = descriptors[0] == descriptors[1] && names[0].start != AT_FDCWD && paths[1][0] != '/';
  if (is_shared) {
    names[1] = (struct name){.caller = caller, .start = names[0].start, .is_lent = true};
    strcpy(names[1].path, paths[1]);
  } else error = name_path(caller, descriptors[1], paths[1], &names[1]);
  if (error != 0) release_name(&names[0]);
  return error;
}

void release_name(struct name *name) {
  if (name->start >= 0 && !name->is_lent) close(name->start);
}

static int open_path(int start, const char *path, uint64_t flags, uint64_t resolve) {
  struct open_how_v1 how = {.flags = O_PATH | O_CLOEXEC | flags, .resolve = resolve};
  int fd = (int)syscall(NR_OPENAT2, start, path, &how, sizeof how);
  return fd < 0 ? -errno : fd;
}

static size_t last_component(const char *path) {
  size_t end = strlen(path);
  while (end > 0 && path[end - 1] == '/') end--;
  while (end > 0 && path[end - 1] != '/') end--;
  return end;
}

// A bare name lies where the name starts: that descriptor is lent to the place.
int open_place(const struct name *name, struct place *place) {
  size_t at = last_component(name->path);
  strcpy(place->last, name->path + at);
  place->is_lent = at == 0;
  if (name->path[0] == 0) return -ENOENT;
  if (place->is_lent) return place->directory = name->start, 0;
  char parent[PATH_MAX];
  memcpy(parent, name->path, at);
  parent[at] = 0;
  place->directory = open_path(name->start, parent, O_DIRECTORY, 0);
  return place->directory < 0 ? place->directory : 0;
}

int take_place(struct name *name, struct place *place) {
  int error = open_place(name, place);
  if (error != 0 || !place->is_lent) release_name(name);
  place->is_lent &= name->is_lent;
  return error;
}

void release_place(struct place *place) {
  if (!place->is_lent && place->directory >= 0) close(place->directory);
}

void bare_name(const struct place *place, char bare[PATH_MAX]) {
  strcpy(bare, place->last);
  for (size_t end = strlen(bare); end > 1 && bare[end - 1] == '/'; end--) bare[end - 1] = 0;
}

static int is_in_proc(int fd) {
  struct statfs status;
  return fstatfs(fd, &status) == 0 && status.f_type == PROC_MAGIC;
}

// The last link of a path that leads through a process: its text becomes the name, in the caller's spelling. 1 when it
// did, 0 when there is nothing to follow, or a negative errno.
static int follow_link(struct name *name, struct place *place) {
  char target[PATH_MAX], bare[PATH_MAX];
  int error = open_place(name, place);
  if (error != 0) return error;
  bare_name(place, bare);
  ssize_t length = readlinkat(place->directory, bare, target, sizeof target - 1);
  if (length < 0 || is_in_proc(place->directory)) return 0;
  target[length] = 0;
  if (target[0] == '/') release_place(place);
  if (target[0] == '/' || !place->is_lent) {
    release_name(name);
    name->is_lent = false;
  }
  name->start = target[0] == '/' ? AT_FDCWD : place->directory;
  error = translate_path(name->caller, target, name->path);
  return error != 0 ? error : 1;
}

static bool names_process(const char *path) {
  for (const char *at = path; (at = strchr(at, '/')) != NULL;)
    if (++at, strspn(at, "0123456789") > 0 && strspn(at, "0123456789") == strcspn(at, "/")) return true;
  return false;
}

enum { NO_PROCESS = 0, ANY_PROCESS = -1 };

// Whose part of /proc a path lies in. In another /proc a process may have another number: there it may be any.
static pid_t process_at(const char *path) {
  char *end;
  if (strncmp(path, "/proc/", strlen("/proc/")) != 0) return names_process(path) ? ANY_PROCESS : NO_PROCESS;
  pid_t number = (pid_t)strtol(path + strlen("/proc/"), &end, 10);
  return *end == '/' || *end == 0 ? number : NO_PROCESS;
}

static pid_t process_behind(int object, char path[PATH_MAX]) {
  if (!is_in_proc(object)) return NO_PROCESS;
  return describe_object(object, path) == 0 ? process_at(path) : ANY_PROCESS;
}

bool is_own_process(int object) {
  char path[PATH_MAX];
  pid_t process = process_behind(object, path);
  return process == ANY_PROCESS || (process != NO_PROCESS && (process == getpid() || process == gettid()));
}

static bool is_beyond_caller_at(int directory) {
  char path[PATH_MAX];
  pid_t process = process_behind(directory, path);
  return process != NO_PROCESS && is_beyond_caller(process);
}

static const char *past_number(const char *path, const char *before) {
  size_t length = strlen(before);
  return strncmp(path, before, length) == 0 ? path + length + strspn(path + length, "0123456789") : path;
}

// What the kernel tells everybody of a process or a thread: it asks for no more than its number.
static bool is_public(const char *path) {
  static const char *const names[] = {"",        "/task",   "/stat",      "/statm",  "/status",    "/cmdline", "/comm",
                                      "/cgroup", "/mounts", "/mountinfo", "/limits", "/oom_score", "/oom_score_adj"};
  const char *rest = past_number(past_number(path, "/proc/"), "/task/");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(rest, names[i]) == 0) return true;
  return false;
}

bool is_private_of_another(int object) {
  char path[PATH_MAX];
  pid_t process = process_behind(object, path);
  return process != NO_PROCESS && is_beyond_caller(process) && (process == ANY_PROCESS || !is_public(path));
}

// The name led through a link of /proc: each link on the way is read, so that those to /proc/self are the caller's.
static int open_through_proc(const struct name *given, int flags) {
  struct name name = *given;
  name.start = given->start == AT_FDCWD ? AT_FDCWD : fcntl(given->start, F_DUPFD_CLOEXEC, 0);
  name.is_lent = false;
  struct place place;
  for (int links = 0; links < MOST_LINKS; links++) {
    int followed = flags & O_NOFOLLOW ? open_place(&name, &place) : follow_link(&name, &place);
    if (followed < 0) return release_name(&name), followed;
    if (followed == 1) {
      int object = open_path(name.start, name.path, (uint64_t)flags, RESOLVE_WITHOUT_MAGIC_LINKS);
      if (object == -ELOOP) continue;
      release_name(&name);
      return object;
    }
    bool is_beyond = is_beyond_caller_at(place.directory);
    int object = is_beyond ? -EACCES : open_path(place.directory, place.last, (uint64_t)flags, 0);
    release_place(&place);
    release_name(&name);
    return object;
  }
  release_name(&name);
  return -ELOOP;
}

int follow_last_link(struct name *name) {
  struct place place;
  int followed = follow_link(name, &place);
  if (followed == 0) release_place(&place);
  return followed > 0 ? 0 : followed < 0 ? followed : -EACCES; // no link any more, or one that only the kernel follows
}

int open_object(const struct name *name, int flags, uint64_t resolve) {
  int object = open_path(name->start, name->path, (uint64_t)flags, resolve | RESOLVE_WITHOUT_MAGIC_LINKS);
  return object == -ELOOP && resolve == 0 ? open_through_proc(name, flags) : object;
}

// Names that a file system may know by another spelling are left out: those with letters beyond ASCII, and short forms.
static bool is_plain(const char *path) {
  for (const char *at = path; *at != 0;) {
    if (*at == '/') at++;
    const char *name = at;
    for (; *at != 0 && *at != '/'; at++)
      if ((signed char)*at < ' ' || *at == '~') return false;
    size_t length = (size_t)(at - name);
    if (length == 0 || (name[0] == '.' && (length == 1 || (length == 2 && name[1] == '.')))) return false;
  }
  return path[0] != 0;
}

static int spell(const struct name *name, char path[PATH_MAX]) {
  path[0] = 0;
  int error = name->path[0] == '/' ? 0 : describe_directory(name->start, path);
  size_t length = error != 0 || path[1] == 0 ? 0 : strlen(path), slash = name->path[0] != '/', more = strlen(name->path);
  if (error != 0 || length + slash + more >= PATH_MAX) return -ENAMETOOLONG;
  path[length] = '/';
  memcpy(path + length + slash, name->path, more + 1);
  return 0;
}

int spell_bare(const struct name *name, char path[PATH_MAX]) {
  return strchr(name->path, '/') == NULL && is_plain(name->path) ? spell(name, path) : -EINVAL;
}

int open_known(const struct name *name, int flags, char path[PATH_MAX]) {
  int object = -ELOOP;
  if (is_plain(name->path)) object = open_path(name->start, name->path, (uint64_t)flags, RESOLVE_WITHOUT_SYMLINKS);
  if (object >= 0 && spell(name, path) == 0) return object;
  if (object == -ELOOP) object = open_object(name, flags, 0);
  if (object >= 0 && describe_object(object, path) != 0) path[0] = 0;
  return object;
}


static bool is_same_directory(const struct stat *one, const struct stat *other) {
  return one->st_ino == other->st_ino && one->st_dev == other->st_dev;
}

bool is_same_place(int one, int other) {
  struct stat here, there;
  return fstat(one, &here) == 0 && fstat(other, &there) == 0 && is_same_directory(&here, &there);
}

bool lies_in(int directory, int ancestor) {
  struct stat wanted, here, last = {0};
  bool found = false;
  int at = fcntl(directory, F_DUPFD_CLOEXEC, 0);
  if (fstat(ancestor, &wanted) != 0) found = true; // unknown: the careful answer
  while (!found && at >= 0 && fstat(at, &here) == 0 && !is_same_directory(&here, &last)) {
    found = is_same_directory(&here, &wanted);
    last = here;
    int parent = openat(at, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    close(at);
    at = parent;
  }
  if (at >= 0) close(at);
  return found;
}

static int add_name(const struct place *place, char path[PATH_MAX]) {
  char bare[PATH_MAX];
  bare_name(place, bare);
  size_t length = strlen(path), more = strlen(bare), slash = length > 1;
  if (length + slash + more >= PATH_MAX) return -ENAMETOOLONG;
  path[length] = '/';
  memcpy(path + length + slash, bare, more + 1);
  return 0;
}

int describe_place(const struct place *place, char path[PATH_MAX]) {
  int error = describe_directory(place->directory, path);
  return error != 0 ? error : add_name(place, path);
}

int describe_places(const struct place *one, const struct place *other, char paths[2][PATH_MAX]) {
  int error = describe_directory(one->directory, paths[0]);
  if (error == 0 && other->directory == one->directory) strcpy(paths[1], paths[0]);
  else if (error == 0) error = describe_directory(other->directory, paths[1]);
  if (error == 0) error = add_name(one, paths[0]);
  return error != 0 ? error : add_name(other, paths[1]);
}
