// The operations that give a new name: to a directory, a node or a link, or to what is there.
#ifndef NONO_MAKING_H
#define NONO_MAKING_H

#include "broker.h"

// Each gives what the call returns: 0, or a negative errno. Paths are addresses in the caller.
int make_directory(const struct broker *broker, const struct call *call, int directory, uint64_t path, mode_t mode);
int make_node(const struct broker *broker, const struct call *call, int directory, uint64_t path, mode_t mode, dev_t device);
int make_symlink(const struct broker *broker, const struct call *call, uint64_t target, int directory, uint64_t path);
int link_name(const struct broker *broker, const struct call *call, int from, uint64_t from_path, int to,
              uint64_t to_path, int flags);

#endif
