// When a file was born: file systems whose record of it can be relied on, and the session's own memory for the others.
#ifndef NONO_BIRTHS_H
#define NONO_BIRTHS_H

#include <stdbool.h>
#include <sys/stat.h>

enum births {
  BIRTHS_RECORDED,   // by the file system, once and for all
  BIRTHS_REMEMBERED, // by the broker: the file system's record is missing, or renewed when a file is first changed
  BIRTHS_UNKNOWN,    // not even inode numbers can be relied on
};

// Learns of the file system of what stands there; cheap when it is known.
void learn_file_system(int directory, const char *name, const struct statx *status);

enum births births_of(const struct statx *status);

// The session made it. False when there is no memory left: then it counts as old.
bool remember_birth(const struct statx *status);
bool is_remembered(const struct statx *status);

// Its last name is gone, and its number may be another file's.
void forget_birth(const struct statx *status);

#endif
