// A plan as `nono compile` wrote it, or as it is remembered of a run: docs/program-format.md has the records of both.
#ifndef NONO_EXEC_PLAN_H
#define NONO_EXEC_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLAN_FILE_VERSION 1
#define PLAN_FILE_MAX_BYTES (64u << 20)

enum plan_tag {
  PLAN_NEEDS = 1,
  PLAN_VARIABLE,
  PLAN_PATH,
  PLAN_CONTENT,
  PLAN_CONFIG,
  PLAN_LINKS,
  PLAN_MOUNTS,
  PLAN_PROGRAM,
  PLAN_OWN,
  PLAN_TEMPORARY,
  PLAN_STORE,
  PLAN_NAME,
  PLAN_VALUES,
  PLAN_KNOWN,
  PLAN_SET,
  PLAN_ARGUMENT,
  PLAN_WORKDIR,
  PLAN_TERMINAL,
  PLAN_WRITABLE,
  PLAN_CGROUP,
  PLAN_KEY,
  PLAN_LOOK,
  PLAN_SESSION,
  PLAN_INHERITED,
  PLAN_GUIDE,
  PLAN_WISH,
  PLAN_ANNOUNCED,
  PLAN_TAG_COUNT,
};

struct plan_file {
  const uint8_t *bytes;
  size_t first[PLAN_TAG_COUNT], end[PLAN_TAG_COUNT]; // between which the records of a tag stand, with others or without
};

// One record: its numbers are at `payload`, its texts, each with its NUL, between `text` and `end`.
struct plan_record {
  uint32_t tag;
  const uint8_t *payload;
  const char *text;
  const char *end;
};

enum plan_kind { PLAN_IS_COMPILED, PLAN_IS_REMEMBERED };

// NULL, or why these bytes are no plan of that kind; every record has the size and the texts that its tag asks for.
const char *decode_plan_file(const uint8_t *bytes, size_t length, enum plan_kind kind, struct plan_file *plan);

// The next record of that tag behind `at`, which starts at 0; false where there is none.
bool next_record(const struct plan_file *plan, enum plan_tag tag, size_t *at, struct plan_record *record);

// The next of either tag, in the order in which they stand.
bool next_record_of(const struct plan_file *plan, enum plan_tag one, enum plan_tag other, size_t *at,
                    struct plan_record *record);

// The only one; false where the plan has none.
bool find_record(const struct plan_file *plan, enum plan_tag tag, struct plan_record *record);

uint32_t number_at(const struct plan_record *record, size_t offset);
uint64_t long_at(const struct plan_record *record, size_t offset);

uint32_t checksum(const uint8_t *bytes, size_t length); // zlib's CRC-32

#endif
