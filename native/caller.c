// Looks into the process that made a mediated call. The kernel lets the broker do so because the caller's Landlock
// domain is nested in its own.
#include "caller.h"

#include "channel.h"
#include "held.h"
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PAGE_BYTES = 4096, STATUS_BYTES = 2048, USUAL_PATH_BYTES = 256, NEIGHBOURHOOD_BYTES = 1024 };

static int proc = -1;

void prepare_callers(void) {
  proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) fail("open /proc", "", errno);
}

// A transfer ends at the first page that is not there, so each page is a piece of its own.
static void cut_at_page(uint64_t address, size_t length, struct iovec pieces[2]) {
  size_t first = PAGE_BYTES - address % PAGE_BYTES;
  if (first > length) first = length;
  pieces[0] = (struct iovec){(void *)(uintptr_t)address, first};
  pieces[1] = (struct iovec){(void *)(uintptr_t)(address + first), length - first};
}

ssize_t read_memory(pid_t caller, uint64_t address, void *into, size_t length) {
  int memory = memory_of(caller);
  if (memory >= 0 && pread(memory, into, length, (off_t)address) == (ssize_t)length) return (ssize_t)length;
  doubt_caller();
  struct iovec local = {into, length}, remote[2];
  cut_at_page(address, length, remote);
  ssize_t got = process_vm_readv(caller, &local, 1, remote, 2, 0);
  return got < 0 ? -errno : got;
}

// Most paths are short, and every page costs: the rest is read only where it is needed. Whoever changes the text in
// between has written another path, which is then read, judged and acted on like any.
int read_path(pid_t caller, uint64_t address, char path[PATH_MAX]) {
  size_t length = 0;
  for (size_t wanted = USUAL_PATH_BYTES; length < PATH_MAX; wanted = PATH_MAX - length) {
    ssize_t got = read_memory(caller, address + length, path + length, wanted);
    if (got < 0) return (int)got;
    if (memchr(path + length, 0, (size_t)got) != NULL) return 0;
    if ((size_t)got < wanted) return -EFAULT;
    length += (size_t)got;
  }
  return -ENAMETOOLONG;
}

// Where one lies just behind the other, one transfer of what holds both.
static bool read_neighbours(pid_t caller, const uint64_t addresses[2], char paths[2][PATH_MAX]) {
  char both[NEIGHBOURHOOD_BYTES + USUAL_PATH_BYTES];
  bool is_second_first = addresses[1] < addresses[0];
  uint64_t first = addresses[is_second_first], distance = addresses[!is_second_first] - first;
  if (distance > NEIGHBOURHOOD_BYTES) return false;
  ssize_t length = (ssize_t)distance + USUAL_PATH_BYTES;
  if (read_memory(caller, first, both, (size_t)length) != length) return false;
  memcpy(paths[is_second_first], both, USUAL_PATH_BYTES);
  memcpy(paths[!is_second_first], both + distance, USUAL_PATH_BYTES);
  return memchr(paths[0], 0, USUAL_PATH_BYTES) != NULL && memchr(paths[1], 0, USUAL_PATH_BYTES) != NULL;
}

// Both in one transfer, where they are there and short.
int read_paths(pid_t caller, const uint64_t addresses[2], char paths[2][PATH_MAX]) {
  if (read_neighbours(caller, addresses, paths)) return 0;
  doubt_caller();
  struct iovec local[2], remote[4];
  for (int i = 0; i < 2; i++) {
    local[i] = (struct iovec){paths[i], USUAL_PATH_BYTES};
    cut_at_page(addresses[i], USUAL_PATH_BYTES, &remote[2 * i]);
  }
  ssize_t got = process_vm_readv(caller, local, 2, remote, 4, 0);
  bool is_whole = got == 2 * USUAL_PATH_BYTES && memchr(paths[0], 0, USUAL_PATH_BYTES) != NULL &&
                  memchr(paths[1], 0, USUAL_PATH_BYTES) != NULL;
  int error = is_whole ? 0 : read_path(caller, addresses[0], paths[0]);
  return is_whole || error != 0 ? error : read_path(caller, addresses[1], paths[1]);
}

int open_in_proc(pid_t caller, const char *what, int flags) {
  char path[64];
  doubt_caller();
  snprintf(path, sizeof path, "%d/%s", caller, what);
  int fd = openat(proc, path, flags | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

static int read_file(pid_t caller, const char *name, char text[STATUS_BYTES]) {
  int fd = open_in_proc(caller, name, O_RDONLY);
  if (fd < 0) return fd;
  ssize_t got = read(fd, text, STATUS_BYTES - 1);
  int error = errno;
  close(fd);
  if (got < 0) return -error;
  text[got] = 0;
  return 0;
}

int read_status(pid_t caller, const char *field, int base) {
  char text[STATUS_BYTES];
  int error = read_file(caller, "status", text);
  const char *at = error == 0 ? strstr(text, field) : NULL;
  if (error == 0 && at == NULL) error = -EPERM;
  return error != 0 ? error : (int)strtol(at + strlen(field), NULL, base);
}

static uint64_t signal_set(const char *status, const char *field) {
  const char *at = strstr(status, field);
  return at == NULL ? 0 : strtoull(at + strlen(field), NULL, 16);
}

bool has_caught_signal(pid_t caller) {
  char text[STATUS_BYTES];
  if (read_file(caller, "status", text) != 0) return false;
  uint64_t pending = signal_set(text, "\nSigPnd:\t") | signal_set(text, "\nShdPnd:\t");
  return pending & signal_set(text, "\nSigCgt:\t") & ~signal_set(text, "\nSigBlk:\t");
}

unsigned controlling_terminal(pid_t caller) {
  char text[STATUS_BYTES];
  int terminal;
  if (read_file(caller, "stat", text) != 0) return 0;
  const char *end = strrchr(text, ')'); // the name before it may hold anything
  if (end == NULL || sscanf(end + 1, " %*c %*d %*d %*d %d", &terminal) != 1) return 0;
  return (unsigned)terminal;
}

int translate_path(pid_t caller, const char *path, char translated[PATH_MAX]) {
  static const struct {
    const char *from, *to;
  } spellings[] = {{"/proc/self", ""},      {"/proc/thread-self", ""}, {"/dev/fd", "/fd"},
                   {"/dev/stdin", "/fd/0"}, {"/dev/stdout", "/fd/1"},  {"/dev/stderr", "/fd/2"}};
  for (size_t i = 0; path[0] == '/' && i < sizeof spellings / sizeof *spellings; i++) {
    size_t length = strlen(spellings[i].from);
    if (strncmp(path, spellings[i].from, length) != 0 || (path[length] != '/' && path[length] != 0)) continue;
    doubt_caller();
    int written = snprintf(translated, PATH_MAX, "/proc/%d%s%s", caller, spellings[i].to, path + length);
    return written >= PATH_MAX ? -ENAMETOOLONG : 0;
  }
  strcpy(translated, path);
  return 0;
}
