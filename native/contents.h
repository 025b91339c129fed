// The operations on contents: opening for writing, truncating, punching holes.
#ifndef NONO_CONTENTS_H
#define NONO_CONTENTS_H

#include "broker.h"

#include <sys/types.h>

struct opening {
  uint64_t flags;
  uint64_t mode;
  uint64_t resolve; // openat2's restrictions
};

// Opens and answers the call itself, at once or, where that takes waiting, from a process of its own.
void open_file(const struct broker *broker, const struct call *call, int directory, uint64_t path,
               const struct opening *opening);

// Each gives what the call returns: 0, or a negative errno.
int truncate_path(const struct broker *broker, const struct call *call, uint64_t path, off_t length);
int truncate_descriptor(const struct broker *broker, const struct call *call, int descriptor, off_t length);
int allocate(const struct broker *broker, const struct call *call, int descriptor, int mode, off_t offset,
             off_t length);

#endif
