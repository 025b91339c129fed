// Paths against the programs' denies, grants and sockets.
#include "judge.h"

#include "channel.h"
#include "exact.h"
#include "glob.h"
#include "kernel.h"
#include "originals.h"
#include "spelling.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct judge {
  struct exact_table exact;
  struct glob *globs;
  uint64_t *sets; // of each glob, for the path that another is compared with
  size_t glob_count;
  const struct rule **grants; // the write grants
  size_t grant_count;
  const struct program *program;
  bool is_inside; // a session inside: the kernel does not hold the broker to its grants
};

static const struct broker *broker;

// Whoever judges the present call: the session itself, then the one inside it that the caller belongs to, then nobody.
static const struct judge *judges[3];

static void learn_grants(struct judge *judge) {
  const struct program *program = judge->program;
  const uint32_t both = 1u << LAYER_KEEPER | 1u << LAYER_GRANTS; // what is in one alone is for sockets, or for the store
  judge->grants = calloc(program->rule_count + 1, sizeof *judge->grants);
  if (judge->grants == NULL) fail("remember the grants", "", ENOMEM);
  for (size_t i = 0; i < program->rule_count; i++)
    if ((program->rules[i].layers & both) == both && program->rules[i].access & LANDLOCK_WRITE_FILE)
      judge->grants[judge->grant_count++] = &program->rules[i];
}

struct judge *make_judge(const struct program *program, bool is_inside) {
  struct judge *judge = calloc(1, sizeof *judge);
  if (judge == NULL) fail("remember the denied paths", "", ENOMEM);
  judge->program = program;
  judge->is_inside = is_inside;
  learn_grants(judge);
  judge->globs = calloc(program->deny_count + 1, sizeof *judge->globs);
  judge->sets = calloc(program->deny_count + 1, sizeof *judge->sets);
  if (judge->globs == NULL || judge->sets == NULL) fail("remember the denied paths", "", ENOMEM);
  for (size_t i = 0; i < program->deny_count; i++)
    if (program->denies[i].flags & DENY_GLOB) compile_glob(&program->denies[i], &judge->globs[judge->glob_count++]);
    else add_exact(&judge->exact, &program->denies[i]);
  return judge;
}

void release_judge(struct judge *judge) {
  for (size_t i = 0; i < judge->glob_count; i++) release_glob(&judge->globs[i]);
  free(judge->globs);
  free(judge->sets);
  release_exact(&judge->exact);
  free(judge->grants);
  free(judge);
}

void prepare_judge(const struct broker *whose) {
  broker = whose;
  judges[0] = make_judge(whose->program, false);
}

void judge_also_by(const struct judge *inside) { judges[1] = inside; }

const struct program *judging_program(size_t index) { return judges[index] == NULL ? NULL : judges[index]->program; }

bool has_denies(void) { return judges[1] != NULL || judges[0]->program->deny_count > 0; }

// Whether the session made a directory: what is built in begins at one that it did not make.
static bool is_new_directory(const char *directory) {
  struct statx status;
  if (look(AT_FDCWD, directory, &status) != 0) return false;
  return !is_old(broker, &status) || is_temporary(broker, &status);
}

static struct names *split(const char *path) { return split_names(path, is_new_directory); }

// How the kernel spells what has lost its name: somebody outside saved the file anew, and the session holds the old one.
static const char gone[] = " (deleted)";

static const char memory_file[] = "/memfd:";

bool is_gone(const char *path) {
  size_t length = strlen(path), more = strlen(gone);
  return length > more && length < PATH_MAX && strcmp(path + length - more, gone) == 0;
}

static bool contains(const char *directory, const char *path) {
  size_t length = strlen(directory);
  if (length == 1) return true;
  return strncmp(directory, path, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static unsigned denied_by(const struct judge *judge, const char *path, struct names *names) {
  struct exact exact = look_up_exact(&judge->exact, path);
  unsigned users = exact.users, built_in = 0;
  for (size_t i = 0; i < judge->glob_count; i++) {
    const struct glob *glob = &judge->globs[i];
    if (!may_match(glob, names) || !follow_glob(glob, names).has_matched) continue;
    unsigned rights = glob->flags & (DENY_READ | DENY_WRITE);
    if (glob->flags & DENY_EXCEPTION) exact.is_lifted = true;
    else if (glob->flags & DENY_BUILT_IN) built_in |= rights;
    else users |= rights;
  }
  return users | exact.built_in | (exact.is_lifted ? 0 : built_in);
}

// A grant is of what lies there. Its name is an entry of the directory around it, which is not granted with it.
static bool is_granted_by(const struct rule *rule, const char *path, enum meaning meaning) {
  if (!(rule->layers & 1u << LAYER_GRANTS)) return false;
  bool is_itself = strcmp(rule->path, path) == 0;
  return is_itself ? meaning == MEANS_OBJECT : rule->flags & RULE_DIRECTORY && contains(rule->path, path);
}

// What the kernel would refuse to the session inside, were it to act itself. A file that never had a path is nobody's.
static unsigned not_granted_by(const struct judge *judge, const char *path, enum meaning meaning) {
  unsigned rights = strncmp(path, memory_file, strlen(memory_file)) == 0 ? 0 : DENY_READ | DENY_WRITE;
  for (size_t i = 0; i < judge->program->rule_count && rights != 0; i++) {
    const struct rule *rule = &judge->program->rules[i];
    if (!is_granted_by(rule, path, meaning)) continue;
    if (rule->access & LANDLOCK_READ_FILE) rights &= ~(unsigned)DENY_READ;
    if (rule->access & LANDLOCK_WRITE_FILE) rights &= ~(unsigned)DENY_WRITE;
  }
  return rights;
}

static unsigned denied_as(const char *path, enum meaning meaning) {
  unsigned rights = 0;
  struct names *names = split(path);
  for (const struct judge **each = judges; *each != NULL; each++) {
    rights |= denied_by(*each, path, names);
    if ((*each)->is_inside && meaning != MEANS_SOCKET) rights |= not_granted_by(*each, path, meaning);
  }
  return rights;
}

// How much of a path is a grant's own, which the plan spelled and whose directory nobody here may list.
static size_t granted_length(const char *path) {
  size_t shortest = 0;
  const struct program *program = judges[0]->program;
  for (size_t i = 0; i < program->rule_count; i++) {
    const struct rule *rule = &program->rules[i];
    size_t length = strlen(rule->path);
    if (contains(rule->path, path) && (shortest == 0 || length < shortest)) shortest = length;
  }
  return shortest;
}

// A name that truly ends so is denied with the other: no file is lost by that, and the kernel does not tell them apart.
unsigned denied_at(const char *path, enum meaning meaning) {
  unsigned rights = denied_as(path, meaning);
  if (has_denies() && may_be_other_spelling(path) && is_other_spelling(path, granted_length(path)))
    return DENY_READ | DENY_WRITE;
  if (!is_gone(path)) return rights;
  char before[PATH_MAX];
  size_t length = strlen(path) - strlen(gone);
  memcpy(before, path, length);
  before[length] = 0;
  return rights | denied_as(before, meaning);
}

// What has no path, such as a pipe, is inside no grant; a path that cannot be told is denied.
static int judge_as(const char *path, enum meaning meaning, unsigned rights) {
  if (!has_denies()) return 0;
  if (path[0] == 0 || strlen(path) == PATH_MAX - 1) return -EACCES;
  return path[0] == '/' && denied_at(path, meaning) & rights ? -EACCES : 0;
}

static int judge_held_as(int object, enum meaning meaning, unsigned rights) {
  char path[PATH_MAX] = "";
  if (has_denies()) describe_object(object, path);
  return judge_as(path, meaning, rights);
}

int judge_path(const char *path, unsigned rights) { return judge_as(path, MEANS_OBJECT, rights); }

int judge_object(int object, unsigned rights) { return judge_held_as(object, MEANS_OBJECT, rights); }

int judge_linked(int object, unsigned rights) { return judge_held_as(object, MEANS_NAME, rights); }

int judge_place(const struct place *place, unsigned rights) {
  char path[PATH_MAX];
  if (!has_denies()) return 0;
  return describe_place(place, path) != 0 || denied_at(path, MEANS_NAME) & rights ? -EACCES : 0;
}

// Each path is taken apart once: looking up whether its directories are new costs the more the deeper it is.
static bool changes_for(const struct judge *judge, const char *from, const char *to) {
  if (look_up_exact(&judge->exact, from).is_inner || look_up_exact(&judge->exact, to).is_inner) return true;
  struct names *names = split(from);
  for (size_t i = 0; i < judge->glob_count; i++) judge->sets[i] = follow_glob(&judge->globs[i], names).set;
  names = split(to);
  for (size_t i = 0; i < judge->glob_count; i++)
    if (follow_glob(&judge->globs[i], names).set != judge->sets[i]) return true;
  return false;
}

bool moving_changes_denies(const char *from, const char *to) {
  for (const struct judge **each = judges; *each != NULL; each++)
    if (changes_for(*each, from, to)) return true;
  return false;
}

static bool is_on_the_way(const struct judge *judge, const char *path) {
  if (look_up_exact(&judge->exact, path).is_inner) return true;
  struct names *names = split(path);
  for (size_t i = 0; i < judge->glob_count; i++)
    if (follow_glob(&judge->globs[i], names).advanced) return true;
  return false;
}

bool leads_to_denied(const char *path) {
  for (const struct judge **each = judges; *each != NULL; each++)
    if (is_on_the_way(*each, path)) return true;
  return false;
}

static enum grant_around grant_by(const struct judge *judge, const char *path) {
  enum grant_around around = GRANT_NONE;
  for (size_t i = 0; i < judge->grant_count; i++) {
    const struct rule *rule = judge->grants[i];
    if (!(rule->flags & RULE_DIRECTORY) && strcmp(rule->path, path) == 0) around = GRANT_ITSELF;
    if (rule->flags & RULE_DIRECTORY && contains(rule->path, path)) return GRANT_DIRECTORY;
  }
  return around;
}

enum grant_around write_grant_around(const char *path) {
  enum grant_around around = GRANT_DIRECTORY;
  for (const struct judge **each = judges; *each != NULL; each++) {
    enum grant_around one = grant_by(*each, path);
    if (one < around) around = one;
  }
  return around;
}

static bool is_state_of(const struct program *program, const char *path) {
  for (size_t i = 0; i < program->rule_count; i++) {
    const struct rule *rule = &program->rules[i];
    if (rule->flags & RULE_STATE && strcmp(rule->path, path) != 0 && contains(rule->path, path)) return true;
  }
  return false;
}

bool is_in_state(const char *path) { return is_state_of(judges[0]->program, path); }

static bool is_name_granted(const struct judge *judge, const char *path) {
  for (size_t i = 0; i < judge->grant_count; i++)
    if (is_granted_by(judge->grants[i], path, MEANS_NAME)) return true;
  return false;
}

static unsigned socket_rights_by(const struct judge *judge, const char *path) {
  unsigned rights = grant_by(judge, path) != GRANT_NONE ? SOCKET_CONNECT | SOCKET_BIND : 0;
  if (judge->is_inside && !is_name_granted(judge, path)) rights &= ~(unsigned)SOCKET_BIND; // it makes the name
  if (is_state_of(judge->program, path)) rights &= ~(unsigned)SOCKET_CONNECT; // the same program may serve it outside
  const char *slash = strrchr(path, '/');
  for (size_t i = 0; i < judge->program->socket_count; i++) {
    const struct socket_grant *grant = &judge->program->sockets[i];
    size_t length = strlen(grant->path);
    bool is_meant = grant->flags & SOCKET_SUBTREE   ? contains(grant->path, path)
                    : grant->flags & SOCKET_ENTRIES ? (size_t)(slash - path) == length && contains(grant->path, path)
                                                    : strcmp(grant->path, path) == 0;
    if (is_meant) rights |= grant->flags & (SOCKET_CONNECT | SOCKET_BIND);
  }
  return rights;
}

unsigned socket_rights_at(const char *path) {
  unsigned rights = SOCKET_CONNECT | SOCKET_BIND;
  for (const struct judge **each = judges; *each != NULL; each++) rights &= socket_rights_by(*each, path);
  return rights;
}
