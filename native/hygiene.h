// What the launcher gives up before the command runs.
#ifndef NONO_HYGIENE_H
#define NONO_HYGIENE_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void check_standard_descriptors(int only_local);
void forbid_new_privileges(void);
void drop_capabilities(uint64_t keep);
void forbid_core_dumps(void);
void close_descriptors_from(unsigned first);

// Returns the filter's listener, -1 for a filter that needs none.
int install_filter(const struct sock_filter *filter, size_t length, bool with_listener);

#endif
