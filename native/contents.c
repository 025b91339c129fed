// Before a file from before is written to, its content is kept. Cutting it is refused, or kept first.
#include "contents.h"

#include "caller.h"
#include "denials.h"
#include "helper.h"
#include "judge.h"
#include "kernel.h"
#include "originals.h"
#include "held.h"
#include "resolve.h"
#include "saves.h"
#include "terminals.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MOST_RACES = 16, CURRENT_TERMINAL_MAJOR = 5 };

static const uint64_t once = O_CREAT | O_EXCL | O_NOFOLLOW | O_DIRECTORY | O_TRUNC | O_CLOEXEC;

static bool writes(uint64_t flags) { return (flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC; }

static unsigned rights_of(uint64_t flags) {
  return ((flags & O_ACCMODE) == O_WRONLY ? 0 : DENY_READ) | (writes(flags) ? DENY_WRITE : 0);
}

static bool is_entry(const struct place *place) {
  struct statx status;
  char bare[PATH_MAX];
  bare_name(place, bare);
  return look(place->directory, bare, &status) == 0;
}

static int create(const struct broker *broker, const struct name *name, const struct opening *opening) {
  struct place place;
  int mask = read_umask(name->caller);
  if (mask < 0) return mask;
  int error = open_place(name, &place);
  if (error != 0) return error;
  // Something is there, though it leads to nothing: what counts is where it leads.
  error = is_entry(&place) ? -EEXIST : judge_place(&place, DENY_WRITE);
  if (error != 0) return release_place(&place), error;
  umask((mode_t)mask); // the kernel applies it, or the directory's default ACL in its stead
  int flags = (int)(opening->flags & ~(uint64_t)(O_TRUNC | O_CLOEXEC)) | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY;
  int fd = openat(place.directory, place.last, flags, (mode_t)opening->mode);
  if (fd < 0) fd = -errno;
  if (fd == -EACCES) fd = make_beside(broker, &place, opening->flags, (mode_t)opening->mode, (mode_t)mask);
  if (fd >= 0) note_birth(broker, fd, "");
  release_place(&place);
  return fd;
}

// A file without a name, in a directory that is held.
static int create_unnamed(const struct broker *broker, const struct call *call, int directory,
                          const struct opening *opening) {
  int mask = read_umask(call->caller);
  int error = mask < 0 ? mask : judge_object(directory, DENY_WRITE);
  if (error != 0) return error;
  umask((mode_t)mask);
  int fd = open(handle_of(directory).path, (int)(opening->flags & ~(uint64_t)O_NOFOLLOW) | O_CLOEXEC, (mode_t)opening->mode);
  if (fd < 0) return -errno;
  note_birth(broker, fd, "");
  return fd;
}

// /dev/tty means the terminal of whoever opens it, and the broker's need not be the caller's.
static int open_current_terminal(const struct broker *broker, const struct call *call, int object, int flags) {
  unsigned terminal = controlling_terminal(call->caller);
  if (terminal == 0) return -ENXIO;
  if (terminal == controlling_terminal(getpid())) return reopen(object, flags);
  int own = open_own_terminal(broker, major(terminal), minor(terminal), flags);
  if (own != -ENOENT) return own;
  if (major(terminal) < PTY_MAJOR || major(terminal) >= PTY_MAJOR + PTY_MAJORS) return -ENXIO;
  char path[32];
  snprintf(path, sizeof path, "/dev/pts/%u", minor(terminal));
  int fd = open(path, flags | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

static bool is_current_terminal(const struct statx *status) {
  return S_ISCHR(status->stx_mode) && status->stx_rdev_major == CURRENT_TERMINAL_MAJOR && status->stx_rdev_minor == 0;
}

// Terminals that the session made are opened for it by who may.
static int open_device(const struct broker *broker, const struct call *call, int object, const struct statx *status,
                       int flags) {
  if (is_current_terminal(status)) return open_current_terminal(broker, call, object, flags);
  int own = open_own_terminal(broker, status->stx_rdev_major, status->stx_rdev_minor, flags);
  int fd = own == -ENOENT ? reopen(object, flags) : own;
  if (fd >= 0 && makes_terminal(status)) note_terminal(fd);
  return fd;
}

// The fourth mode asks for both rights and gives neither.
static bool may_write(int fd) {
  int mode = fcntl(fd, F_GETFL) & O_ACCMODE;
  return mode == O_WRONLY || mode == O_RDWR;
}

// By the open file where it may be written to: the keeper may have opened what the broker itself may not.
static int cut(int fd, int object, off_t length) {
  int failed = fd >= 0 && may_write(fd) ? ftruncate(fd, length) : truncate(handle_of(object).path, length);
  return failed ? -errno : 0;
}

// Opening comes before keeping, so that nothing is kept for a caller who may not write; writing comes after.
static int open_existing(const struct broker *broker, const struct call *call, int object, uint64_t flags) {
  struct statx status;
  int error = look(object, "", &status);
  if (error != 0) return error;
  if (is_own_process(object) || is_private_of_another(object)) return -EACCES;
  error = judge_terminal(call->caller, &status);
  if (error == -ENOENT) error = judge_object(object, rights_of(flags));
  if (error != 0) return error;
  // Nothing may hold up the loop: not a FIFO's other end, not a lease. The caller's own choice is restored below.
  if (S_ISFIFO(status.stx_mode) && !(flags & O_NONBLOCK) && (flags & O_ACCMODE) != O_RDWR) return -EWOULDBLOCK;
  int how = (int)(flags & ~once) | O_NONBLOCK | O_NOCTTY;
  int fd = S_ISCHR(status.stx_mode) ? open_device(broker, call, object, &status, how) : reopen(object, how);
  if (fd == -EACCES) fd = open_saved(broker, object, (uint64_t)how);
  if (fd < 0) return fd;
  if (S_ISREG(status.stx_mode) && writes(flags)) {
    if (is_old(broker, &status)) error = keep_content(broker, object, &status);
    if (error == 0 && flags & O_TRUNC) error = cut(fd, object, 0);
  }
  if (error == 0 && !(flags & O_NONBLOCK) && fcntl(fd, F_SETFL, (int)(flags & ~once)) != 0) error = -errno;
  if (error == 0) return fd;
  close(fd);
  return error;
}

// Until the FIFO's other end or the end of a lease has come, or the caller has gone.
static void open_patiently(const struct broker *broker, const struct call *call, int object, uint64_t flags) {
  if (!become_helper(broker, call)) return;
  int fd;
  do fd = reopen(object, (int)(flags & ~once) | O_NOCTTY);
  while (fd == -EINTR && is_waiting(broker->listener, call));
  if (fd < 0) answer_number(broker->listener, call, 0, -fd);
  else answer_descriptor(broker->listener, call, fd, flags & O_CLOEXEC);
  _exit(0);
}

// A new file where none is; what appears in between is opened instead.
static int open_or_create(const struct broker *broker, const struct call *call, struct name *name,
                          const struct opening *opening, int *object) {
  *object = -1;
  if (!is_waiting(broker->listener, call)) return -ESRCH;
  for (int races = 0; races < MOST_RACES; races++) {
    *object = open_object(name, (int)(opening->flags & (O_NOFOLLOW | O_DIRECTORY)), opening->resolve);
    if (*object >= 0)
      return (opening->flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL) ? -EEXIST : 0;
    if (*object != -ENOENT || !(opening->flags & O_CREAT)) return *object;
    int fd = create(broker, name, opening);
    if (fd != -EEXIST) return fd;
    if (opening->flags & O_EXCL) return fd;
    int error = follow_last_link(name); // a link that leads to nothing yet: the file is made at its end
    if (error != 0) return error;
  }
  return -ELOOP;
}

// The caller's own open file: what is judged is what is acted on, whatever its number stands for by then.
static int take_open_file(const struct broker *broker, const struct call *call, int descriptor, struct statx *status) {
  int fd = take_descriptor(call->caller, descriptor);
  if (fd < 0) return fd;
  int error = is_waiting(broker->listener, call) ? look(fd, "", status) : -ESRCH;
  if (error == 0) return fd;
  close(fd);
  return error;
}

// The number of the caller's descriptor that a name stands for, such as /dev/stderr; or -1.
static int named_descriptor(const struct name *name) {
  int process, number, end = 0;
  if (sscanf(name->path, "/proc/%d/fd/%d%n", &process, &number, &end) != 2) return -1;
  return process == name->caller && name->path[end] == 0 ? number : -1;
}

// A log that standard error leads to may lie outside the grants: who writes to it by its name gets the same open file once
// more, which is nothing new. So it is not cut.
static int take_written(const struct broker *broker, const struct call *call, int number, int object, uint64_t flags) {
  struct statx held, named;
  int fd = take_open_file(broker, call, number, &held);
  if (fd < 0) return -EACCES;
  int mode = fcntl(fd, F_GETFL) & O_ACCMODE, asked = (int)(flags & O_ACCMODE);
  bool is_as_asked = may_write(fd) && asked != O_RDONLY && (mode == O_RDWR || mode == asked);
  if (is_as_asked && S_ISREG(held.stx_mode) && look(object, "", &named) == 0 && is_same(&held, &named)) return fd;
  close(fd);
  return -EACCES;
}

// A descriptor or a negative errno; the object that is there is held, and to be closed.
static int open_now(const struct broker *broker, const struct call *call, int directory, uint64_t path,
                    const struct opening *opening, int *object) {
  struct name name;
  *object = -1;
  int error = read_name(call->caller, directory, path, &name);
  if (error != 0) return error;
  int number = named_descriptor(&name);
  int fd = open_or_create(broker, call, &name, opening, object);
  release_name(&name);
  if (fd < 0 || *object < 0) return fd;
  bool is_unnamed = opening->flags & O_TMPFILE & ~(uint64_t)O_DIRECTORY;
  if (is_unnamed) return create_unnamed(broker, call, *object, opening);
  fd = open_existing(broker, call, *object, opening->flags);
  return fd == -EACCES && number >= 0 ? take_written(broker, call, number, *object, opening->flags) : fd;
}

void open_file(const struct broker *broker, const struct call *call, int directory, uint64_t path,
               const struct opening *opening) {
  int object;
  int fd = open_now(broker, call, directory, path, opening, &object);
  if (fd == -EWOULDBLOCK && object >= 0 && !(opening->flags & O_NONBLOCK))
    open_patiently(broker, call, object, opening->flags);
  else if (fd < 0) answer_call(broker, call, -fd);
  else answer_descriptor(broker->listener, call, fd, opening->flags & O_CLOEXEC);
  if (fd >= 0) close(fd);
  if (object >= 0) close(object);
}

// 0 when the content may be cut, by now or ever: it is new, nothing of it goes, or the store has it.
static int may_cut(const struct broker *broker, int object, const struct statx *status) {
  if (!S_ISREG(status->stx_mode) || !is_old(broker, status)) return 0;
  char path[PATH_MAX];
  describe_object(object, path);
  return broker->keeps_deletions || is_in_state(path) ? keep_content(broker, object, status) : refuse_object(broker, object);
}

static int truncate_at(const struct broker *broker, int object, off_t length) {
  struct statx status;
  int error = look(object, "", &status);
  if (error == 0) error = judge_object(object, DENY_WRITE);
  if (error != 0) return error;
  int fd = S_ISREG(status.stx_mode) ? reopen(object, O_WRONLY | O_NONBLOCK) : -1; // says whether it is permitted
  if (fd == -EACCES) fd = open_saved(broker, object, O_WRONLY);
  if (S_ISREG(status.stx_mode) && fd < 0) return fd;
  if (length < 0) error = -EINVAL;
  else if ((uint64_t)length < status.stx_size) error = may_cut(broker, object, &status);
  else if (S_ISREG(status.stx_mode) && is_old(broker, &status)) error = keep_content(broker, object, &status);
  if (error == 0) error = cut(fd, object, length);
  if (fd >= 0) close(fd);
  return error;
}

int truncate_path(const struct broker *broker, const struct call *call, uint64_t path, off_t length) {
  struct name name;
  int error = read_name(call->caller, AT_FDCWD, path, &name);
  if (error != 0) return error;
  int object = open_object(&name, 0, 0);
  release_name(&name);
  if (object < 0) return object;
  error = is_waiting(broker->listener, call) ? truncate_at(broker, object, length) : -ESRCH;
  close(object);
  return error;
}

int truncate_descriptor(const struct broker *broker, const struct call *call, int descriptor, off_t length) {
  struct statx status;
  int fd = take_open_file(broker, call, descriptor, &status);
  if (fd < 0) return fd;
  int error = 0;
  if (may_write(fd) && length >= 0 && (uint64_t)length < status.stx_size) error = may_cut(broker, fd, &status);
  if (error == 0 && ftruncate(fd, length) != 0) error = -errno;
  close(fd);
  return error;
}

int allocate(const struct broker *broker, const struct call *call, int descriptor, int mode, off_t offset,
             off_t length) {
  struct statx status;
  int fd = take_open_file(broker, call, descriptor, &status);
  if (fd < 0) return fd;
  int error = may_write(fd) ? may_cut(broker, fd, &status) : 0;
  if (error == 0 && fallocate(fd, mode, offset, length) != 0) error = -errno;
  close(fd);
  return error;
}
