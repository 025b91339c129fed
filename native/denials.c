// One entry for each operation on each path; what does not fit is only counted. The text is the sandboxed side's.
#include "denials.h"

#include "caller.h"
#include "channel.h"
#include "kernel.h"
#include "held.h"
#include "resolve.h"
#include "sending.h"
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_ENTRIES = 200, MOST_BYTES = 1 << 17, OWN_DESCRIPTOR = -1 };

// The numbers stand in docs/program-format.md.
enum operation {
  OPERATION_UNLISTED = 0,
  OPERATION_READ = 1,
  OPERATION_WRITE = 2,
  OPERATION_READ_WRITE = 3,
  OPERATION_CREATE = 4,
  OPERATION_DELETE = 5,
  OPERATION_RENAME = 6,
  OPERATION_TRUNCATE = 7,
  OPERATION_EXECUTE = 8,
  OPERATION_METADATA = 9,
  OPERATION_CONNECT = 10,
  OPERATION_BIND = 11,
  OPERATION_SOCKET = 12,
  OPERATION_MAKE_DIRECTORY = 13,
  OPERATION_LINK = 14,
  OPERATION_SYMLINK = 15,
};

struct argument {
  int directory; // the argument that holds it; OWN_DESCRIPTOR: the working directory
  int path;      // OWN_DESCRIPTOR: the directory's descriptor itself is meant
};

// Which operation a call asks for, and where its paths stand.
static const struct shape {
  int number;
  enum operation operation;
  struct argument first, second;
} shapes[] = {
#ifdef SYS_open
    {SYS_open, OPERATION_READ, {-1, 0}, {-1, -1}},
    {SYS_creat, OPERATION_WRITE, {-1, 0}, {-1, -1}},
    {SYS_unlink, OPERATION_DELETE, {-1, 0}, {-1, -1}},
    {SYS_rmdir, OPERATION_DELETE, {-1, 0}, {-1, -1}},
    {SYS_rename, OPERATION_RENAME, {-1, 0}, {-1, 1}},
    {SYS_mkdir, OPERATION_MAKE_DIRECTORY, {-1, 0}, {-1, -1}},
    {SYS_mknod, OPERATION_CREATE, {-1, 0}, {-1, -1}},
    {SYS_symlink, OPERATION_SYMLINK, {-1, 1}, {-1, -1}},
    {SYS_link, OPERATION_LINK, {-1, 0}, {-1, 1}},
    {SYS_chmod, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_chown, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_lchown, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_utime, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_utimes, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_futimesat, OPERATION_METADATA, {0, 1}, {-1, -1}},
#endif
#ifdef SYS_renameat
    {SYS_renameat, OPERATION_RENAME, {0, 1}, {2, 3}},
#endif
    {SYS_openat, OPERATION_READ, {0, 1}, {-1, -1}},
    {NR_OPENAT2, OPERATION_READ, {0, 1}, {-1, -1}},
    {SYS_unlinkat, OPERATION_DELETE, {0, 1}, {-1, -1}},
    {SYS_renameat2, OPERATION_RENAME, {0, 1}, {2, 3}},
    {SYS_mkdirat, OPERATION_MAKE_DIRECTORY, {0, 1}, {-1, -1}},
    {SYS_mknodat, OPERATION_CREATE, {0, 1}, {-1, -1}},
    {SYS_symlinkat, OPERATION_SYMLINK, {1, 2}, {-1, -1}},
    {SYS_linkat, OPERATION_LINK, {0, 1}, {2, 3}},
    {SYS_truncate, OPERATION_TRUNCATE, {-1, 0}, {-1, -1}},
    {SYS_ftruncate, OPERATION_TRUNCATE, {0, -1}, {-1, -1}},
    {SYS_fallocate, OPERATION_TRUNCATE, {0, -1}, {-1, -1}},
    {SYS_execve, OPERATION_EXECUTE, {-1, 0}, {-1, -1}},
    {SYS_execveat, OPERATION_EXECUTE, {0, 1}, {-1, -1}},
    {SYS_fchmod, OPERATION_METADATA, {0, -1}, {-1, -1}},
    {SYS_fchmodat, OPERATION_METADATA, {0, 1}, {-1, -1}},
    {NR_FCHMODAT2, OPERATION_METADATA, {0, 1}, {-1, -1}},
    {SYS_fchown, OPERATION_METADATA, {0, -1}, {-1, -1}},
    {SYS_fchownat, OPERATION_METADATA, {0, 1}, {-1, -1}},
    {SYS_utimensat, OPERATION_METADATA, {0, 1}, {-1, -1}},
    {SYS_setxattr, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_lsetxattr, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_fsetxattr, OPERATION_METADATA, {0, -1}, {-1, -1}},
    {SYS_removexattr, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_lremovexattr, OPERATION_METADATA, {-1, 0}, {-1, -1}},
    {SYS_fremovexattr, OPERATION_METADATA, {0, -1}, {-1, -1}},
    {SYS_ioctl, OPERATION_METADATA, {0, -1}, {-1, -1}},
    {SYS_connect, OPERATION_CONNECT, {-1, -1}, {-1, -1}},
    {SYS_sendto, OPERATION_CONNECT, {-1, -1}, {-1, -1}},
    {SYS_sendmsg, OPERATION_CONNECT, {-1, -1}, {-1, -1}},
    {SYS_sendmmsg, OPERATION_CONNECT, {-1, -1}, {-1, -1}},
    {SYS_bind, OPERATION_BIND, {-1, -1}, {-1, -1}},
    {SYS_listen, OPERATION_BIND, {-1, -1}, {-1, -1}},
    {SYS_socket, OPERATION_SOCKET, {-1, -1}, {-1, -1}},
};

struct entry {
  enum operation operation;
  uint32_t error, count;
  char *text; // two strings, each with its NUL
  size_t length;
};

static struct {
  struct entry entries[MOST_ENTRIES];
  size_t count, bytes;
  uint32_t unlisted;
} noted;

// EDQUOT: what is too large to be kept is not changed.
static bool is_denial(int error) {
  return error == EACCES || error == EPERM || error == EXDEV || error == EDQUOT;
}

static const struct shape *shape_of(const struct call *call) {
  for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
    if (shapes[i].number == call->number) return &shapes[i];
  return NULL;
}

// An absolute path, links not followed; "" where it cannot be told.
static void spell_descriptor(const struct call *call, int number, char path[PATH_MAX]) {
  int fd = take_descriptor(call->caller, number);
  path[0] = 0;
  if (fd < 0) return;
  describe_object(fd, path);
  close(fd);
}

static void spell_path(const struct call *call, int directory, uint64_t address, char path[PATH_MAX]) {
  static struct name name;
  char start[PATH_MAX] = "";
  path[0] = 0;
  if (read_name(call->caller, directory, address, &name) != 0) return;
  if (name.start != AT_FDCWD) describe_object(name.start, start);
  const char *between = name.start == AT_FDCWD || name.path[0] == 0 || strcmp(start, "/") == 0 ? "" : "/";
  if (snprintf(path, PATH_MAX, "%s%s%s", start, between, name.path) >= PATH_MAX) path[0] = 0;
  release_name(&name);
}

static void spell(const struct call *call, struct argument argument, char path[PATH_MAX]) {
  const uint64_t *a = call->arguments;
  int directory = argument.directory < 0 ? AT_FDCWD : (int)a[argument.directory];
  path[0] = 0;
  if (argument.path >= 0) spell_path(call, directory, a[argument.path], path);
  else if (argument.directory >= 0) spell_descriptor(call, directory, path);
}

static enum operation opening(uint64_t flags) {
  bool writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_TRUNC | O_CREAT);
  return !writes ? OPERATION_READ : (flags & O_ACCMODE) == O_RDWR ? OPERATION_READ_WRITE : OPERATION_WRITE;
}

static enum operation operation_of(const struct shape *shape, const struct call *call) {
  const uint64_t *a = call->arguments;
  uint64_t flags = 0;
  if (shape->operation != OPERATION_READ) return shape->operation;
  if (call->number == NR_OPENAT2) read_memory(call->caller, a[2], &flags, sizeof flags);
  else flags = call->number == SYS_openat ? a[2] : a[1];
  return opening(flags);
}

static void note_entry(enum operation operation, int error, const char *first, const char *second) {
  size_t room = strlen(first) + strlen(second) + 2;
  char text[2 * PATH_MAX];
  memcpy(stpcpy(text, first) + 1, second, strlen(second) + 1);
  for (size_t i = 0; i < noted.count; i++) {
    struct entry *entry = &noted.entries[i];
    if (entry->operation != operation || entry->length != room || memcmp(entry->text, text, room) != 0) continue;
    entry->count++;
    return;
  }
  char *kept = noted.count == MOST_ENTRIES || noted.bytes + room > MOST_BYTES ? NULL : malloc(room);
  if (kept == NULL) {
    noted.unlisted++;
    return;
  }
  memcpy(kept, text, room);
  noted.bytes += room;
  noted.entries[noted.count++] = (struct entry){operation, (uint32_t)error, 1, kept, room};
}

void note_denial(const struct broker *broker, const struct call *call, int error) {
  char first[PATH_MAX] = "", second[PATH_MAX] = "";
  const struct shape *shape = shape_of(call);
  if (shape == NULL) return;
  if (call->number == SYS_connect || call->number == SYS_bind) spell_address(call, first, second);
  else if (is_sending(call)) spell_message(call, first, second);
  else if (call->number == SYS_listen) spell_own_address(broker, call, first, second);
  else {
    spell(call, shape->first, first);
    spell(call, shape->second, second);
  }
  if (first[0] != 0 || shape->operation == OPERATION_SOCKET) note_entry(operation_of(shape, call), error, first, second);
}

void answer_call(const struct broker *broker, const struct call *call, int error) {
  if (is_denial(error)) note_denial(broker, call, error);
  answer_number(broker->listener, call, 0, error);
}

void send_denials(void) {
  for (size_t i = 0; i < noted.count; i++) {
    const struct entry *entry = &noted.entries[i];
    send_denied(entry->operation, entry->error, entry->count, entry->text, entry->length);
  }
  if (noted.unlisted > 0) send_denied(OPERATION_UNLISTED, 0, noted.unlisted, "\0", 2);
}
