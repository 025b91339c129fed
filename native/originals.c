// Old is what was born before the session, by the file system's own record of it.
#include "originals.h"

#include "births.h"
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { MOST_REFUSALS_NOTED = 1000, NAMES_REMEMBERED = 1 << 14, CONTENTS_REMEMBERED = 1 << 10, DEPARTURES_REMEMBERED = 32 };

static struct {
  uint64_t moved[NAMES_REMEMBERED]; // names that old inodes with several names were moved to; open addressing
  size_t moved_count;
  struct {
    uint64_t device, number;
  } contents[CONTENTS_REMEMBERED]; // a cache: the keeper is asked again about what does not fit
  struct {
    uint64_t device, number;
    char path[PATH_MAX]; // where it was
  } departed[DEPARTURES_REMEMBERED]; // the latest that were moved away
  unsigned departures, refusals;
} memory;

static struct timespec read_clock(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) fail("read the clock", "", errno);
  return now;
}

static bool is_after(const struct timespec *one, const struct timespec *other) {
  return one->tv_sec != other->tv_sec ? one->tv_sec > other->tv_sec : one->tv_nsec > other->tv_nsec;
}

struct timespec session_start(void) { return read_clock(CLOCK_REALTIME); }

// Births are stamped by the fine clock or by the coarse one, which lags by a tick: what is born from here on is later
// than the start by either.
void leave_start_behind(const struct timespec *start) {
  for (struct timespec now; now = read_clock(CLOCK_REALTIME_COARSE), !is_after(&now, start);)
    nanosleep(&(struct timespec){0, 100000}, NULL);
}

int look(int directory, const char *name, struct statx *status) {
  int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name[0] == 0 ? AT_EMPTY_PATH : 0);
  if (statx(directory, name, flags, STATX_BASIC_STATS | STATX_BTIME, status) != 0) return -errno;
  learn_file_system(directory, name, status);
  return 0;
}

static uint64_t device_of(const struct statx *status) { return makedev(status->stx_dev_major, status->stx_dev_minor); }

// What is not known to be new is old: nothing can be lost by a mistake there.
bool is_old(const struct broker *broker, const struct statx *status) {
  if (!broker->keeps_originals) return false;
  struct timespec birth = {status->stx_btime.tv_sec, status->stx_btime.tv_nsec};
  switch (births_of(status)) {
  case BIRTHS_RECORDED: return !(status->stx_mask & STATX_BTIME) || !is_after(&birth, &broker->start);
  case BIRTHS_REMEMBERED: return !broker->remembers_births || !is_remembered(status);
  default: return true;
  }
}

bool is_same(const struct statx *one, const struct statx *other) {
  return one->stx_ino == other->stx_ino && one->stx_dev_major == other->stx_dev_major &&
         one->stx_dev_minor == other->stx_dev_minor;
}

bool is_temporary(const struct broker *broker, const struct statx *status) {
  static struct statx temporary; // an inode that is held keeps its number
  if (broker->temporary < 0) return false;
  if (temporary.stx_ino == 0 && look(broker->temporary, "", &temporary) != 0) return false;
  return is_same(status, &temporary);
}

// A birth that cannot be remembered makes the file old: it stays, and nothing is lost.
void note_birth(const struct broker *broker, int directory, const char *name) {
  struct statx status;
  if (broker->remembers_births && look(directory, name, &status) == 0) remember_birth(&status);
}

static uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
  return hash;
}

// Never 0. A name that has the hash of another is taken for moved, and stays.
static uint64_t hash_name(const struct statx *directory, const char *name, const struct statx *status) {
  const uint64_t numbers[] = {directory->stx_ino, device_of(directory), status->stx_ino};
  return hash_bytes(hash_bytes(0xcbf29ce484222325u, numbers, sizeof numbers), name, strlen(name)) | 1;
}

// Where the hash is, or would be; NULL when there is no room left.
static uint64_t *moved_name(uint64_t hash) {
  for (size_t i = 0, at = (hash >> 1) % NAMES_REMEMBERED; i < NAMES_REMEMBERED; i++, at = (at + 1) % NAMES_REMEMBERED)
    if (memory.moved[at] == hash || memory.moved[at] == 0) return &memory.moved[at];
  return NULL;
}

static bool has_further_names(const struct statx *status) { return status->stx_nlink > 1 && !S_ISDIR(status->stx_mode); }

bool is_own_link(const struct broker *broker, int directory, const char *name, const struct statx *status) {
  struct statx parent;
  if (!has_further_names(status) || look(directory, "", &parent) != 0 || is_old(broker, &parent)) return false;
  const uint64_t *moved = moved_name(hash_name(&parent, name, status));
  return moved != NULL && *moved == 0;
}

int remember_move(const struct broker *broker, int directory, const char *name, const struct statx *status) {
  struct statx parent;
  if (!has_further_names(status) || look(directory, "", &parent) != 0 || is_old(broker, &parent)) return 0;
  uint64_t hash = hash_name(&parent, name, status), *moved = moved_name(hash);
  if (moved == NULL) return -ENOSPC;
  *moved = hash;
  return 0;
}

int keep_name(const struct broker *broker, enum keep_reason reason, int directory, const char *name) {
  int object = openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (object < 0) return -errno;
  int error = keep(broker->keeper, KEEP_NAME, reason, object);
  close(object);
  return -error;
}

int keep_content(const struct broker *broker, int object, const struct statx *status) {
  uint64_t device = device_of(status), number = status->stx_ino;
  size_t at = number % CONTENTS_REMEMBERED;
  if (memory.contents[at].number == number && memory.contents[at].device == device) return 0;
  int error = keep(broker->keeper, KEEP_CONTENT, REASON_WRITTEN, object);
  if (error != 0) return -error;
  memory.contents[at].device = device;
  memory.contents[at].number = number;
  return 0;
}

static int note_refusal(const struct broker *broker, const char *path) {
  if (memory.refusals++ < MOST_REFUSALS_NOTED) note(broker->keeper, REASON_REFUSED, path, "");
  return -EPERM;
}

int refuse_name(const struct broker *broker, const struct place *place) {
  char path[PATH_MAX];
  describe_place(place, path);
  return note_refusal(broker, path);
}

int refuse_object(const struct broker *broker, int object) {
  char path[PATH_MAX];
  describe_object(object, path);
  return note_refusal(broker, path);
}

void note_move(const struct broker *broker, const struct place *from, const struct place *to,
               const struct statx *moved) {
  char after[PATH_MAX];
  unsigned at = memory.departures++ % DEPARTURES_REMEMBERED;
  memory.departed[at].device = device_of(moved);
  memory.departed[at].number = moved->stx_ino;
  describe_place(from, memory.departed[at].path);
  describe_place(to, after);
  note(broker->keeper, REASON_MOVED, memory.departed[at].path, after);
}

void note_exchange(const struct broker *broker, const struct place *one, const struct place *other) {
  char here[PATH_MAX], there[PATH_MAX];
  describe_place(one, here);
  describe_place(other, there);
  note(broker->keeper, REASON_SWAPPED, here, there);
}

// Under a name that nothing can have.
static void name_aside(const struct place *place, char aside[PATH_MAX + 1]) {
  describe_place(place, aside);
  strcat(aside, "/");
}

void note_carried_aside(const struct broker *broker, const struct place *from) {
  char before[PATH_MAX], aside[PATH_MAX + 1];
  if (memory.departures == 0) return;
  describe_place(from, before);
  name_aside(from, aside);
  note(broker->keeper, REASON_CARRIED, before, aside);
}

void note_carried(const struct broker *broker, const struct place *from, const struct place *to) {
  char aside[PATH_MAX + 1], after[PATH_MAX];
  if (memory.departures == 0) return;
  name_aside(from, aside);
  describe_place(to, after);
  note(broker->keeper, REASON_CARRIED, aside, after);
}

// Only what may be removed after it was kept depends on this, so a path that means another place by now does no harm.
bool is_superseded(const struct broker *broker, const struct statx *status) {
  struct statx successor;
  for (unsigned i = 0; i < DEPARTURES_REMEMBERED; i++)
    if (memory.departed[i].number == status->stx_ino && memory.departed[i].device == device_of(status) &&
        look(AT_FDCWD, memory.departed[i].path, &successor) == 0 && !is_old(broker, &successor))
      return true;
  return false;
}
