// Matches compiled patterns anywhere in a value, going back where a repetition took too much. Steps only lead on, so a
// match ends; the list's repetitions are bounded.
#include "exec-values.h"

#include <string.h>

enum { SET_BYTES = 32, STEP_BYTES = 16, MOST_STEPS = 1 << 16 };

enum step_kind { STEP_MATCH, STEP_SET, STEP_SPLIT, STEP_JUMP, STEP_BOUNDARY, STEP_START, STEP_NOT_BEHIND, STEP_COUNT };

struct step {
  uint32_t kind, a, b, c;
};

static struct step step_at(const struct patterns *patterns, uint32_t at) {
  struct step step;
  memcpy(&step, patterns->steps + (size_t)at * STEP_BYTES, sizeof step);
  return step;
}

static bool is_sound(const struct patterns *patterns, uint32_t at) {
  struct step step = step_at(patterns, at);
  uint32_t sets = patterns->set_count, end = patterns->step_count;
  switch (step.kind) {
  case STEP_SET: return step.a < sets && step.b <= step.c && at + 1 < end;
  case STEP_NOT_BEHIND: return step.a < sets && at + 1 < end;
  case STEP_SPLIT: return step.a > at && step.b > at && step.a < end && step.b < end;
  case STEP_JUMP: return step.a > at && step.a < end;
  case STEP_MATCH: return true;
  default: return step.kind < STEP_COUNT && at + 1 < end;
  }
}

bool decode_patterns(const uint8_t *bytes, size_t length, struct patterns *patterns) {
  uint32_t sets;
  if (length < sizeof sets) return false;
  memcpy(&sets, bytes, sizeof sets);
  size_t rest = length - sizeof sets;
  if (sets > rest / SET_BYTES || (rest - (size_t)sets * SET_BYTES) % STEP_BYTES != 0) return false;
  size_t steps = (rest - (size_t)sets * SET_BYTES) / STEP_BYTES;
  if (steps == 0 || steps > MOST_STEPS) return false;
  const uint8_t *first = bytes + sizeof sets;
  *patterns = (struct patterns){first, first + (size_t)sets * SET_BYTES, sets, (uint32_t)steps};
  for (uint32_t at = 0; at < patterns->step_count; at++)
    if (!is_sound(patterns, at)) return false;
  return true;
}

struct subject {
  const struct patterns *patterns;
  const unsigned char *text;
  size_t length;
};

static bool holds(const struct subject *subject, uint32_t set, unsigned char byte) {
  return subject->patterns->sets[(size_t)set * SET_BYTES + (byte >> 3)] >> (byte & 7) & 1;
}

static bool is_word(unsigned char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';
}

static bool is_boundary(const struct subject *subject, size_t at) {
  bool before = at > 0 && is_word(subject->text[at - 1]), after = at < subject->length && is_word(subject->text[at]);
  return before != after;
}

static bool match(const struct subject *subject, uint32_t pc, size_t at);

static bool match_repeated(const struct subject *subject, uint32_t pc, const struct step *step, size_t at) {
  size_t count = 0;
  while (count < step->c && at + count < subject->length && holds(subject, step->a, subject->text[at + count])) count++;
  for (size_t taken = count + 1; taken-- > step->b;)
    if (match(subject, pc + 1, at + taken)) return true;
  return false;
}

static bool match(const struct subject *subject, uint32_t pc, size_t at) {
  for (;;) {
    struct step step = step_at(subject->patterns, pc);
    switch (step.kind) {
    case STEP_SET: return match_repeated(subject, pc, &step, at);
    case STEP_SPLIT:
      if (match(subject, step.a, at)) return true;
      pc = step.b;
      continue;
    case STEP_JUMP: pc = step.a; continue;
    case STEP_BOUNDARY:
      if (!is_boundary(subject, at)) return false;
      break;
    case STEP_START:
      if (at > 0) return false;
      break;
    case STEP_NOT_BEHIND:
      if (at > 0 && holds(subject, step.a, subject->text[at - 1])) return false;
      break;
    default: return true;
    }
    pc++;
  }
}

bool matches_patterns(const struct patterns *patterns, const char *text, size_t length) {
  struct subject subject = {patterns, (const unsigned char *)text, length};
  for (size_t at = 0; at < length; at++)
    if (match(&subject, 0, at)) return true;
  return false;
}
