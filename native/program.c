// Decodes a program and nothing else: bounds and grammar, no system call, so that it is fuzzed alone.
#include "program.h"

#include "bytes.h"

#include <stdlib.h>
#include <string.h>

enum tag {
  TAG_HYGIENE = 1,
  TAG_LAYER = 2,
  TAG_RULE = 3,
  TAG_FILTER = 4,
  TAG_EXECUTABLE = 5,
  TAG_ARGUMENT = 6,
  TAG_VARIABLE = 7,
  TAG_WORKDIR = 8,
  TAG_TEMPORARY = 9,
  TAG_STORE = 10,
  TAG_ABOUT = 11,
  TAG_DENY = 12,
  TAG_SOCKET = 13,
  TAG_PORT = 14,
  TAG_BLOCKED = 15,
  TAG_LIMITS = 16,
  TAG_COUNT = 17,
};

enum { RECORD_HEADER_BYTES = 8, CHECKSUM_BYTES = 4, RULE_HEADER_BYTES = 16, LAYER_BYTES = 24, HYGIENE_BYTES = 12, STORE_HEADER_BYTES = 20,
       FLAGS_BYTES = 4, PORT_BYTES = 8, LIMITS_BYTES = 24, LARGEST_PORT = 65535 };

static int reject(struct decode_error *error, size_t offset, const char *reason) {
  *error = (struct decode_error){offset, reason};
  return -1;
}

size_t program_length(const uint8_t header[PROGRAM_HEADER_BYTES], struct decode_error *error) {
  if (memcmp(header, "NONO", 4) != 0) return reject(error, 0, "no program: the magic is missing"), 0;
  if (read_u16(header + 4) != PROGRAM_VERSION) return reject(error, 4, "another version of the format"), 0;
  if (read_u16(header + 6) != 0) return reject(error, 6, "reserved bytes are set"), 0;
  size_t length = read_u32(header + 8);
  if (length < PROGRAM_HEADER_BYTES + CHECKSUM_BYTES) return reject(error, 8, "the length is too short"), 0;
  if (length > PROGRAM_MAX_BYTES) return reject(error, 8, "the length is too large"), 0;
  return length;
}

struct cursor {
  struct program *program;
  size_t counts[TAG_COUNT]; // how many records of each tag were taken so far
};

static const char *take_layer(struct cursor *cursor, const uint8_t *payload, size_t length) {
  size_t index = cursor->counts[TAG_LAYER];
  if (length != LAYER_BYTES) return "a layer has another size";
  if (index >= LAYER_COUNT) return "more layers than three";
  cursor->program->layers[index] =
      (struct layer){read_u64(payload), read_u64(payload + 8), read_u64(payload + 16)};
  return NULL;
}

static const char *take_hygiene(struct cursor *cursor, const uint8_t *payload, size_t length) {
  if (length != HYGIENE_BYTES) return "the hygiene record has another size";
  cursor->program->keep_capabilities = read_u64(payload);
  cursor->program->hygiene = read_u32(payload + 8);
  const uint32_t known = HYGIENE_SIGNAL_SCOPE | HYGIENE_LOCAL_DESCRIPTORS | HYGIENE_LISTENER | HYGIENE_STANDS_IN |
                         HYGIENE_INSIDE | HYGIENE_JUDGES_READS | HYGIENE_JUDGES_CREATIONS;
  if (cursor->program->hygiene & ~known) return "unknown hygiene flag";
  return NULL;
}

static const char *take_rule(struct cursor *cursor, const uint8_t *payload, size_t length) {
  if (length <= RULE_HEADER_BYTES) return "a rule is too short";
  struct rule rule = {read_u64(payload), read_u32(payload + 8), read_u32(payload + 12),
                      (const char *)payload + RULE_HEADER_BYTES};
  if (rule.layers == 0 || rule.layers >> LAYER_COUNT) return "a rule for an unknown layer";
  if (rule.flags & ~(uint32_t)(RULE_DIRECTORY | RULE_OPTIONAL | RULE_STATE | RULE_SAVED)) return "unknown rule flag";
  if (!is_absolute(payload + RULE_HEADER_BYTES, length - RULE_HEADER_BYTES)) return "a rule without an absolute path";
  cursor->program->rules[cursor->counts[TAG_RULE]] = rule;
  return NULL;
}

static const char *take_filter(struct cursor *cursor, const uint8_t *payload, size_t length) {
  size_t instructions = length / 8;
  if (length % 8 != 0 || instructions == 0 || instructions > BPF_MAXINSNS) return "the filter has an impossible size";
  cursor->program->filter = calloc(instructions, sizeof(struct sock_filter));
  if (cursor->program->filter == NULL) return "out of memory";
  cursor->program->filter_length = instructions;
  for (size_t i = 0; i < instructions; i++) {
    const uint8_t *at = payload + 8 * i;
    cursor->program->filter[i] = (struct sock_filter){read_u16(at), at[2], at[3], read_u32(at + 4)};
  }
  return NULL;
}

static const char *take_path(const char **slot, const uint8_t *payload, size_t length) {
  if (!is_absolute(payload, length)) return "not an absolute path";
  *slot = (const char *)payload;
  return NULL;
}

static const char *take_argument(struct cursor *cursor, const uint8_t *payload, size_t length) {
  if (!is_string(payload, length)) return "an argument is not a string";
  cursor->program->argv[cursor->counts[TAG_ARGUMENT]] = (char *)payload;
  return NULL;
}

static const char *take_variable(struct cursor *cursor, const uint8_t *payload, size_t length) {
  if (!is_variable(payload, length)) return "a variable is not NAME=VALUE";
  cursor->program->envp[cursor->counts[TAG_VARIABLE]] = (char *)payload;
  return NULL;
}

static const char *take_store(struct cursor *cursor, const uint8_t *payload, size_t length) {
  struct store *store = &cursor->program->store;
  if (length <= STORE_HEADER_BYTES) return "the store record is too short";
  store->most_bytes = read_u64(payload);
  store->most_bytes_a_file = read_u64(payload + 8);
  store->flags = read_u32(payload + 16);
  if (store->flags & ~(uint32_t)(STORE_KEEPS_DELETIONS | STORE_REMEMBERS_BIRTHS)) return "unknown store flag";
  return take_path(&store->path, payload + STORE_HEADER_BYTES, length - STORE_HEADER_BYTES);
}

static const char *take_about(struct cursor *cursor, const uint8_t *payload, size_t length) {
  if (!is_string(payload, length) || length > MOST_ABOUT_BYTES) return "what the session is about is no short string";
  cursor->program->store.about = (const char *)payload;
  return NULL;
}

static const char *take_deny(struct cursor *cursor, const uint8_t *payload, size_t length) {
  const uint32_t known = DENY_READ | DENY_WRITE | DENY_EXCEPTION | DENY_BUILT_IN | DENY_GLOB;
  struct deny *deny = &cursor->program->denies[cursor->counts[TAG_DENY]];
  if (length <= FLAGS_BYTES) return "a deny is too short";
  deny->flags = read_u32(payload);
  if (deny->flags & ~known || !(deny->flags & (DENY_READ | DENY_WRITE | DENY_EXCEPTION))) return "unknown deny flags";
  return take_path(&deny->pattern, payload + FLAGS_BYTES, length - FLAGS_BYTES);
}

static const char *take_socket(struct cursor *cursor, const uint8_t *payload, size_t length) {
  const uint32_t known = SOCKET_CONNECT | SOCKET_BIND | SOCKET_ENTRIES | SOCKET_SUBTREE;
  struct socket_grant *grant = &cursor->program->sockets[cursor->counts[TAG_SOCKET]];
  if (length <= FLAGS_BYTES) return "a socket is too short";
  grant->flags = read_u32(payload);
  if (grant->flags & ~known || !(grant->flags & (SOCKET_CONNECT | SOCKET_BIND))) return "unknown socket flags";
  return take_path(&grant->path, payload + FLAGS_BYTES, length - FLAGS_BYTES);
}

static const char *take_port(struct cursor *cursor, const uint8_t *payload, size_t length) {
  if (length != PORT_BYTES) return "a port has another size";
  struct port port = {read_u32(payload), read_u32(payload + 4)};
  if (port.number == 0 || port.number > LARGEST_PORT) return "no such port";
  if (port.flags == 0 || port.flags & ~(uint32_t)(PORT_CONNECT | PORT_LISTEN)) return "unknown port flags";
  cursor->program->ports[cursor->counts[TAG_PORT]] = port;
  return NULL;
}

static const char *take_blocked(struct cursor *cursor, const uint8_t *payload, size_t length) {
  const uint8_t *end = payload + length, *names = memchr(payload, 0, length);
  if (names == NULL || ++names == end || end[-1] != 0) return "blocked commands are not a message and names";
  cursor->program->blocked[cursor->counts[TAG_BLOCKED]] =
      (struct blocked){(const char *)payload, (const char *)names, (const char *)end};
  return NULL;
}

static const char *take_limits(struct cursor *cursor, const uint8_t *payload, size_t length) {
  const uint32_t known = LIMITS_MEMORY_TOGETHER | LIMITS_TASKS_TOGETHER | LIMITS_CPU_TOGETHER;
  struct limits *limits = &cursor->program->limits;
  if (length < LIMITS_BYTES) return "the limits are too short";
  *limits = (struct limits){read_u64(payload),      read_u32(payload + 8),  read_u32(payload + 12),
                            read_u32(payload + 16), read_u32(payload + 20), NULL};
  if (limits->flags & ~known) return "unknown limits flag";
  if (limits->flags != 0) return take_path(&limits->cgroup, payload + LIMITS_BYTES, length - LIMITS_BYTES);
  return length == LIMITS_BYTES ? NULL : "a control group that holds no limit";
}

static const char *take(struct cursor *cursor, uint32_t tag, const uint8_t *payload, size_t length) {
  struct program *program = cursor->program;
  switch (tag) {
  case TAG_HYGIENE: return take_hygiene(cursor, payload, length);
  case TAG_LAYER: return take_layer(cursor, payload, length);
  case TAG_RULE: return take_rule(cursor, payload, length);
  case TAG_FILTER: return take_filter(cursor, payload, length);
  case TAG_EXECUTABLE: return take_path(&program->executable, payload, length);
  case TAG_ARGUMENT: return take_argument(cursor, payload, length);
  case TAG_VARIABLE: return take_variable(cursor, payload, length);
  case TAG_WORKDIR: return take_path(&program->workdir, payload, length);
  case TAG_TEMPORARY: return take_path(&program->temporary, payload, length);
  case TAG_STORE: return take_store(cursor, payload, length);
  case TAG_ABOUT: return take_about(cursor, payload, length);
  case TAG_DENY: return take_deny(cursor, payload, length);
  case TAG_SOCKET: return take_socket(cursor, payload, length);
  case TAG_PORT: return take_port(cursor, payload, length);
  case TAG_BLOCKED: return take_blocked(cursor, payload, length);
  case TAG_LIMITS: return take_limits(cursor, payload, length);
  default: return "unknown tag";
  }
}

// How often each tag may stand in a program: the smallest and the largest count.
static const struct {
  size_t least, most;
} occurrences[TAG_COUNT] = {
    [TAG_HYGIENE] = {1, 1},    [TAG_LAYER] = {LAYER_COUNT, LAYER_COUNT},
    [TAG_RULE] = {0, SIZE_MAX}, [TAG_FILTER] = {1, 1},
    [TAG_EXECUTABLE] = {1, 1}, [TAG_ARGUMENT] = {1, SIZE_MAX},
    [TAG_VARIABLE] = {0, SIZE_MAX}, [TAG_WORKDIR] = {0, 1},
    [TAG_TEMPORARY] = {0, 1},  [TAG_STORE] = {0, 1},
    [TAG_ABOUT] = {0, 1},      [TAG_DENY] = {0, SIZE_MAX},
    [TAG_SOCKET] = {0, SIZE_MAX}, [TAG_PORT] = {0, SIZE_MAX},
    [TAG_BLOCKED] = {0, SIZE_MAX}, [TAG_LIMITS] = {0, 1},
};

// First pass: every record lies within the bytes, and each tag stands as often as it may.
static int count_records(const uint8_t *bytes, size_t end, size_t counts[TAG_COUNT], struct decode_error *error) {
  size_t offset = PROGRAM_HEADER_BYTES;
  while (offset < end) {
    if (end - offset < RECORD_HEADER_BYTES) return reject(error, offset, "a record is cut short");
    uint32_t tag = read_u32(bytes + offset), length = read_u32(bytes + offset + 4);
    if (tag == 0 || tag >= TAG_COUNT) return reject(error, offset, "unknown tag");
    if (length > end - offset - RECORD_HEADER_BYTES) return reject(error, offset, "a record reaches past the end");
    counts[tag]++;
    offset += RECORD_HEADER_BYTES + length;
  }
  for (int tag = 1; tag < TAG_COUNT; tag++)
    if (counts[tag] < occurrences[tag].least || counts[tag] > occurrences[tag].most)
      return reject(error, end, "a record is missing or stands twice");
  if (counts[TAG_STORE] != counts[TAG_ABOUT]) return reject(error, end, "a store and what it is about go together");
  return 0;
}

static int take_records(const uint8_t *bytes, size_t end, struct cursor *cursor, struct decode_error *error) {
  for (size_t offset = PROGRAM_HEADER_BYTES; offset < end;) {
    uint32_t tag = read_u32(bytes + offset), length = read_u32(bytes + offset + 4);
    const char *reason = take(cursor, tag, bytes + offset + RECORD_HEADER_BYTES, length);
    if (reason != NULL) return reject(error, offset, reason);
    cursor->counts[tag]++;
    offset += RECORD_HEADER_BYTES + length;
  }
  return 0;
}

int decode_program(const uint8_t *bytes, size_t length, struct program *program, struct decode_error *error) {
  *program = (struct program){0};
  if (length < PROGRAM_HEADER_BYTES) return reject(error, length, "the header is cut short");
  size_t stated = program_length(bytes, error);
  if (stated == 0) return -1;
  if (stated != length) return reject(error, 8, "the length differs from the header's");
  size_t end = length - CHECKSUM_BYTES;
  if (crc32(bytes, end) != read_u32(bytes + end)) return reject(error, end, "the checksum differs");

  size_t counts[TAG_COUNT] = {0};
  if (count_records(bytes, end, counts, error) != 0) return -1;
  program->rules = calloc(counts[TAG_RULE] + 1, sizeof *program->rules);
  program->argv = calloc(counts[TAG_ARGUMENT] + 1, sizeof *program->argv);
  program->envp = calloc(counts[TAG_VARIABLE] + 1, sizeof *program->envp);
  program->denies = calloc(counts[TAG_DENY] + 1, sizeof *program->denies);
  program->sockets = calloc(counts[TAG_SOCKET] + 1, sizeof *program->sockets);
  program->ports = calloc(counts[TAG_PORT] + 1, sizeof *program->ports);
  program->blocked = calloc(counts[TAG_BLOCKED] + 1, sizeof *program->blocked);
  program->rule_count = counts[TAG_RULE];
  program->deny_count = counts[TAG_DENY];
  program->socket_count = counts[TAG_SOCKET];
  program->port_count = counts[TAG_PORT];
  program->blocked_count = counts[TAG_BLOCKED];
  struct cursor cursor = {.program = program};
  int failed = program->rules == NULL || program->argv == NULL || program->envp == NULL || program->denies == NULL ||
                       program->sockets == NULL || program->ports == NULL || program->blocked == NULL
                   ? reject(error, 0, "out of memory")
                   : take_records(bytes, end, &cursor, error);
  if (failed) release_program(program);
  return failed;
}

void release_program(struct program *program) {
  free(program->rules);
  free(program->filter);
  free(program->argv);
  free(program->envp);
  free(program->denies);
  free(program->sockets);
  free(program->ports);
  free(program->blocked);
  *program = (struct program){0};
}
