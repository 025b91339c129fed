// The decoded program: what the launcher applies, in the order of docs/program-format.md.
#ifndef NONO_PROGRAM_H
#define NONO_PROGRAM_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRAM_VERSION 2
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
};

enum store_flag {
  STORE_KEEPS_DELETIONS = 1u << 0,  // what is deleted moves to the store; without it, deleting is refused
  STORE_REMEMBERS_BIRTHS = 1u << 1, // the filter hands every creation to the broker, which remembers it
};

enum rule_flag {
  RULE_DIRECTORY = 1u << 0, // the path must be a directory; without it, anything else
  RULE_OPTIONAL = 1u << 1,  // a path that has vanished is passed over
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
