// The operations on metadata: mode, owner, times, extended attributes, flags. Landlock knows none of them.
#ifndef NONO_METADATA_H
#define NONO_METADATA_H

#include "broker.h"

// True where the call is one of them; *result is then what it returns: 0, or a negative errno.
bool change_metadata(const struct broker *broker, const struct call *call, int *result);

#endif
