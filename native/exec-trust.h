// Whether somebody else could have written a file that nono goes by.
#ifndef NONO_EXEC_TRUST_H
#define NONO_EXEC_TRUST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

// NULL, or why an open file at this path, every link in it resolved, may be another's: as half a sentence about it.
const char *distrust(const char *path, const struct stat *status);

// The same of the directories on the way to a path, which need not be there.
const char *distrust_directories(const char *path);

// The whole of an open file, to be freed; NULL, with errno, where it cannot be read.
uint8_t *read_whole(int fd, size_t length);

#endif
