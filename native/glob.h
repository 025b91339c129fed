// Globs of paths, component by component, as sets of states. Letters from A to Z are the same in both cases.
#ifndef NONO_GLOB_H
#define NONO_GLOB_H

#include "program.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum { MOST_COMPONENTS = 63 };

enum form {
  FORM_GLOB,
  FORM_ANY_DEPTH, // "**"
  FORM_LITERAL,
  FORM_ENDING, // "*" and a literal
};

struct component {
  const char *text; // of an ending, without the star
  size_t length;
  uint64_t hash;
  enum form form;
};

// Which names are among some: one bit of either word for each.
struct marks {
  uint64_t words[2];
};

// State i: the first i components are matched. All states that a path leads to are one set.
struct glob {
  char *text; // where the components' own lie
  struct component *components;
  unsigned count;
  unsigned start;  // of a built-in one, the component after the first "**": what it protects begins there; else 0
  uint64_t depths; // bit i: component i is any depth
  uint32_t flags;
  struct marks names; // its literal names: a path without one of them cannot match
};

struct states {
  uint64_t set;
  bool has_matched; // the path itself, or a directory around it
  bool advanced;    // the last name was more than one of any depth, and there is more to come
};

// A path taken apart once for all globs.
struct names {
  char text[PATH_MAX];
  struct {
    const char *text;
    size_t length;
    uint64_t hash;
    bool is_in_new, is_looked_up; // whether the session made its directory
  } names[PATH_MAX / 2];
  size_t count;
  struct marks marks;
  const char *path;
  bool (*is_new)(const char *directory);
};

// FNV-1a, whatever the case.
static const uint64_t hash_start = 0xcbf29ce484222325u;
uint64_t hash_on(uint64_t hash, char c);

// As many names as a pattern, which is absolute, may have.
size_t count_names(const char *pattern);

// False where a glob has more components than can be followed.
bool is_short_enough(const struct deny *deny);

// Ends the process when memory runs out, or where it is too long.
void compile_glob(const struct deny *deny, struct glob *glob);
void release_glob(struct glob *glob);

// Good until the next call. `is_new` is asked for no more than each directory on the way.
struct names *split_names(const char *path, bool (*is_new)(const char *directory));

// False where a name is missing that the glob must have.
bool may_match(const struct glob *glob, const struct names *names);

struct states follow_glob(const struct glob *glob, struct names *names);

#endif
