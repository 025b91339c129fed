// Denies of paths that are no globs, in any mixture of upper and lower case.
#ifndef NONO_EXACT_H
#define NONO_EXACT_H

#include "program.h"

#include <stdbool.h>
#include <stddef.h>

// Open addressing, never more than half full. Empty where all is 0.
struct exact_table {
  struct prefix *prefixes;
  size_t room, count;
};

// What is denied at a path, itself or around it: rights that the user denies, and built-in ones.
struct exact {
  unsigned users, built_in;
  bool is_lifted; // by an exception, with no other deny below it
  bool is_inner;  // others are denied below it
};

// The deny must outlive the table. Ends the process when memory runs out.
void add_exact(struct exact_table *table, const struct deny *deny);
struct exact look_up_exact(const struct exact_table *table, const char *path);
void release_exact(struct exact_table *table);

#endif
