// Empties the session's private directory. The sandboxed side made its contents: any depth, any mode, any name.
#include "temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static int is_dot(const char *name) { return strcmp(name, ".") == 0 || strcmp(name, "..") == 0; }

// 0, or the errno of the second attempt: the first is meant for everything but directories.
static int remove_entry(int directory, const char *name) {
  if (unlinkat(directory, name, 0) == 0 || unlinkat(directory, name, AT_REMOVEDIR) == 0) return 0;
  return errno;
}

// Its owner may have taken every permission from a directory.
static int remove_stubborn(int directory, const char *name) {
  int error = remove_entry(directory, name);
  if (error != EACCES || fchmod(directory, S_IRWXU) != 0) return error;
  return remove_entry(directory, name);
}

// It is a directory that is not empty and about to go: its mode may hide its names or its entries.
static int open_stubborn(int directory, const char *name) {
  if (fchmodat(directory, name, S_IRWXU, 0) != 0) return -1;
  return openat(directory, name, OPEN_DIRECTORY);
}

struct step {
  int next;  // the first subdirectory that is not empty, opened; -1 when nothing is left
  int error; // what stopped the removal, or 0
};

// Only a directory that is not empty is entered, so every step removes something or ends the walk.
static struct step remove_entries(int directory, removable *may_go, const void *context) {
  struct step step = {-1, 0};
  int scan = openat(directory, ".", OPEN_DIRECTORY);
  DIR *entries = scan < 0 ? NULL : fdopendir(scan);
  if (entries == NULL) return (struct step){-1, errno};
  for (struct dirent *entry; step.next < 0 && step.error == 0 && (entry = readdir(entries)) != NULL;) {
    if (is_dot(entry->d_name)) continue;
    int error = may_go(context, directory, entry->d_name) ? remove_stubborn(directory, entry->d_name) : EPERM;
    if (error == 0) continue;
    if (error != ENOTEMPTY && error != EEXIST) step.error = error;
    else if ((step.next = open_stubborn(directory, entry->d_name)) < 0) step.error = errno;
  }
  closedir(entries);
  return step;
}

// Holds one directory at a time and climbs by "..": depth costs neither descriptors nor stack. All
// processes of the session are dead, so nobody moves what is being walked.
int empty_directory(int top, removable *may_go, const void *context) {
  int directory = openat(top, ".", OPEN_DIRECTORY);
  if (directory < 0) return errno;
  size_t depth = 0;
  struct step step;
  while ((step = remove_entries(directory, may_go, context)).error == 0 && (step.next >= 0 || depth > 0)) {
    int next = step.next >= 0 ? step.next : openat(directory, "..", OPEN_DIRECTORY);
    if (next < 0) step.error = errno;
    if (next < 0) break;
    depth += step.next >= 0 ? 1 : (size_t)-1;
    close(directory);
    directory = next;
  }
  close(directory);
  return step.error;
}
