// Overlay file systems give a file of a lower layer a new birth when it is first changed, even by chmod; others record
// none. There, what the session itself made is remembered by number.
#include "births.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { DEVICES_KNOWN = 16, FIRST_ROOM = 1024 };

struct inode {
  uint64_t device, number; // number 0: the place is free
};

static struct {
  struct {
    uint64_t device;
    enum births births;
  } devices[DEVICES_KNOWN];
  size_t device_count;
  struct inode *born; // open addressing, never more than half full
  size_t room, count;
} memory;

static enum births births_on(uint32_t magic) {
  switch (magic) {
  case 0xef53:     // ext4; ext2 and ext3 record none, which shows
  case 0x58465342: // xfs
  case 0x9123683e: // btrfs
  case 0x01021994: // tmpfs
  case 0xf2f52010: // f2fs
  case 0xca451a4e: // bcachefs
  case 0x2fc12fc1: // zfs
    return BIRTHS_RECORDED;
  case 0x794c7630: // overlayfs
  case 0x01021997: // 9p
  case 0x6969:     // nfs
    return BIRTHS_REMEMBERED;
  default: return BIRTHS_UNKNOWN;
  }
}

static uint64_t device_of(const struct statx *status) { return makedev(status->stx_dev_major, status->stx_dev_minor); }

static int known_device(uint64_t device) {
  for (size_t i = 0; i < memory.device_count; i++)
    if (memory.devices[i].device == device) return (int)i;
  return -1;
}

void learn_file_system(int directory, const char *name, const struct statx *status) {
  struct statfs system;
  uint64_t device = device_of(status);
  if (known_device(device) >= 0 || memory.device_count == DEVICES_KNOWN) return;
  int fd = name[0] == 0 ? directory : openat(directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) return;
  if (fstatfs(fd, &system) == 0) {
    memory.devices[memory.device_count].births = births_on((uint32_t)system.f_type);
    memory.devices[memory.device_count++].device = device;
  }
  if (fd != directory) close(fd);
}

enum births births_of(const struct statx *status) {
  int known = known_device(device_of(status));
  return known < 0 ? BIRTHS_UNKNOWN : memory.devices[known].births;
}

static struct inode *place_of(struct inode *table, size_t room, struct inode inode) {
  size_t at = (size_t)(inode.number * 0x9e3779b97f4a7c15u ^ inode.device) & (room - 1);
  while (table[at].number != 0 && (table[at].number != inode.number || table[at].device != inode.device))
    at = (at + 1) & (room - 1);
  return &table[at];
}

static bool grow(void) {
  if (2 * memory.count < memory.room) return true;
  size_t room = memory.room == 0 ? FIRST_ROOM : 2 * memory.room;
  struct inode *table = calloc(room, sizeof *table);
  if (table == NULL) return false;
  for (size_t i = 0; i < memory.room; i++)
    if (memory.born[i].number != 0) *place_of(table, room, memory.born[i]) = memory.born[i];
  free(memory.born);
  memory.born = table;
  memory.room = room;
  return true;
}

static struct inode inode_of(const struct statx *status) { return (struct inode){device_of(status), status->stx_ino}; }

bool remember_birth(const struct statx *status) {
  if (status->stx_ino == 0 || !grow()) return false;
  struct inode *place = place_of(memory.born, memory.room, inode_of(status));
  if (place->number == 0) memory.count++;
  *place = inode_of(status);
  return true;
}

bool is_remembered(const struct statx *status) {
  return memory.room != 0 && status->stx_ino != 0 && place_of(memory.born, memory.room, inode_of(status))->number != 0;
}

// What stands behind it in the table is put in anew: a gap would hide it.
void forget_birth(const struct statx *status) {
  if (!is_remembered(status)) return;
  struct inode *place = place_of(memory.born, memory.room, inode_of(status));
  size_t at = (size_t)(place - memory.born);
  place->number = 0;
  memory.count--;
  for (at = (at + 1) & (memory.room - 1); memory.born[at].number != 0; at = (at + 1) & (memory.room - 1)) {
    struct inode moved = memory.born[at];
    memory.born[at].number = 0;
    *place_of(memory.born, memory.room, moved) = moved;
  }
}
