// What existed before the session: tells it apart, has it kept, and says what was refused.
#ifndef NONO_ORIGINALS_H
#define NONO_ORIGINALS_H

#include "broker.h"
#include "keep.h"
#include "resolve.h"

#include <sys/stat.h>

// The session's start: now.
struct timespec session_start(void);

// Waits, a tick at most, until what is born is told apart from what was there at the start.
void leave_start_behind(const struct timespec *start);

// What a name in a directory stands for, links not followed; an empty name means the descriptor itself. 0, or a
// negative errno.
int look(int directory, const char *name, struct statx *status);

bool is_old(const struct broker *broker, const struct statx *status);

// One and the same inode.
bool is_same(const struct statx *one, const struct statx *other);

// The session's private directory itself, which was made just before the session.
bool is_temporary(const struct broker *broker, const struct statx *status);

// The session made what stands there now.
void note_birth(const struct broker *broker, int directory, const char *name);

// A further name that the session itself gave to an inode from before: it may go again. Such names are told by their
// directory, which the session made, unless they were moved into it.
bool is_own_link(const struct broker *broker, int directory, const char *name, const struct statx *status);

// To be called before an inode from before is moved to a name: 0, or a negative errno when it must not be.
int remember_move(const struct broker *broker, int directory, const char *name, const struct statx *status);

// 0 once the store holds it, or the negative errno that the operation fails with.
int keep_name(const struct broker *broker, enum keep_reason reason, int directory, const char *name);
int keep_content(const struct broker *broker, int object, const struct statx *status);

// Write down what was refused, and give -EPERM.
int refuse_name(const struct broker *broker, const struct place *place);
int refuse_object(const struct broker *broker, int object);

void note_move(const struct broker *broker, const struct place *from, const struct place *to,
               const struct statx *moved);

void note_exchange(const struct broker *broker, const struct place *one, const struct place *other);

// A directory that the session made goes elsewhere, and with it what was moved into it: first aside, then, when all else is
// written down, to where it is now.
void note_carried_aside(const struct broker *broker, const struct place *from);
void note_carried(const struct broker *broker, const struct place *from, const struct place *to);

// It was moved away, and the session has put a file of its own in its place: a save, of which this is the backup. Removing
// it is as much as moving the new file over it.
bool is_superseded(const struct broker *broker, const struct statx *status);

#endif
