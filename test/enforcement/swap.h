// Leads a link elsewhere in one step, while others go by it.
#include <stdio.h>
#include <unistd.h>

static void swap(const char *link_path, const char *target) {
  char temporary[64];
  snprintf(temporary, sizeof temporary, "%s.swap", link_path);
  unlink(temporary);
  if (symlink(target, temporary) == 0) rename(temporary, link_path);
}
