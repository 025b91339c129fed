// Keeps originals in the session's store and writes the journal: docs/store-format.md. The object comes first, then its
// record, then the operation: whoever is killed in between, nothing is lost.
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_BYTES = 8, COPY_BYTES = 1 << 16, RECORD_BYTES = 8 * PATH_MAX, FIRST_KNOWN = 256 };

enum record_tag { RECORD_ABOUT = 1, RECORD_KEPT = 2, RECORD_NOTE = 3, RECORD_ENDED = 4 };

// How the content is kept: a copy of its own, a second name of the inode, or in the record itself.
enum held { HELD_COPY = 1, HELD_LINK = 2, HELD_RECORD = 3 };

struct inode {
  uint64_t device, number;
};

// An inode that is in the store: under which object, and whether it is still the workspace's inode too.
struct known {
  struct inode inode;
  uint64_t object; // 0: the place is free
  int is_shared;
};

struct record {
  size_t length; // with the head, which is written last
  unsigned char bytes[RECORD_BYTES];
};

static void put(struct record *record, const void *bytes, size_t length) {
  if (length > sizeof record->bytes - record->length) length = sizeof record->bytes - record->length;
  memcpy(record->bytes + record->length, bytes, length);
  record->length += length;
}

// Clearing all of it would take longer than everything else that keeping a name takes.
static void begin_record(struct record *record) { record->length = HEAD_BYTES; }

static void put_u32(struct record *record, uint32_t value) { put(record, &value, sizeof value); }
static void put_u64(struct record *record, uint64_t value) { put(record, &value, sizeof value); }
static void put_text(struct record *record, const char *text) { put(record, text, strlen(text) + 1); }

static int write_all(int fd, const void *bytes, size_t length) {
  for (const char *at = bytes; length > 0;) {
    ssize_t written = write(fd, at, length);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    at += written;
    length -= (size_t)written;
  }
  return 0;
}

// A record that was cut short by death is at the journal's end, and its operation was never begun.
static int write_record(struct keeper *keeper, enum record_tag tag, struct record *record) {
  const uint32_t head[] = {tag, (uint32_t)(record->length - HEAD_BYTES)};
  memcpy(record->bytes, head, sizeof head);
  return write_all(keeper->journal, record->bytes, record->length);
}

// A session that keeps nothing leaves nothing: the store is begun with its first record.
static int begin_store(struct keeper *keeper) {
  if (keeper->journal >= 0) return 0;
  if (mkdirat(keeper->directory, "objects", S_IRWXU) != 0 && errno != EEXIST) return errno;
  int journal = openat(keeper->directory, "journal", O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (journal < 0) return errno;
  keeper->journal = journal;
  struct record about;
  begin_record(&about);
  put_text(&about, keeper->store->about);
  return write_record(keeper, RECORD_ABOUT, &about);
}

static struct inode inode_of(const struct statx *status) {
  return (struct inode){makedev(status->stx_dev_major, status->stx_dev_minor), status->stx_ino};
}

static struct known *place_of(struct known *table, size_t room, struct inode inode) {
  size_t at = (size_t)((inode.number * 0x9e3779b97f4a7c15u) ^ inode.device) & (room - 1);
  while (table[at].object != 0 && (table[at].inode.number != inode.number || table[at].inode.device != inode.device))
    at = (at + 1) & (room - 1);
  return &table[at];
}

static int grow(struct keeper *keeper) {
  if (2 * keeper->count < keeper->room) return 0;
  size_t room = keeper->room == 0 ? FIRST_KNOWN : 2 * keeper->room;
  struct known *table = calloc(room, sizeof *table);
  if (table == NULL) return ENOMEM;
  for (size_t i = 0; i < keeper->room; i++)
    if (keeper->known[i].object != 0) *place_of(table, room, keeper->known[i].inode) = keeper->known[i];
  free(keeper->known);
  keeper->known = table;
  keeper->room = room;
  return 0;
}

static struct known *look_up(struct keeper *keeper, struct inode inode) {
  if (keeper->room == 0) return NULL;
  struct known *known = place_of(keeper->known, keeper->room, inode);
  return known->object == 0 ? NULL : known;
}

static struct known *learn(struct keeper *keeper, struct inode inode, uint64_t object, int is_shared) {
  struct known *known = place_of(keeper->known, keeper->room, inode);
  if (known->object == 0) keeper->count++;
  *known = (struct known){inode, object, is_shared};
  return known;
}

static void object_name(uint64_t object, char name[64]) { snprintf(name, 64, "objects/%llu", (unsigned long long)object); }

static int copy_bytes(int from, int to) {
  if (ioctl(to, FICLONE, from) == 0) return 0;
  ssize_t copied;
  while ((copied = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0) continue;
  if (copied == 0) return 0;
  // Not between these file systems, or not by this kernel: byte by byte, from the start.
  static char bytes[COPY_BYTES];
  if (lseek(from, 0, SEEK_SET) != 0 || lseek(to, 0, SEEK_SET) != 0 || ftruncate(to, 0) != 0) return errno;
  for (ssize_t got; (got = read(from, bytes, sizeof bytes)) != 0;) {
    if (got < 0) return errno;
    int error = write_all(to, bytes, (size_t)got);
    if (error != 0) return error;
  }
  return 0;
}

// Under another name first: an object is whole or not there.
static int copy_object(struct keeper *keeper, const char *source, uint64_t object) {
  char name[64];
  object_name(object, name);
  int from = open(source, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (from < 0) return errno;
  int to = openat(keeper->directory, "objects/copy", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int error = to < 0 ? errno : copy_bytes(from, to);
  if (error == 0 && fdatasync(to) != 0) error = errno;
  if (error == 0 && renameat(keeper->directory, "objects/copy", keeper->directory, name) != 0) error = errno;
  if (error != 0) unlinkat(keeper->directory, "objects/copy", 0);
  if (to >= 0) close(to);
  close(from);
  return error;
}

static int link_object(struct keeper *keeper, const char *source, uint64_t object) {
  char name[64];
  object_name(object, name);
  return linkat(AT_FDCWD, source, keeper->directory, name, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

static int check_budget(const struct keeper *keeper, uint64_t bytes) {
  if (bytes > keeper->store->most_bytes_a_file) return EDQUOT;
  return bytes > keeper->store->most_bytes - keeper->bytes_kept ? EDQUOT : 0;
}

// Stores the inode anew. A name is kept by a link where the workspace and the store share a file system.
static int store_object(struct keeper *keeper, enum keep_kind kind, const struct statx *status, const char *source,
                        struct known **known) {
  int error = S_ISREG(status->stx_mode) ? check_budget(keeper, status->stx_size) : 0;
  if (error == 0) error = grow(keeper);
  if (error != 0) return error;
  uint64_t object = keeper->objects + 1;
  int is_shared = kind == KEEP_NAME && link_object(keeper, source, object) == 0;
  if (!is_shared) error = S_ISREG(status->stx_mode) ? copy_object(keeper, source, object) : EPERM;
  if (error != 0) return error;
  keeper->objects = object;
  keeper->bytes_kept += S_ISREG(status->stx_mode) ? status->stx_size : 0;
  *known = learn(keeper, inode_of(status), object, is_shared);
  return 0;
}

// 0 with *held and *object set once the inode's present content is safe.
static int hold_inode(struct keeper *keeper, enum keep_kind kind, const struct statx *status, const char *source,
                      uint64_t *object, enum held *held) {
  struct known *known = look_up(keeper, inode_of(status));
  int error = 0;
  if (known == NULL) error = store_object(keeper, kind, status, source, &known);
  else if (known->is_shared && kind == KEEP_CONTENT) {
    error = copy_object(keeper, source, known->object); // takes the place of the link
    known->is_shared = error != 0;
  }
  if (error != 0) return error;
  *object = known->object;
  *held = known->is_shared ? HELD_LINK : HELD_COPY;
  return 0;
}

static void put_times(struct record *record, const struct statx *status) {
  put_u64(record, (uint64_t)status->stx_atime.tv_sec);
  put_u32(record, status->stx_atime.tv_nsec);
  put_u64(record, (uint64_t)status->stx_mtime.tv_sec);
  put_u32(record, status->stx_mtime.tv_nsec);
}

static int read_link(int object, const char *source, char text[PATH_MAX]) {
  ssize_t length = source == NULL ? readlinkat(object, "", text, PATH_MAX - 1) : readlink(source, text, PATH_MAX - 1);
  if (length < 0) return errno;
  text[length] = 0;
  return 0;
}

int keep_object(struct keeper *keeper, const struct keep_message *message, int fd) {
  struct statx status;
  char source[32], path[PATH_MAX], target[PATH_MAX] = "";
  snprintf(source, sizeof source, "/proc/self/fd/%d", fd);
  if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status) != 0) return errno;
  int error = read_link(fd, source, path);
  if (error == 0 && S_ISLNK(status.stx_mode)) error = read_link(fd, NULL, target);
  if (error == 0) error = begin_store(keeper);
  struct known *known = look_up(keeper, inode_of(&status));
  if (error == 0 && message->kind == KEEP_CONTENT && known != NULL && !known->is_shared) return 0; // written before
  uint64_t object = 0;
  enum held held = HELD_RECORD;
  if (error == 0 && !S_ISLNK(status.stx_mode) && !S_ISDIR(status.stx_mode))
    error = hold_inode(keeper, message->kind, &status, source, &object, &held);
  if (error != 0) return error;
  struct inode inode = inode_of(&status);
  struct record record;
  begin_record(&record);
  put_u32(&record, message->reason);
  put_u32(&record, held);
  put_u64(&record, object);
  put_u32(&record, status.stx_mode);
  put_u32(&record, status.stx_uid);
  put_u32(&record, status.stx_gid);
  put_u64(&record, status.stx_size);
  put_u64(&record, inode.device);
  put_u64(&record, inode.number);
  put_times(&record, &status);
  put_text(&record, path);
  put_text(&record, target);
  return write_record(keeper, RECORD_KEPT, &record);
}

void write_note(struct keeper *keeper, const struct keep_message *message) {
  struct record record;
  begin_record(&record);
  put_u32(&record, message->reason);
  put_text(&record, message->from);
  put_text(&record, message->to);
  if (begin_store(keeper) == 0) write_record(keeper, RECORD_NOTE, &record);
}

// What is changed after this moment is not the session's work: undo asks before it puts an original in its place.
void end_journal(struct keeper *keeper) {
  struct timespec now;
  struct record record;
  begin_record(&record);
  if (keeper->journal < 0) return;
  clock_gettime(CLOCK_REALTIME, &now);
  put_u64(&record, (uint64_t)now.tv_sec);
  put_u32(&record, (uint32_t)now.tv_nsec);
  write_record(keeper, RECORD_ENDED, &record);
  fdatasync(keeper->journal);
}

struct keeper open_store(const struct store *store) {
  struct keeper keeper = {.store = store, .directory = -1, .journal = -1};
  if (store->path != NULL) keeper.directory = open(store->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  return keeper;
}
