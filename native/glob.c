// Compiles globs and follows paths through them.
#include "glob.h"

#include "channel.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

uint64_t hash_on(uint64_t hash, char c) {
  unsigned char lower = (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
  return (hash ^ lower) * 0x100000001b3u;
}

static uint64_t hash_of(const char *name) {
  uint64_t hash = hash_start;
  for (; *name != 0; name++) hash = hash_on(hash, *name);
  return hash;
}

static void mark(struct marks *marks, uint64_t hash) {
  marks->words[0] |= 1ull << (hash >> 58);
  marks->words[1] |= 1ull << (hash >> 52 & 63);
}

static struct component component_of(const char *name) {
  struct component component = {.text = name, .form = FORM_GLOB};
  if (strcmp(name, "**") == 0) component.form = FORM_ANY_DEPTH;
  else if (strpbrk(name, "*?[\\") == NULL) component.form = FORM_LITERAL;
  else if (name[0] == '*' && strpbrk(name + 1, "*?[\\") == NULL) component.form = FORM_ENDING, component.text++;
  component.length = strlen(component.text);
  component.hash = hash_of(component.text);
  return component;
}

size_t count_names(const char *pattern) {
  size_t slashes = 0;
  for (; *pattern != 0; pattern++) slashes += *pattern == '/';
  return slashes;
}

bool is_short_enough(const struct deny *deny) {
  return !(deny->flags & DENY_GLOB) || count_names(deny->pattern) <= MOST_COMPONENTS;
}

void compile_glob(const struct deny *deny, struct glob *glob) {
  char *text = strdup(deny->pattern);
  struct component *components = calloc(count_names(deny->pattern) + 1, sizeof *components);
  *glob = (struct glob){.flags = deny->flags, .text = text, .components = components};
  if (text == NULL || glob->components == NULL) fail("remember the denied paths", "", ENOMEM);
  for (char *rest = text, *name; (name = strtok_r(rest, "/", &rest)) != NULL;) {
    if (glob->count == MOST_COMPONENTS) fail("remember the denied paths", deny->pattern, ENAMETOOLONG);
    glob->components[glob->count++] = component_of(name);
  }
  for (unsigned i = glob->count; i-- > 0;) {
    if (glob->components[i].form == FORM_LITERAL) mark(&glob->names, glob->components[i].hash);
    if (glob->components[i].form != FORM_ANY_DEPTH) continue;
    glob->depths |= 1ull << i;
    if (deny->flags & DENY_BUILT_IN) glob->start = i + 1;
  }
}

void release_glob(struct glob *glob) {
  free(glob->components);
  free(glob->text);
}

struct names *split_names(const char *path, bool (*is_new)(const char *directory)) {
  static struct names split;
  split.count = 0;
  split.marks = (struct marks){{0}};
  split.path = path;
  split.is_new = is_new;
  char *at = split.text;
  for (const char *end = at + sizeof split.text - 1; *path != 0;) {
    while (*path == '/' && at < end) *at++ = 0, path++;
    uint64_t hash = hash_start;
    const char *name = at;
    for (; *path != 0 && *path != '/' && at < end; at++, path++) hash = hash_on(hash, *at = *path);
    *at = 0;
    if (at == name) break;
    split.names[split.count].text = name;
    split.names[split.count].length = (size_t)(at - name);
    split.names[split.count].hash = hash;
    split.names[split.count++].is_looked_up = false;
    mark(&split.marks, hash);
  }
  return &split;
}

static bool is_among(const struct marks *some, const struct marks *all) {
  return ((some->words[0] & ~all->words[0]) | (some->words[1] & ~all->words[1])) == 0;
}

bool may_match(const struct glob *glob, const struct names *names) { return is_among(&glob->names, &names->marks); }

static bool look_whether_new(const struct names *names, size_t at) {
  char directory[PATH_MAX];
  size_t length = (size_t)(names->names[at].text - names->text);
  memcpy(directory, names->path, length);
  directory[length] = 0;
  return names->is_new(directory);
}

// What the session made is its own: a clone brings its tasks and hooks along.
static bool is_in_new(struct names *names, size_t at) {
  if (!names->names[at].is_looked_up) names->names[at].is_in_new = look_whether_new(names, at);
  names->names[at].is_looked_up = true;
  return names->names[at].is_in_new;
}

static bool has_name(const struct component *component, const struct names *names, size_t at) {
  const char *name = names->names[at].text;
  size_t length = names->names[at].length;
  switch (component->form) {
  case FORM_GLOB: return fnmatch(component->text, name, FNM_CASEFOLD) == 0;
  case FORM_LITERAL:
    return component->hash == names->names[at].hash && length == component->length &&
           strcasecmp(component->text, name) == 0;
  default: return length >= component->length && strcasecmp(component->text, name + length - component->length) == 0;
  }
}

static uint64_t with_empty_depths(const struct glob *glob, uint64_t set) {
  for (uint64_t more; (more = set | (set & glob->depths) << 1) != set;) set = more;
  return set;
}

static void step(const struct glob *glob, struct names *names, size_t at, struct states *states) {
  uint64_t next = states->set & glob->depths;
  states->advanced = false;
  for (uint64_t left = states->set & ~glob->depths & ~(1ull << glob->count); left != 0; left &= left - 1) {
    unsigned i = (unsigned)__builtin_ctzll(left);
    if (!has_name(&glob->components[i], names, at)) continue;
    if (i == glob->start && i > 0 && is_in_new(names, at)) continue;
    next |= 1ull << (i + 1);
    states->advanced |= i + 1 < glob->count;
  }
  states->set = with_empty_depths(glob, next);
  states->has_matched |= states->set >> glob->count & 1;
}

struct states follow_glob(const struct glob *glob, struct names *names) {
  struct states states = {with_empty_depths(glob, 1), false, false};
  for (size_t i = 0; i < names->count && states.set != 0; i++) step(glob, names, i, &states);
  return states;
}
