// Whether somebody else could have written a file that nono goes by: see exec-trust.h.
#include "exec-trust.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OTHERS_WRITE = 022 };

static bool is_others(const struct stat *status) {
  return (status->st_uid != geteuid() && status->st_uid != 0) || status->st_mode & OTHERS_WRITE;
}

// Who may write a directory on the way may put another file there, unless the directory keeps everybody's entries apart.
const char *distrust_directories(const char *path) {
  char directory[PATH_MAX];
  struct stat status;
  snprintf(directory, sizeof directory, "%s", path);
  for (char *slash; (slash = strrchr(directory, '/')) != NULL;) {
    *(slash == directory ? slash + 1 : slash) = 0;
    if (stat(directory, &status) != 0) {
      if (errno == ENOENT && slash != directory) continue;
      return "its directory cannot be looked up";
    }
    bool is_kept = (status.st_uid == geteuid() || status.st_uid == 0) && status.st_mode & S_ISVTX;
    if (is_others(&status) && !is_kept) return "others can write one of the directories that it lies in";
    if (slash == directory) break;
  }
  return NULL;
}

const char *distrust(const char *path, const struct stat *status) {
  if (!S_ISREG(status->st_mode)) return "it is no file";
  if (is_others(status)) return "others can write it, or somebody else owns it";
  if (status->st_nlink != 1) return "it has further names, by which others may write it";
  return distrust_directories(path);
}

uint8_t *read_whole(int fd, size_t length) {
  uint8_t *bytes = malloc(length + 1);
  ssize_t got = 1;
  for (size_t done = 0; bytes != NULL && done < length && got > 0; done += (size_t)got) got = read(fd, bytes + done, length - done);
  if (bytes == NULL || got > 0) return bytes;
  if (got == 0) errno = EIO; // it was cut meanwhile
  free(bytes);
  return NULL;
}
