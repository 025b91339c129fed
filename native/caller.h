// What a mediated call refers to in the process that made it: memory, signals, terminal.
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
int read_paths(pid_t caller, const uint64_t addresses[2], char paths[2][PATH_MAX]);

// Opens what /proc tells of the caller, or a negative errno.
int open_in_proc(pid_t caller, const char *what, int flags);

// A number of /proc/PID/status, by its line's beginning ("\nUmask:\t"), or a negative errno. This costs as much as
// everything else that an open takes.
int read_status(pid_t caller, const char *field, int base);

// Whether a signal waits for the caller that it handles itself.
bool has_caught_signal(pid_t caller);

// The device number of the terminal that controls the caller, 0 where there is none.
unsigned controlling_terminal(pid_t caller);

// The spelling of a path for another process than the one that wrote it: /proc/self, /dev/fd and their kin name the
// caller. 0, or -ENAMETOOLONG.
int translate_path(pid_t caller, const char *path, char translated[PATH_MAX]);

#endif
