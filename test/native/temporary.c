// empty DIRECTORY: empties it and prints the errno of what stays. deepen DIRECTORY LEVELS: makes a tree that no path
// reaches to the bottom of, with a file on each level.
#include "../../native/temporary.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int deepen(const char *path, long levels) {
  int directory = open(path, O_RDONLY | O_DIRECTORY);
  for (long level = 0; directory >= 0 && level < levels; level++) {
    int file = openat(directory, "file", O_WRONLY | O_CREAT, 0600);
    int made = mkdirat(directory, "level", 0700);
    int next = made == 0 ? openat(directory, "level", O_RDONLY | O_DIRECTORY) : -1;
    close(file);
    close(directory);
    directory = file < 0 ? -1 : next;
  }
  if (directory < 0) perror("deepen");
  return directory < 0;
}

static bool anything(const void *context, int directory, const char *name) {
  (void)context, (void)directory, (void)name;
  return true;
}

int main(int argc, char **argv) {
  if (argc == 4 && strcmp(argv[1], "deepen") == 0) return deepen(argv[2], atol(argv[3]));
  if (argc != 3 || strcmp(argv[1], "empty") != 0) return 2;
  printf("%d\n", empty_directory(open(argv[2], O_RDONLY | O_DIRECTORY), anything, NULL));
  return 0;
}
