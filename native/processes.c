// The processes of this machine, as /proc lists them.
#include "processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_ROOM = 256 };

// The name stands in parentheses and may hold some of its own: what counts comes after the last.
static bool read_process(int proc, const char *name, struct process *process) {
  char path[32], text[1024];
  snprintf(path, sizeof path, "%.20s/stat", name);
  int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  if (fd >= 0) close(fd);
  if (length <= 0) return false; // it is gone
  text[length] = 0;
  const char *fields = strrchr(text, ')');
  process->pid = atoi(name);
  process->is_ours = process->pid == getpid();
  // state, parent, then fifteen more up to the number of threads
  char state = 0;
  bool is_whole = fields != NULL && sscanf(fields + 1, " %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %u",
                                           &state, &process->parent, &process->threads) == 3;
  process->is_dead = state == 'Z' || state == 'X';
  return is_whole;
}

static bool add(struct processes *all, const struct process *process) {
  if (all->count == all->room) {
    size_t more = all->room == 0 ? FIRST_ROOM : all->room * 2;
    struct process *list = realloc(all->list, more * sizeof *list);
    if (list == NULL) return false;
    all->list = list;
    all->room = more;
  }
  all->list[all->count++] = *process;
  return true;
}

bool list_processes(struct processes *all) {
  *all = (struct processes){0};
  DIR *proc = opendir("/proc");
  bool whole = proc != NULL;
  struct process process;
  for (struct dirent *entry; whole && (entry = readdir(proc)) != NULL;)
    if (atoi(entry->d_name) > 0 && read_process(dirfd(proc), entry->d_name, &process)) whole = add(all, &process);
  if (proc != NULL) closedir(proc);
  return whole;
}

void release_processes(struct processes *all) { free(all->list); }
