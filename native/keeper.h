// The keeper: lives in the outermost layer, where the store is, and does what keep.h asks for.
#ifndef NONO_KEEPER_H
#define NONO_KEEPER_H

#include "program.h"

// Serves the broker until it ends the session (1) or dies (0).
int serve_broker(const struct program *program, int broker);

#endif
