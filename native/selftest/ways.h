// What those who try ways out share: where they lead, how a try answers, and how it is listed.
#ifndef NONO_WAYS_H
#define NONO_WAYS_H

#include <stddef.h>
#include <sys/types.h>

struct way {
  const char *name;
  long (*try)(void); // less than 0: refused, with errno
  char run;          // 'f': files, processes and the kernel; 'n': the network; 'c': as 'f', but only confined
};

// Each ends with one that has no name. Those in common.c are made of calls that every platform has; linux.c and macos.c have
// what is one platform's alone, and src/plan/ways-out.ts says why.
extern const struct way common_ways[], platform_ways[];

extern const char *outside; // a directory that is not granted
extern pid_t victim;        // a process that is not confined
extern int port;            // where it listens
extern const char *number;  // of the secret: its device and inode, as macOS spells them in a path

long fails(int error);
// In one place, which the next call overwrites.
const char *path_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *secret(void); // a file in `outside`
long open_at(const char *path, int flags);
long connect_to(const char *name, size_t length); // a Unix socket

#endif
