// The decoded program: what the launcher applies, in the order of docs/program-format.md.
#ifndef NONO_PROGRAM_H
#define NONO_PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_VERSION 4
#define PROGRAM_HEADER_BYTES 12
#define PROGRAM_MAX_BYTES (64u << 20)
#define MOST_ABOUT_BYTES 16384
#define LAYER_COUNT 3

// Each is nested in the one before. The keeper's adds the store to what may be written; the grants' is the wall, with the
// broker just inside it; the command's only sets the command apart from the broker.
enum layer_name { LAYER_KEEPER = 0, LAYER_GRANTS = 1, LAYER_COMMAND = 2 };

enum hygiene_flag {
  HYGIENE_SIGNAL_SCOPE = 1u << 0,    // the layers scope signals: the whole domain can be killed at once
  HYGIENE_LOCAL_DESCRIPTORS = 1u << 1, // descriptors 0 to 2 must not be network sockets
  HYGIENE_LISTENER = 1u << 2,          // the filter hands calls to a broker
  HYGIENE_STANDS_IN = 1u << 3,         // the launcher's parent takes it for the command: signals go on, it ends alike
  HYGIENE_INSIDE = 1u << 4,            // the broker of the session around this one judges for it
  HYGIENE_JUDGES_READS = 1u << 5,      // the filter hands over opening for reading too,
  HYGIENE_JUDGES_CREATIONS = 1u << 6,  // and all that is made
};

enum store_flag {
  STORE_KEEPS_DELETIONS = 1u << 0,  // what is deleted moves to the store; without it, deleting is refused
  STORE_REMEMBERS_BIRTHS = 1u << 1, // the filter hands every creation to the broker, which remembers it
};

enum rule_flag {
  RULE_DIRECTORY = 1u << 0, // the path must be a directory; without it, anything else
  RULE_OPTIONAL = 1u << 1,  // a path that has vanished is passed over
  RULE_STATE = 1u << 2,     // a program's own: what is deleted below it moves to the store, no socket there is connected to
  RULE_SAVED = 1u << 3,     // a file in a directory that is not granted: the keeper helps to put another in its place
};

enum deny_flag {
  DENY_READ = 1u << 0,      // reading, listing, executing
  DENY_WRITE = 1u << 1,
  DENY_EXCEPTION = 1u << 2, // lifts what is built in, from here on
  DENY_BUILT_IN = 1u << 3,  // not asked for by the user: an exception lifts it
  DENY_GLOB = 1u << 4,      // the pattern is a glob, component by component; "**" is any number of them
};

enum socket_flag {
  SOCKET_CONNECT = 1u << 0,
  SOCKET_BIND = 1u << 1,
  SOCKET_ENTRIES = 1u << 2, // the path is a directory: every socket just in it
  SOCKET_SUBTREE = 1u << 3, // the same: every socket below it
};

enum port_flag { PORT_CONNECT = 1u << 0, PORT_LISTEN = 1u << 1 };

enum limits_flag {
  LIMITS_MEMORY_TOGETHER = 1u << 0, // by the control group; else each process by itself
  LIMITS_TASKS_TOGETHER = 1u << 1,  // by the control group; else the broker counts
  LIMITS_CPU_TOGETHER = 1u << 2,    // what the control group used; else each process by itself
};

struct layer {
  uint64_t handled_fs;
  uint64_t handled_net;
  uint64_t scoped;
};

struct rule {
  uint64_t access;
  uint32_t layers; // bit i: the rule belongs to layer i
  uint32_t flags;
  const char *path;
};

struct store {
  const char *path; // NULL: nothing that existed before can be written, so there is nothing to keep
  const char *about;
  uint64_t most_bytes, most_bytes_a_file;
  uint32_t flags;
};

struct deny {
  uint32_t flags;
  const char *pattern; // absolute; without DENY_GLOB a path, which stands for all below it too
};

struct socket_grant {
  uint32_t flags;
  const char *path;
};

struct port {
  uint32_t number, flags;
};

// Commands that may not be executed, by their names, and what to tell whoever tried: "{}" stands for the name.
struct blocked {
  const char *message;
  const char *names; // one behind the other, each with its NUL
  const char *end;
};

// 0 where there is no limit.
struct limits {
  uint64_t memory_bytes;
  uint32_t tasks; // processes and threads at a time
  uint32_t cpu_seconds, timeout_seconds;
  uint32_t flags;
  const char *cgroup; // the directory to be made; NULL where no control group holds anything
};

struct program {
  uint64_t keep_capabilities;
  uint32_t hygiene;
  struct layer layers[LAYER_COUNT];
  struct rule *rules;
  size_t rule_count;
  struct sock_filter *filter;
  size_t filter_length;
  const char *executable;
  char **argv;
  char **envp;
  const char *workdir;   // NULL: stay where the launcher was started
  const char *temporary; // NULL: the session has no private directory
  struct store store;
  struct deny *denies;
  size_t deny_count;
  struct socket_grant *sockets;
  size_t socket_count;
  struct port *ports; // loopback's ports, where the network is closed but for these
  size_t port_count;
  struct blocked *blocked;
  size_t blocked_count;
  struct limits limits;
};

struct decode_error {
  size_t offset;
  const char *reason;
};

// The length of the whole program as its header states it, or 0 with the reason in error.
size_t program_length(const uint8_t header[PROGRAM_HEADER_BYTES], struct decode_error *error);

// Decodes all of bytes or nothing: 0, or -1 with error set and program released. Strings point into bytes.
int decode_program(const uint8_t *bytes, size_t length, struct program *program, struct decode_error *error);

void release_program(struct program *program);

#endif
