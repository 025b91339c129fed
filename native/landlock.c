// Landlock layers: rulesets from the program's rules, by path without following a link.
#include "landlock.h"

#include "channel.h"
#include "handle.h"
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int create_ruleset(const struct layer *layer) {
  struct landlock_ruleset attributes = {layer->handled_fs, layer->handled_net, layer->scoped};
  // Kernels before a field existed refuse a longer struct only if its tail is not zero.
  int ruleset = (int)syscall(NR_LANDLOCK_CREATE_RULESET, &attributes, sizeof attributes, 0);
  if (ruleset < 0) fail("create a Landlock ruleset", "", errno);
  return ruleset;
}

// By what the kernel calls it: links were followed, and must have led nowhere else.
static int open_and_compare(const char *wanted, int flags) {
  char path[PATH_MAX];
  int fd = open(wanted, flags);
  if (fd < 0) return fd;
  if (describe_object(fd, path) == 0 && strcmp(path, wanted) == 0) return fd;
  close(fd);
  errno = ELOOP;
  return -1;
}

// The plan named a canonical path: a link in it now was swapped in since, so opening must fail.
static int open_canonical(const struct rule *rule) {
  int flags = O_PATH | O_CLOEXEC | (rule->flags & RULE_DIRECTORY ? O_DIRECTORY : 0);
  struct open_how_v1 how = {.flags = (unsigned)flags, .resolve = RESOLVE_WITHOUT_SYMLINKS};
  int fd = (int)syscall(NR_OPENAT2, AT_FDCWD, rule->path, &how, sizeof how);
  return fd < 0 && errno == ENOSYS ? open_and_compare(rule->path, flags) : fd; // inside a session
}

// A file's rights on what has become a directory would hold for everything below it.
static void refuse_directory(int fd, const char *path) {
  struct stat status;
  if (fstat(fd, &status) != 0) fail("inspect a granted path", path, errno);
  if (S_ISDIR(status.st_mode)) fail("open a granted path", path, EISDIR);
}

static void add_rule(const struct layers *layers, const struct program *program, const struct rule *rule) {
  int fd = open_canonical(rule);
  if (fd < 0 && errno == ENOENT && rule->flags & RULE_OPTIONAL) return;
  if (fd < 0) fail("open a granted path", rule->path, errno);
  if (!(rule->flags & RULE_DIRECTORY)) refuse_directory(fd, rule->path);
  for (int i = 0; i < LAYER_COUNT; i++) {
    struct landlock_path_rule attributes = {rule->access & program->layers[i].handled_fs, fd};
    if (!(rule->layers & 1u << i) || attributes.allowed == 0) continue;
    if (syscall(NR_LANDLOCK_ADD_RULE, layers->rulesets[i], LANDLOCK_PATH_BENEATH, &attributes, 0) != 0)
      fail("add a Landlock rule", rule->path, errno);
  }
  close(fd);
}

// The kernel knows ports, not whose: that it is loopback's, the broker sees to.
static void add_port(const struct layers *layers, const struct program *program, const struct port *port) {
  uint64_t wanted = (port->flags & PORT_CONNECT ? LANDLOCK_CONNECT_TCP : 0) | (port->flags & PORT_LISTEN ? LANDLOCK_BIND_TCP : 0);
  struct landlock_port_rule attributes = {wanted & program->layers[LAYER_GRANTS].handled_net, port->number};
  if (attributes.allowed == 0) return;
  if (syscall(NR_LANDLOCK_ADD_RULE, layers->rulesets[LAYER_GRANTS], LANDLOCK_NET_PORT, &attributes, 0) != 0)
    fail("add a Landlock rule for a port", "", errno);
}

struct layers build_layers(const struct program *program) {
  struct layers layers;
  for (int i = 0; i < LAYER_COUNT; i++) layers.rulesets[i] = create_ruleset(&program->layers[i]);
  for (size_t i = 0; i < program->rule_count; i++) add_rule(&layers, program, &program->rules[i]);
  for (size_t i = 0; i < program->port_count; i++) add_port(&layers, program, &program->ports[i]);
  return layers;
}

void enter_layer(struct layers *layers, int which) {
  if (syscall(NR_LANDLOCK_RESTRICT_SELF, layers->rulesets[which], 0) != 0) fail("enter a Landlock layer", "", errno);
  close(layers->rulesets[which]);
}
