// Which executable runs nono's JavaScript: see node.h. A confined run must not be able to plant it.
#include "node.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 125 };

static const char gone_variable[] = "NONO_WORKING_DIRECTORY_GONE";

// What the build wrote of its Node, one to a line.
struct identity {
  char path[PATH_MAX];
  long long bytes, modified_s, modified_ns;
};

static const char *beside(const char *directory, const char *name) {
  static char path[PATH_MAX + 32];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  return path;
}

// A directory that a project brings along: what a confined run planted there must not be what runs nono.
static int is_of_a_project(const char *directory, size_t length) {
  char here[PATH_MAX];
  if (length == 0 || directory[0] != '/' || memmem(directory, length, "node_modules", 12) != NULL) return 1;
  size_t above = getcwd(here, sizeof here) == NULL ? 0 : strlen(here);
  return above > 1 && length >= above && memcmp(directory, here, above) == 0 &&
         (length == above || directory[above] == '/');
}

static int open_program(const char *path) {
  struct stat status;
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0) return fd;
  if (fd >= 0) close(fd);
  return -1;
}

static int search_path(void) {
  const char *at = getenv("PATH");
  for (size_t length; at != NULL && *at != 0; at += length + (at[length] == ':')) {
    char path[PATH_MAX];
    length = strcspn(at, ":");
    if (is_of_a_project(at, length) || snprintf(path, sizeof path, "%.*s/node", (int)length, at) >= PATH_MAX) continue;
    int fd = open_program(path);
    if (fd >= 0) return fd;
  }
  return -1;
}

static int read_identity(const char *directory, struct identity *identity) {
  FILE *file = fopen(beside(directory, "node.id"), "re");
  if (file == NULL) return 0;
  // The path is last, since it alone may hold any byte but the NUL that ends it.
  int count = fscanf(file, "%lld %lld %lld ", &identity->bytes, &identity->modified_s, &identity->modified_ns);
  size_t length = count == 3 ? fread(identity->path, 1, sizeof identity->path - 1, file) : 0;
  identity->path[length] = 0;
  fclose(file);
  return identity->path[0] == '/';
}

static int is_that(int fd, const struct identity *identity) {
  struct stat status;
  return fstat(fd, &status) == 0 && status.st_size == identity->bytes && status.st_mtim.tv_sec == identity->modified_s &&
         status.st_mtim.tv_nsec == identity->modified_ns;
}

static struct node find_any(const char *directory) {
  struct identity identity;
  struct node found = {.executable = open_program(beside(directory, "nono-planner"))};
  if (found.executable >= 0) return found;
  if (read_identity(directory, &identity)) {
    found.executable = open_program(identity.path);
    found.is_node_of_build = found.executable >= 0 && is_that(found.executable, &identity);
  }
  if (found.executable < 0) found.executable = search_path();
  return found;
}

struct node find_node(const char *directory, int lowest, int exit_code) {
  struct node found = find_any(directory);
  if (found.executable < 0 && exit_code == 0) return found;
  if (found.executable < 0) {
    fputs("nono: Node.js was found neither where it was when nono was built nor on PATH\n"
          "  Try: install Node 20 or later, then npm run build\n",
          stderr);
    _exit(exit_code);
  }
  // Out of the way of the descriptors that the planner and the reporter find at fixed numbers.
  found.executable = fcntl(found.executable, F_DUPFD_CLOEXEC, lowest);
  return found;
}

void leave_deleted_directory(void) {
  char here[PATH_MAX];
  if (getcwd(here, sizeof here) != NULL) return;
  if (chdir("/") != 0 || setenv(gone_variable, "1", 1) != 0) _exit(EXIT_NOT_STARTED);
}
