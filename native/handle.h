// What a held object is called by now, and how to open it anew: by its descriptor.
#ifndef NONO_HANDLE_H
#define NONO_HANDLE_H

#include <limits.h>
#include <stdbool.h>

// Makes the functions below faster, and lets them change the working directory: for a process that starts nobody in it
// any more. A child that is forked has other descriptors, and calls it again.
void hold_own_descriptors(void);

// `/proc/thread-self/fd/N`: the object itself, however it is called by now.
struct handle {
  char path[32];
};
struct handle handle_of(int object);

// The path by which the kernel knows it now. 0, or a negative errno with an empty path, or with one that was cut. The
// second is faster.
int describe_object(int object, char path[PATH_MAX]);
int describe_directory(int directory, char path[PATH_MAX]);

// Makes it the working directory, which only these functions may change; false with errno. Who stands in a directory need
// not go there again, until it is left: to be called before it is closed.
bool go_to(int directory);
void stand_in(int directory);
void leave_directory(int directory);

// Opens a pinned object, or 0 to its name's end: what open(2) would have given, or a negative errno.
int reopen(int object, int flags);

#endif
