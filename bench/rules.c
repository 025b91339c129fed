// What the kernel itself takes for many rules: a Landlock layer that grants each directory for reading, then the command.
// rules DIRECTORY… -- COMMAND…
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const uint64_t reading = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

struct how {
  uint64_t flags, mode, resolve;
};

static void fail(const char *what) {
  perror(what);
  _exit(1);
}

// As the launcher opens what is granted: without following a link.
static void grant(int ruleset, const char *directory) {
  struct how how = {.flags = O_PATH | O_CLOEXEC | O_DIRECTORY, .resolve = 0x04};
  int fd = (int)syscall(SYS_openat2, AT_FDCWD, directory, &how, sizeof how);
  struct landlock_path_beneath_attr rule = {.allowed_access = reading, .parent_fd = fd};
  if (fd < 0 || syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) fail(directory);
  close(fd);
}

int main(int argc, char **argv) {
  struct landlock_ruleset_attr attributes = {.handled_access_fs = reading};
  int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  if (argc < 3 || ruleset < 0) fail("a ruleset");
  grant(ruleset, "/");
  char **word = argv + 1;
  for (; *word != NULL && strcmp(*word, "--") != 0; word++) grant(ruleset, *word);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
    fail("restrict");
  if (*word != NULL) execvp(word[1], word + 1);
  fail("execute");
}
