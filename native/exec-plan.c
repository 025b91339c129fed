// Decodes a plan's file and nothing else: bounds and grammar, no system call.
#include "exec-plan.h"

#include <string.h>

enum { HEADER_BYTES = 12, RECORD_HEADER_BYTES = 8, SUM_BYTES = 8, CRC_TABLE = 256 };

enum content { ONE_TEXT, TWO_TEXTS, TEXTS, BYTES, NOTHING };

struct times {
  uint32_t least, most;
};

// What follows the numbers of a tag, and how often it may stand in a compiled plan, and in a remembered one.
static const struct {
  uint32_t number_bytes;
  enum content content;
  struct times times[2];
} grammar[PLAN_TAG_COUNT] = {
    [PLAN_NEEDS] = {44, ONE_TEXT, {{1, 1}, {0, 0}}},
    [PLAN_VARIABLE] = {0, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_PATH] = {20, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_CONTENT] = {8, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_CONFIG] = {0, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_LINKS] = {44, TEXTS, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_MOUNTS] = {8, TEXTS, {{1, 1}, {0, 0}}},
    [PLAN_PROGRAM] = {0, BYTES, {{1, 1}, {1, 1}}},
    [PLAN_OWN] = {0, BYTES, {{1, 1}, {1, 1}}},
    [PLAN_TEMPORARY] = {0, ONE_TEXT, {{1, 1}, {1, 1}}},
    [PLAN_STORE] = {0, ONE_TEXT, {{0, 1}, {0, 1}}},
    [PLAN_NAME] = {4, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_VALUES] = {0, BYTES, {{1, 1}, {0, 0}}},
    [PLAN_KNOWN] = {0, BYTES, {{1, 1}, {0, 0}}},
    [PLAN_SET] = {4, ONE_TEXT, {{0, UINT32_MAX}, {0, UINT32_MAX}}},
    [PLAN_ARGUMENT] = {0, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_WORKDIR] = {0, ONE_TEXT, {{0, 1}, {0, 0}}},
    [PLAN_TERMINAL] = {16, NOTHING, {{1, 1}, {0, 0}}},
    [PLAN_WRITABLE] = {0, ONE_TEXT, {{0, UINT32_MAX}, {0, 0}}},
    [PLAN_CGROUP] = {0, ONE_TEXT, {{0, 1}, {0, 1}}},
    [PLAN_KEY] = {0, BYTES, {{0, 0}, {1, 1}}},
    [PLAN_LOOK] = {12, TWO_TEXTS, {{0, 0}, {0, UINT32_MAX}}},
    [PLAN_SESSION] = {0, TWO_TEXTS, {{0, 0}, {1, 1}}},
    [PLAN_INHERITED] = {0, ONE_TEXT, {{0, 0}, {0, UINT32_MAX}}},
    [PLAN_GUIDE] = {0, BYTES, {{0, 1}, {0, 1}}},
    [PLAN_WISH] = {0, ONE_TEXT, {{0, 0}, {1, 1}}},
    [PLAN_ANNOUNCED] = {0, BYTES, {{0, 0}, {1, 1}}},
};

static uint32_t read_u32(const uint8_t *at) {
  return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint32_t number_at(const struct plan_record *record, size_t offset) { return read_u32(record->payload + offset); }

uint64_t long_at(const struct plan_record *record, size_t offset) {
  return number_at(record, offset) | (uint64_t)number_at(record, offset + 4) << 32;
}

uint32_t checksum(const uint8_t *bytes, size_t length) {
  static uint32_t table[CRC_TABLE];
  if (table[1] == 0)
    for (uint32_t byte = 0; byte < CRC_TABLE; byte++) {
      uint32_t crc = byte;
      for (int bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
      table[byte] = crc;
    }
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < length; i++) crc = (crc >> 8) ^ table[(crc ^ bytes[i]) & 255];
  return ~crc;
}

// FNV-1a by words of eight bytes, the last one filled up with zeros: ten times as fast as a CRC, and as good at damage.
static uint64_t sum_of(const uint8_t *bytes, size_t length) {
  uint64_t sum = 0xcbf29ce484222325u, word;
  for (; length > 0; bytes += sizeof word, length -= length < sizeof word ? length : sizeof word) {
    word = 0;
    memcpy(&word, bytes, length < sizeof word ? length : sizeof word);
    sum = (sum ^ word) * 0x100000001b3u;
    sum ^= sum >> 29;
  }
  return sum;
}

static bool ends_once(const uint8_t *text, size_t length) {
  return length > 0 && memchr(text, 0, length) == text + length - 1;
}

static bool fits(uint32_t tag, const uint8_t *payload, size_t length) {
  if (length < grammar[tag].number_bytes) return false;
  const uint8_t *rest = payload + grammar[tag].number_bytes;
  size_t left = length - grammar[tag].number_bytes;
  switch (grammar[tag].content) {
  case ONE_TEXT: return ends_once(rest, left);
  case TWO_TEXTS: {
    const uint8_t *end = left == 0 ? NULL : memchr(rest, 0, left);
    return end != NULL && ends_once(end + 1, left - (size_t)(end + 1 - rest));
  }
  case TEXTS: return left == 0 || rest[left - 1] == 0;
  case BYTES: return true;
  default: return left == 0;
  }
}

static const char *check_records(struct plan_file *plan, enum plan_kind kind, size_t end) {
  const uint8_t *bytes = plan->bytes;
  uint32_t counts[PLAN_TAG_COUNT] = {0};
  for (size_t at = HEADER_BYTES; at < end;) {
    if (end - at < RECORD_HEADER_BYTES) return "a record is cut short";
    uint32_t tag = read_u32(bytes + at), length = read_u32(bytes + at + 4);
    if (tag == 0 || tag >= PLAN_TAG_COUNT) return "it has an unknown record";
    if (length > end - at - RECORD_HEADER_BYTES) return "a record reaches past its end";
    if (!fits(tag, bytes + at + RECORD_HEADER_BYTES, length)) return "a record has another form";
    if (counts[tag]++ == 0) plan->first[tag] = at;
    at += RECORD_HEADER_BYTES + length;
    plan->end[tag] = at;
  }
  for (uint32_t tag = 1; tag < PLAN_TAG_COUNT; tag++)
    if (counts[tag] < grammar[tag].times[kind].least || counts[tag] > grammar[tag].times[kind].most)
      return "a record is missing or stands twice";
  return NULL;
}

const char *decode_plan_file(const uint8_t *bytes, size_t length, enum plan_kind kind, struct plan_file *plan) {
  if (length < HEADER_BYTES + SUM_BYTES || memcmp(bytes, "NPLN", 4) != 0) return "it is no plan";
  if (read_u32(bytes + 4) != PLAN_FILE_VERSION) return "it is of another version of nono";
  if (read_u32(bytes + 8) != length) return "it is cut or has grown";
  size_t end = length - SUM_BYTES;
  uint64_t sum;
  memcpy(&sum, bytes + end, sizeof sum);
  if (sum_of(bytes, end) != sum) return "it is damaged: its checksum differs";
  *plan = (struct plan_file){.bytes = bytes};
  return check_records(plan, kind, end);
}

bool next_record(const struct plan_file *plan, enum plan_tag tag, size_t *at, struct plan_record *record) {
  return next_record_of(plan, tag, tag, at, record);
}

bool next_record_of(const struct plan_file *plan, enum plan_tag one, enum plan_tag other, size_t *at,
                    struct plan_record *record) {
  size_t first = plan->first[one], end = plan->end[one];
  if (first == 0 || (plan->first[other] != 0 && plan->first[other] < first)) first = plan->first[other];
  if (plan->end[other] > end) end = plan->end[other];
  if (*at == 0) *at = first;
  while (*at < end) {
    uint32_t found = read_u32(plan->bytes + *at), length = read_u32(plan->bytes + *at + 4);
    const uint8_t *payload = plan->bytes + *at + RECORD_HEADER_BYTES;
    *at += RECORD_HEADER_BYTES + length;
    if (found != one && found != other) continue;
    const char *text = (const char *)payload + grammar[found].number_bytes;
    *record = (struct plan_record){found, payload, text, (const char *)payload + length};
    return true;
  }
  return false;
}

bool find_record(const struct plan_file *plan, enum plan_tag tag, struct plan_record *record) {
  size_t at = 0;
  return next_record(plan, tag, &at, record);
}
