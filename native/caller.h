// What a mediated call refers to in the process that made it: memory, directories, descriptors, umask, terminal.
#ifndef NONO_CALLER_H
#define NONO_CALLER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Opens what the functions below need; ends the process if it cannot.
void prepare_callers(void);

// Copies length bytes, or fewer where the memory ends: their number, or a negative errno.
ssize_t read_memory(pid_t caller, uint64_t address, void *into, size_t length);

// Copies a path with its NUL: 0, or a negative errno.
int read_path(pid_t caller, uint64_t address, char path[PATH_MAX]);

// Where the caller's path starts: AT_FDCWD for an absolute one, else a new O_PATH descriptor of its working directory
// or of its own descriptor; or a negative errno.
int open_start(pid_t caller, int descriptor, const char *path);

// The same open file as the caller's descriptor, or a negative errno.
int take_descriptor(pid_t caller, int descriptor);

// Some process of the session changes its umask.
void note_umask_change(void);

// The caller's umask, or a negative errno. As long as nobody changed one, it is the broker's own.
int read_umask(pid_t caller);

// Whether a signal waits for the caller that it handles itself.
bool has_caught_signal(pid_t caller);

// The device number of the terminal that controls the caller, 0 where there is none.
unsigned controlling_terminal(pid_t caller);

// The spelling of a path for another process than the one that wrote it: /proc/self, /dev/fd and their kin name the
// caller. 0, or -ENAMETOOLONG.
int translate_path(pid_t caller, const char *path, char translated[PATH_MAX]);

#endif
