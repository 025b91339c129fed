// The processes that called last, held by descriptors: their numbers cannot come to mean others, and what they rarely
// change is looked up once.
#ifndef NONO_HELD_H
#define NONO_HELD_H

#include <stdbool.h>
#include <sys/types.h>

// To be called before each call is served: whose it is, is not known yet.
void begin_call(void);

// Whether the caller is known to be a thread that is held, and nothing of it was looked up by its number, which could have
// become another's: then the kernel need not be asked whether it still waits. Whoever looks something up so, doubts first.
bool is_caller_known(void);
void doubt_caller(void);

// A descriptor of the memory of a caller that calls often, or -1. It is lent until the next call.
int memory_of(pid_t caller);

// Someone is about to execute another program, in another memory.
void forget_memories(void);

// Learns the mask that everyone in the session begins with.
void prepare_processes(void);

// The same open file as the caller's descriptor, or a negative errno.
int take_descriptor(pid_t caller, int descriptor);

// Where the caller's path starts: AT_FDCWD for an absolute one, else a descriptor of its working directory or its own of
// that number; or a negative errno. What is lent stays open, and may be closed only by the next call's service.
int open_start(pid_t caller, int descriptor, const char *path, bool *is_lent);

// The caller's umask, or a negative errno.
int read_umask(pid_t caller);

enum { DIRECTORY_CHANGES = -1 };

// The caller is about to change its working directory, or its mask to the one given.
void note_change(pid_t caller, int mask);

// From now on processes may share what note_change is told of, so that one's change is another's: nothing of it is held.
void stop_holding(void);

#endif
