// FAT, NTFS, servers of other systems: ".env" is also ".env.", "ENV~1" and ".env::$DATA", and the kernel then knows it by
// what was asked for. What no directory lists is taken for another spelling of something that is denied.
#include "spelling.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

// A character that no name has which is known by its own spelling alone, whatever its case.
static bool is_odd(char c, char next) {
  return (signed char)c < ' ' || c == '~' || c == ':' || ((c == '.' || c == ' ') && (next == '/' || next == 0));
}

bool may_be_other_spelling(const char *path) {
  for (; *path != 0; path++)
    if (is_odd(path[0], path[1])) return true;
  return false;
}

static bool has_odd_name(const char *name) {
  for (; *name != 0 && *name != '/'; name++)
    if (is_odd(name[0], name[1])) return true;
  return false;
}

// Others keep names as they were given; listing a directory would cost for nothing.
static bool keeps_names_apart(const char *directory) {
  struct statfs system;
  if (statfs(directory, &system) != 0) return false;
  switch ((uint32_t)system.f_type) {
  case 0xef53:     // ext4
  case 0x58465342: // xfs
  case 0x9123683e: // btrfs
  case 0x01021994: // tmpfs
  case 0x858458f6: // ramfs
  case 0x794c7630: // overlayfs
  case 0xf2f52010: // f2fs
  case 0x73717368: // squashfs
  case 0xe0f5e1e2: // erofs
  case 0x9fa0:     // proc
  case 0x62656572: // sysfs
    return true;
  default: return false;
  }
}

static bool lists(const char *directory, const char *name) {
  int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL && fd >= 0) close(fd);
  if (entries == NULL) return false;
  bool found = false;
  for (struct dirent *entry; !found && (entry = readdir(entries)) != NULL;) found = strcasecmp(entry->d_name, name) == 0;
  closedir(entries);
  return found;
}

bool is_other_spelling(const char *path, size_t known) {
  char text[PATH_MAX];
  size_t length = strlen(path);
  if (length >= sizeof text) return true;
  memcpy(text, path, length + 1);
  for (size_t at = known, end; text[at] != 0; at = end) {
    while (text[at] == '/') at++;
    end = at + strcspn(text + at, "/");
    if (at == 0 || !has_odd_name(text + at)) continue;
    char after = text[end], slash = text[at - 1];
    struct stat status;
    text[end] = 0;
    bool is_there = lstat(text, &status) == 0 || errno != ENOENT;
    text[at - 1] = 0;
    const char *directory = at == 1 ? "/" : text;
    bool is_other = is_there && !keeps_names_apart(directory) && !lists(directory, text + at);
    if (is_other || !is_there) return is_other;
    text[at - 1] = slash;
    text[end] = after;
  }
  return false;
}
