// Metadata changes only where the plan allows writing, whatever the descriptor was opened for.
#include "metadata.h"

#include "caller.h"
#include "judge.h"
#include "kernel.h"
#include "originals.h"
#include "held.h"
#include "resolve.h"
#include "saves.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

// Which object a call means: by a path, from a directory, or by a descriptor alone.
struct target {
  int directory;
  uint64_t path; // 0: the descriptor itself
  int flags;     // AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH
};

static struct target by_path(uint64_t path) { return (struct target){AT_FDCWD, path, 0}; }
static struct target by_link(uint64_t path) { return (struct target){AT_FDCWD, path, AT_SYMLINK_NOFOLLOW}; }
static struct target by_descriptor(uint64_t fd) { return (struct target){(int)fd, 0, 0}; }
static struct target at(uint64_t directory, uint64_t path, uint64_t flags) {
  return (struct target){(int)directory, path, (int)flags};
}

// The object, with the path by which the kernel knows it.
static int open_target(const struct name *name, const struct target *target, char path[PATH_MAX]) {
  bool is_start = name->path[0] == 0 && target->flags & AT_EMPTY_PATH;
  int object = is_start ? fcntl(name->start, F_DUPFD_CLOEXEC, 0)
                        : open_known(name, target->flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0, path);
  if (is_start && object >= 0) describe_object(object, path);
  return object;
}

static int find_by_path(const struct call *call, const struct target *target, char path[PATH_MAX]) {
  static struct name name;
  int error = read_name(call->caller, target->directory, target->path, &name);
  if (error != 0) return error;
  int object = open_target(&name, target, path);
  release_name(&name);
  return object;
}

static int find_by_descriptor(const struct call *call, int descriptor, char path[PATH_MAX]) {
  int object = take_descriptor(call->caller, descriptor);
  if (object >= 0) describe_object(object, path);
  return object;
}

// What no path leads to any more may change; a device that is granted by itself is not the session's to change.
static int judge_metadata(const struct broker *broker, int object, const char *path) {
  struct statx status;
  int error;
  if (path[0] == 0) return -EACCES;
  switch (path[0] == '/' ? write_grant_around(path) : GRANT_NONE) {
  case GRANT_DIRECTORY: return denied_at(path, MEANS_OBJECT) & DENY_WRITE ? -EACCES : 0;
  case GRANT_ITSELF:
    error = look(object, "", &status);
    if (error == 0 && (S_ISCHR(status.stx_mode) || S_ISBLK(status.stx_mode))) error = -EPERM;
    return error != 0 || !(denied_at(path, MEANS_OBJECT) & DENY_WRITE) ? error : -EACCES;
  default:
    error = look(object, "", &status);
    if (error != 0 || (status.stx_nlink == 0 && is_gone(path))) return error;
    return judging_program(1) == NULL && is_beside(broker, object) ? 0 : -EPERM; // saves are of this session's own files
  }
}

// The object where it is permitted, or a negative errno.
static int judge_held(const struct broker *broker, const struct call *call, int object, const char *path) {
  if (object < 0) return object;
  int error = is_waiting(broker->listener, call) ? judge_metadata(broker, object, path) : -ESRCH;
  if (error == 0) return object;
  close(object);
  return error;
}

// The object, held and judged, or a negative errno.
static int find(const struct broker *broker, const struct call *call, struct target target) {
  char path[PATH_MAX];
  int object = target.path == 0 ? find_by_descriptor(call, target.directory, path) : find_by_path(call, &target, path);
  return judge_held(broker, call, object, path);
}

// By the caller's own open file: what was opened as a name alone gives EBADF, as it should.
static bool is_open_file(struct target target) { return target.path == 0; }

static int finish(int object, int failed) {
  int error = failed ? -errno : 0;
  close(object);
  return error;
}

// Before Linux 6.6 there is no call that changes the mode of what is held as a name.
static int change_mode(int object, mode_t mode) {
  int failed = (int)syscall(NR_FCHMODAT2, object, "", mode, AT_EMPTY_PATH);
  return failed && errno == ENOSYS ? chmod(handle_of(object).path, mode) : failed;
}

// With the set-group-ID bit a program has the user's group's power, and stays behind for everyone; of a directory it says
// which group its files have. Set-user-ID the filter refuses.
static bool may_give_power(mode_t mode) { return (mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP); }

static bool gives_power(int object, mode_t mode) {
  struct statx status;
  return may_give_power(mode) && (look(object, "", &status) != 0 || !S_ISDIR(status.stx_mode));
}

static int set_open_mode(const struct broker *broker, const struct call *call, int descriptor, mode_t mode) {
  int object = find(broker, call, by_descriptor((uint64_t)descriptor));
  if (object < 0) return object;
  if (gives_power(object, mode)) return close(object), -EPERM;
  return finish(object, fchmod(object, mode));
}

// Whatever a bare name stands for has the path that is judged, unless it is a link: then the kernel answers EOPNOTSUPP,
// and the link is followed. So what has the name need not be held first.
static int set_bare_mode(const struct broker *broker, const struct call *call, const struct name *name, mode_t mode) {
  char path[PATH_MAX];
  if (may_give_power(mode) || spell_bare(name, path) != 0 || write_grant_around(path) != GRANT_DIRECTORY ||
      denied_at(path, MEANS_OBJECT) & DENY_WRITE)
    return -EOPNOTSUPP;
  if (!is_caller_known() && !is_waiting(broker->listener, call)) return -ESRCH;
  return syscall(NR_FCHMODAT2, name->start, name->path, mode, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : -errno;
}

static int set_mode(const struct broker *broker, const struct call *call, struct target target, mode_t mode) {
  static struct name name;
  char path[PATH_MAX];
  int error = read_name(call->caller, target.directory, target.path, &name);
  if (error != 0) return error;
  error = set_bare_mode(broker, call, &name, mode);
  bool is_done = error != -EOPNOTSUPP && error != -ENOSYS;
  int object = is_done ? error : judge_held(broker, call, open_target(&name, &target, path), path);
  release_name(&name);
  if (is_done || object < 0) return object;
  if (gives_power(object, mode)) return close(object), -EPERM;
  return finish(object, change_mode(object, mode));
}

static int set_owner(const struct broker *broker, const struct call *call, struct target target, uid_t user, gid_t group) {
  int object = find(broker, call, target);
  if (object < 0) return object;
  int flags = AT_EMPTY_PATH;
  return finish(object, is_open_file(target) ? fchown(object, user, group) : fchownat(object, "", user, group, flags));
}

enum time_form { SECONDS, MICROSECONDS, NANOSECONDS };

// 0 with the times read, or a negative errno; an address of 0 means now.
static int read_times(const struct call *call, uint64_t address, enum time_form form, struct timespec times[2]) {
  union {
    struct utimbuf seconds;
    struct timeval micro[2];
    struct timespec nano[2];
  } given;
  size_t length = form == SECONDS ? sizeof given.seconds : sizeof given.nano;
  if (address == 0) return times[0] = times[1] = (struct timespec){0, UTIME_NOW}, 0;
  if (read_memory(call->caller, address, &given, length) != (ssize_t)length) return -EFAULT;
  for (int i = 0; i < 2; i++) {
    if (form == MICROSECONDS && (given.micro[i].tv_usec < 0 || given.micro[i].tv_usec >= 1000000)) return -EINVAL;
    if (form == MICROSECONDS) times[i] = (struct timespec){given.micro[i].tv_sec, given.micro[i].tv_usec * 1000};
    else if (form == NANOSECONDS) times[i] = given.nano[i];
    else times[i] = (struct timespec){i == 0 ? given.seconds.actime : given.seconds.modtime, 0};
  }
  return 0;
}

static int set_times(const struct broker *broker, const struct call *call, struct target target, uint64_t address,
                     enum time_form form) {
  struct timespec times[2];
  int error = read_times(call, address, form, times);
  if (error != 0) return error;
  int object = find(broker, call, target);
  if (object < 0) return object;
  return finish(object, is_open_file(target) ? futimens(object, times) : utimensat(object, "", times, AT_EMPTY_PATH));
}

static int read_attribute_name(const struct call *call, uint64_t address, char name[XATTR_NAME_MAX + 1]) {
  ssize_t got = read_memory(call->caller, address, name, XATTR_NAME_MAX + 1);
  if (got < 0) return (int)got;
  return memchr(name, 0, (size_t)got) != NULL ? 0 : got == XATTR_NAME_MAX + 1 ? -ERANGE : -EFAULT;
}

static int set_attribute(const struct broker *broker, const struct call *call, struct target target) {
  static char value[XATTR_SIZE_MAX];
  const uint64_t *a = call->arguments;
  char name[XATTR_NAME_MAX + 1];
  int error = read_attribute_name(call, a[1], name);
  if (error != 0) return error;
  if (a[3] > sizeof value) return -E2BIG;
  if (a[3] > 0 && read_memory(call->caller, a[2], value, a[3]) != (ssize_t)a[3]) return -EFAULT;
  int object = find(broker, call, target);
  if (object < 0) return object;
  return finish(object, is_open_file(target) ? fsetxattr(object, name, value, a[3], (int)a[4])
                                             : setxattr(handle_of(object).path, name, value, a[3], (int)a[4]));
}

static int remove_attribute(const struct broker *broker, const struct call *call, struct target target) {
  char name[XATTR_NAME_MAX + 1];
  int error = read_attribute_name(call, call->arguments[1], name);
  if (error != 0) return error;
  int object = find(broker, call, target);
  if (object < 0) return object;
  return finish(object, is_open_file(target) ? fremovexattr(object, name) : removexattr(handle_of(object).path, name));
}

// chattr and its kin, by an open file.
static int set_flags(const struct broker *broker, const struct call *call) {
  const uint64_t *a = call->arguments;
  struct fsxattr attributes;
  unsigned request = (unsigned)a[1];
  size_t length = request == FS_IOC_FSSETXATTR ? sizeof attributes : sizeof(int);
  if (read_memory(call->caller, a[2], &attributes, length) != (ssize_t)length) return -EFAULT;
  int object = find(broker, call, by_descriptor(a[0]));
  return object < 0 ? object : finish(object, ioctl(object, request, &attributes));
}

bool change_metadata(const struct broker *broker, const struct call *call, int *result) {
  const uint64_t *a = call->arguments;
  switch (call->number) {
#ifdef SYS_chmod
  case SYS_chmod: *result = set_mode(broker, call, by_path(a[0]), (mode_t)a[1]); break;
  case SYS_chown: *result = set_owner(broker, call, by_path(a[0]), (uid_t)a[1], (gid_t)a[2]); break;
  case SYS_lchown: *result = set_owner(broker, call, by_link(a[0]), (uid_t)a[1], (gid_t)a[2]); break;
  case SYS_utime: *result = set_times(broker, call, by_path(a[0]), a[1], SECONDS); break;
  case SYS_utimes: *result = set_times(broker, call, by_path(a[0]), a[1], MICROSECONDS); break;
  case SYS_futimesat: *result = set_times(broker, call, at(a[0], a[1], 0), a[2], MICROSECONDS); break;
#endif
  case SYS_fchmod: *result = set_open_mode(broker, call, (int)a[0], (mode_t)a[1]); break;
  case SYS_fchmodat: *result = set_mode(broker, call, at(a[0], a[1], 0), (mode_t)a[2]); break;
  case NR_FCHMODAT2: *result = set_mode(broker, call, at(a[0], a[1], a[3]), (mode_t)a[2]); break;
  case SYS_fchown: *result = set_owner(broker, call, by_descriptor(a[0]), (uid_t)a[1], (gid_t)a[2]); break;
  case SYS_fchownat: *result = set_owner(broker, call, at(a[0], a[1], a[4]), (uid_t)a[2], (gid_t)a[3]); break;
  case SYS_utimensat: *result = set_times(broker, call, at(a[0], a[1], a[3]), a[2], NANOSECONDS); break;
  case SYS_setxattr: *result = set_attribute(broker, call, by_path(a[0])); break;
  case SYS_lsetxattr: *result = set_attribute(broker, call, by_link(a[0])); break;
  case SYS_fsetxattr: *result = set_attribute(broker, call, by_descriptor(a[0])); break;
  case SYS_removexattr: *result = remove_attribute(broker, call, by_path(a[0])); break;
  case SYS_lremovexattr: *result = remove_attribute(broker, call, by_link(a[0])); break;
  case SYS_fremovexattr: *result = remove_attribute(broker, call, by_descriptor(a[0])); break;
  case SYS_ioctl: *result = set_flags(broker, call); break;
  default: return false;
  }
  return true;
}
