// Exact denies by a table of all their prefixes: a path is looked up component by component.
#include "exact.h"

#include "channel.h"
#include "glob.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// One prefix of an exact deny: the path itself, or a directory on the way to it.
struct prefix {
  uint64_t hash; // 0: the place is free
  const char *text;
  size_t length;
  unsigned users, built_in; // rights that are denied by what ends here
  bool is_exception;        // what is built in is lifted here
  bool is_inner;            // others go on below
};

static struct prefix *place_of(struct prefix *table, size_t room, uint64_t hash, const char *text, size_t length) {
  size_t at = (size_t)(hash * 0x9e3779b97f4a7c15u >> 20) & (room - 1);
  while (table[at].hash != 0 && (table[at].hash != hash || table[at].length != length ||
                                 strncasecmp(table[at].text, text, length) != 0))
    at = (at + 1) & (room - 1);
  return &table[at];
}

static void grow(struct exact_table *table) {
  if (2 * table->count < table->room) return;
  size_t room = table->room == 0 ? 64 : 2 * table->room;
  struct prefix *larger = calloc(room, sizeof *larger);
  if (larger == NULL) fail("remember the denied paths", "", ENOMEM);
  for (size_t i = 0; i < table->room; i++) {
    const struct prefix *old = &table->prefixes[i];
    if (old->hash != 0) *place_of(larger, room, old->hash, old->text, old->length) = *old;
  }
  free(table->prefixes);
  table->prefixes = larger;
  table->room = room;
}

// Where the next component of an absolute path ends.
static size_t component_end(const char *path, size_t at) {
  if (path[at] == '/') at++;
  while (path[at] != 0 && path[at] != '/') at++;
  return at;
}

// Kept apart: an exception lifts what is built in, also at its very path, and nothing that the user denies.
static void end_at(struct prefix *prefix, uint32_t flags) {
  unsigned rights = flags & (DENY_READ | DENY_WRITE);
  if (flags & DENY_EXCEPTION) prefix->is_exception = true;
  else if (flags & DENY_BUILT_IN) prefix->built_in |= rights;
  else prefix->users |= rights;
}

void add_exact(struct exact_table *table, const struct deny *deny) {
  uint64_t hash = hash_start;
  for (size_t at = 0, end; deny->pattern[at] != 0; at = end) {
    end = component_end(deny->pattern, at);
    for (size_t i = at; i < end; i++) hash = hash_on(hash, deny->pattern[i]);
    grow(table);
    struct prefix *prefix = place_of(table->prefixes, table->room, hash | 1, deny->pattern, end);
    if (prefix->hash == 0) {
      table->count++;
      *prefix = (struct prefix){.hash = hash | 1, .text = deny->pattern, .length = end};
    }
    if (deny->pattern[end] != 0) prefix->is_inner = true;
    else end_at(prefix, deny->flags);
  }
}

static const struct prefix *find_prefix(const struct exact_table *table, uint64_t hash, const char *path, size_t length) {
  const struct prefix *prefix = place_of(table->prefixes, table->room, hash | 1, path, length);
  return prefix->hash == 0 ? NULL : prefix;
}

// An exception lifts what is built in around it, not what the user denies.
static void take_prefix(const struct prefix *prefix, struct exact *exact) {
  exact->is_inner = prefix != NULL && prefix->is_inner;
  if (prefix == NULL) return;
  exact->users |= prefix->users;
  exact->built_in = prefix->is_exception ? 0 : exact->built_in | prefix->built_in;
  exact->is_lifted |= prefix->is_exception;
}

struct exact look_up_exact(const struct exact_table *table, const char *path) {
  struct exact exact = {0};
  uint64_t hash = hash_start;
  if (table->room == 0) return exact;
  take_prefix(find_prefix(table, hash_on(hash, '/'), "/", 1), &exact);
  for (size_t at = 0, end; path[at] != 0; at = end) {
    end = component_end(path, at);
    for (size_t i = at; i < end; i++) hash = hash_on(hash, path[i]);
    take_prefix(find_prefix(table, hash, path, end), &exact);
  }
  return exact;
}

void release_exact(struct exact_table *table) { free(table->prefixes); }
