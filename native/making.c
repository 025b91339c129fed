// What is made has the caller's mask and is remembered; a name that is denied is not given, nor one that leads to what is.
#include "making.h"

#include "caller.h"
#include "held.h"
#include "judge.h"
#include "names.h"
#include "originals.h"
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Makes something under a new name as the caller would, and remembers its birth.
static int make_at(const struct broker *broker, const struct call *call, int directory, uint64_t path,
                   int (*make)(const struct place *place, const void *how), const void *how) {
  struct place place;
  char bare[PATH_MAX];
  int mask = read_umask(call->caller);
  int error = mask < 0 ? mask : find_place(broker, call, directory, path, &place);
  if (error != 0) return error;
  umask((mode_t)mask); // the kernel applies it, or the directory's default ACL in its stead
  error = judge_place(&place, DENY_WRITE);
  if (error == 0) error = make(&place, how);
  bare_name(&place, bare);
  if (error == 0) note_birth(broker, place.directory, bare);
  release_place(&place);
  return error;
}

struct node {
  mode_t mode;
  dev_t device;
};

static int make_directory_at(const struct place *place, const void *mode) {
  return mkdirat(place->directory, place->last, *(const mode_t *)mode) == 0 ? 0 : -errno;
}

static int make_node_at(const struct place *place, const void *how) {
  const struct node *node = how;
  return mknodat(place->directory, place->last, node->mode, node->device) == 0 ? 0 : -errno;
}

// A link could stand for a directory in which something is denied.
static bool misleads(const struct place *place) {
  char path[PATH_MAX];
  return has_denies() && (describe_place(place, path) != 0 || leads_to_denied(path));
}

// Beside it, below a name that is denied just as it is, nothing is led elsewhere: git tries links so, by a name that is
// nothing yet.
static bool leads_beside(const struct place *place, const char *target) {
  struct statx status;
  char path[PATH_MAX], beside[PATH_MAX];
  if (target[0] == 0 || strchr(target, '/') != NULL || strcmp(target, ".") == 0 || strcmp(target, "..") == 0) return false;
  int error = look(place->directory, target, &status);
  if (error != -ENOENT && (error != 0 || S_ISLNK(status.stx_mode))) return false; // a link leads on
  if (describe_place(place, path) != 0) return false;
  int directory = (int)(strrchr(path, '/') - path);
  if (snprintf(beside, sizeof beside, "%.*s/%s", directory, path, target) >= (int)sizeof beside) return false;
  return leads_to_denied(beside) && !moving_changes_denies(path, beside);
}

static int make_symlink_at(const struct place *place, const void *target) {
  if (misleads(place) && !leads_beside(place, target)) return -EACCES;
  return symlinkat(target, place->directory, place->last) == 0 ? 0 : -errno;
}

int make_directory(const struct broker *broker, const struct call *call, int directory, uint64_t path, mode_t mode) {
  return make_at(broker, call, directory, path, make_directory_at, &mode);
}

int make_node(const struct broker *broker, const struct call *call, int directory, uint64_t path, mode_t mode, dev_t device) {
  return make_at(broker, call, directory, path, make_node_at, &(struct node){mode, device});
}

int make_symlink(const struct broker *broker, const struct call *call, uint64_t target, int directory, uint64_t path) {
  char text[PATH_MAX];
  int error = read_path(call->caller, target, text);
  return error != 0 ? error : make_at(broker, call, directory, path, make_symlink_at, text);
}

// What is to have another name: by its descriptor, as /proc/self/fd would give it to the caller.
static int find_linked(const struct broker *broker, const struct call *call, int directory, uint64_t path, int flags) {
  struct name name;
  int error = read_name(call->caller, directory, path, &name);
  if (error != 0) return error;
  int object = name.path[0] == 0 && flags & AT_EMPTY_PATH
                   ? fcntl(name.start, F_DUPFD_CLOEXEC, 0)
                   : open_object(&name, flags & AT_SYMLINK_FOLLOW ? 0 : O_NOFOLLOW, 0);
  release_name(&name);
  if (object < 0 || is_waiting(broker->listener, call)) return object;
  close(object);
  return -ESRCH;
}

// A further name of a link is a link of that name.
static int judge_link(int object, const struct place *place) {
  struct statx status;
  int error = judge_linked(object, DENY_READ | DENY_WRITE);
  if (error == 0) error = judge_place(place, DENY_WRITE);
  if (error == 0) error = look(object, "", &status);
  return error == 0 && S_ISLNK(status.stx_mode) && misleads(place) ? -EACCES : error;
}

int link_name(const struct broker *broker, const struct call *call, int from, uint64_t from_path, int to,
              uint64_t to_path, int flags) {
  struct place place;
  if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) return -EINVAL;
  int object = find_linked(broker, call, from, from_path, flags);
  if (object < 0) return object;
  int error = find_place(broker, call, to, to_path, &place);
  if (error == 0) {
    error = judge_link(object, &place);
    if (error == 0 && linkat(AT_FDCWD, handle_of(object).path, place.directory, place.last, AT_SYMLINK_FOLLOW) != 0)
      error = -errno;
    release_place(&place);
  }
  close(object);
  return error;
}
