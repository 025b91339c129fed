// The way through the thread's own descriptors in /proc, as short as it can be made.
#include "handle.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char own_descriptors[] = "/proc/thread-self/fd/";
enum { PREFIX_LENGTH = sizeof own_descriptors - 1 };
// A thread may have descriptors of its own.
static _Thread_local int held_descriptors = -1;
static _Thread_local int standing = -1; // the directory in which the process stands, where it is known to stay open

void hold_own_descriptors(void) {
  if (held_descriptors >= 0) close(held_descriptors);
  held_descriptors = open(own_descriptors, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

struct handle handle_of(int object) {
  struct handle handle;
  char digits[16], *at = digits + sizeof digits - 1;
  *at = 0;
  for (unsigned left = (unsigned)(object < 0 ? 0 : object); *--at = (char)('0' + left % 10), left >= 10;) left /= 10;
  memcpy(handle.path, own_descriptors, PREFIX_LENGTH);
  strcpy(handle.path + PREFIX_LENGTH, object < 0 ? "-1" : at);
  return handle;
}

// From the held directory, where there is one: the way through /proc is longer than the rest.
static const char *short_path(const struct handle *handle) {
  return handle->path + (held_descriptors < 0 ? 0 : PREFIX_LENGTH);
}

int reopen(int object, int flags) {
  struct handle handle = handle_of(object);
  int fd = openat(held_descriptors, short_path(&handle), flags | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int describe_object(int object, char path[PATH_MAX]) {
  struct handle handle = handle_of(object);
  ssize_t length = readlinkat(held_descriptors, short_path(&handle), path, PATH_MAX - 1);
  path[length < 0 ? 0 : length] = 0;
  return length < 0 ? -errno : 0;
}

void stand_in(int directory) {
  if (directory != standing && held_descriptors >= 0) standing = fchdir(directory) == 0 ? directory : -1;
}

void leave_directory(int directory) {
  if (directory == standing) standing = -1;
}

bool go_to(int directory) {
  if (directory == standing) return true;
  standing = -1;
  return fchdir(directory) == 0;
}

// A directory that is gone, or where nobody may go, is described like any object.
int describe_directory(int directory, char path[PATH_MAX]) {
  if (held_descriptors < 0 || !go_to(directory) || syscall(SYS_getcwd, path, PATH_MAX) < 0 || path[0] != '/')
    return describe_object(directory, path);
  return 0;
}
