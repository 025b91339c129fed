// The keeper: lives in the outermost layer, where the store is, and does what keep.h asks for.
#ifndef NONO_KEEPER_H
#define NONO_KEEPER_H

#include "program.h"

// Serves the broker until it says that the session is over, or dies: then `orphaned` is to end the session first.
void serve_broker(const struct program *program, int broker, void (*orphaned)(const void *), const void *context);

#endif
