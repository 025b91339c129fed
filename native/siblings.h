// The keeper's other duty: files beside those that the plan grants by themselves, made to take their place.
#ifndef NONO_SIBLINGS_H
#define NONO_SIBLINGS_H

#include "keep.h"
#include "program.h"

// Holds the directories of the files that are granted by themselves.
void prepare_siblings(const struct program *program);

// Does what a SAVE_ message asks: 0, or an errno; *fd becomes the descriptor that is the answer, or -1.
int serve_sibling(const struct keep_message *message, int object, int *fd);

// The session is over: hands each sibling that is still there to `leave`, and removes it.
void end_siblings(void (*leave)(void *context, int object), void *context);

#endif
