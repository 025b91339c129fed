// One attempt at decoding: from a block of exactly the input's size, and with every field of a success read, so that
// ASan sees each byte read past the end and each pointer that leads elsewhere.
#ifndef NONO_ATTEMPT_H
#define NONO_ATTEMPT_H

#include "../../native/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKSUM_SIZE = 4, LENGTH_OFFSET = 8 };

// What decode_program() promises of a success. A broken promise is a finding as much as a crash is.
static void demand(bool promise, const char *what) {
  if (promise) return;
  fprintf(stderr, "decode_program() let through: %s\n", what);
  abort();
}

static volatile size_t walked; // keeps the reads below from being optimised away

static void walk_text(const char *text) { walked += strlen(text); }

static void walk_path(const char *path, const char *what) {
  demand(path[0] == '/', what);
  walk_text(path);
}

static size_t walk_list(char *const *list) {
  size_t count = 0;
  for (; list[count] != NULL; count++) walk_text(list[count]);
  return count;
}

static void walk_rule(const struct rule *rule) {
  demand(rule->layers != 0 && rule->layers < 1u << LAYER_COUNT, "a rule for an unknown layer");
  demand((rule->flags & ~(uint32_t)(RULE_DIRECTORY | RULE_OPTIONAL | RULE_STATE | RULE_SAVED)) == 0, "an unknown rule flag");
  walk_path(rule->path, "a rule whose path is not absolute");
  walked += (size_t)rule->access;
}

static void walk_program(const struct program *program) {
  for (size_t i = 0; i < program->rule_count; i++) walk_rule(&program->rules[i]);
  demand(program->filter_length > 0 && program->filter_length <= BPF_MAXINSNS, "an impossible filter");
  for (size_t i = 0; i < program->filter_length; i++) walked += program->filter[i].code + program->filter[i].k;
  demand(walk_list(program->argv) > 0, "a program without arguments");
  walk_list(program->envp);
  for (char **variable = program->envp; *variable != NULL; variable++)
    demand(strchr(*variable, '=') > *variable, "a variable without a name");
  walk_path(program->executable, "an executable whose path is not absolute");
  if (program->workdir != NULL) walk_path(program->workdir, "a working directory that is not absolute");
  if (program->store.path != NULL) {
    walk_path(program->store.path, "a store that is not absolute");
    demand(program->store.about != NULL && strlen(program->store.about) < MOST_ABOUT_BYTES, "a store about nothing");
  }
  demand((program->limits.cgroup != NULL) == (program->limits.flags != 0), "a control group that holds nothing");
  if (program->limits.cgroup != NULL) walk_path(program->limits.cgroup, "a control group that is not absolute");
  if (program->temporary != NULL) walk_path(program->temporary, "a private directory that is not absolute");
}

// True when the bytes decode. Otherwise error says why, and nothing may be left allocated in the program.
static bool attempt(const uint8_t *bytes, size_t length, struct decode_error *error) {
  uint8_t *exact = malloc(length); // of no bytes: still a block that must not be read
  struct program program;
  if (exact == NULL) abort();
  if (length > 0) memcpy(exact, bytes, length);
  *error = (struct decode_error){0, NULL};
  bool decoded = decode_program(exact, length, &program, error) == 0;
  if (decoded) {
    walk_program(&program);
    release_program(&program);
  } else {
    demand(error->reason != NULL && error->offset <= length, "an error that says nothing");
    demand(program.rules == NULL && program.filter == NULL && program.argv == NULL && program.envp == NULL,
           "an error with half a program");
  }
  free(exact);
  return decoded;
}

static void write_u32(uint8_t *at, uint32_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t checksum(const uint8_t *bytes, size_t length) {
  static uint32_t table[256];
  for (uint32_t byte = 0; table[255] == 0 && byte < 256; byte++) {
    table[byte] = byte;
    for (int bit = 0; bit < 8; bit++) table[byte] = table[byte] >> 1 ^ (table[byte] & 1 ? 0xedb88320u : 0);
  }
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < length; i++) crc = crc >> 8 ^ table[(crc ^ bytes[i]) & 0xff];
  return ~crc;
}

// Puts the checksum right, so that the bytes before it reach the grammar.
static void reseal(uint8_t *bytes, size_t length) {
  write_u32(bytes + length - CHECKSUM_SIZE, checksum(bytes, length - CHECKSUM_SIZE));
}

#endif
