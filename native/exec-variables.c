// Judges every variable as src/plan/environment.ts does: by the first rule over names that fits, then by its value. What
// was judged when the plan was compiled, and is the same, is told by its hash.
#include "exec-variables.h"

#include "exec-facts.h"
#include "exec-values.h"

#include <string.h>

enum { TAG_VARIABLE = 7, SET_ONLY_IF_THERE = 1, HASH_BYTES = 8 };
enum name_flag { NAME_PASSES = 1, NAME_IS_EXACT = 2 };

struct judge {
  const struct plan_file *plan;
  struct patterns values;
  const uint8_t *known;
  size_t known_count;
};

static unsigned char lower(unsigned char byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

// The pattern is in lower case; `*` stands for any run.
static bool fits(const char *pattern, const char *name, size_t length) {
  const char *star = NULL;
  size_t at = 0, after_star = 0;
  while (at < length || *pattern != 0) {
    if (*pattern == '*') {
      star = pattern++;
      after_star = at;
    } else if (at < length && (unsigned char)*pattern == lower((unsigned char)name[at])) {
      pattern++;
      at++;
    } else if (star != NULL && after_star < length) {
      pattern = star + 1;
      at = ++after_star;
    } else return false;
  }
  return true;
}

static bool is_known(const struct judge *judge, const char *variable) {
  uint64_t hash = hash_bytes(variable, strlen(variable)), each;
  size_t low = 0, high = judge->known_count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    memcpy(&each, judge->known + middle * HASH_BYTES, sizeof each);
    if (each == hash) return true;
    if (each < hash) low = middle + 1;
    else high = middle;
  }
  return false;
}

static bool rule_fits(const struct plan_record *rule, const char *name, size_t length) {
  if (number_at(rule, 0) & NAME_IS_EXACT) return strlen(rule->text) == length && memcmp(rule->text, name, length) == 0;
  return fits(rule->text, name, length);
}

static bool passes(const struct judge *judge, const char *variable, size_t name_length) {
  struct plan_record rule;
  if (is_known(judge, variable)) return true; // by the same rules
  for (size_t at = 0; next_record(judge->plan, PLAN_NAME, &at, &rule);)
    if (rule_fits(&rule, variable, name_length)) return (number_at(&rule, 0) & NAME_PASSES) != 0;
  const char *value = variable + name_length + 1;
  return !matches_patterns(&judge->values, value, strlen(value));
}

static bool is_set(const struct plan_file *plan, const char *variable, size_t name_length) {
  struct plan_record set;
  for (size_t at = 0; next_record(plan, PLAN_SET, &at, &set);)
    if (strncmp(set.text, variable, name_length) == 0 && set.text[name_length] == '=') return true;
  return false;
}

static bool has(char **environment, const char *variable) {
  size_t length = (size_t)(strchr(variable, '=') - variable) + 1;
  for (; *environment != NULL; environment++)
    if (strncmp(*environment, variable, length) == 0) return true;
  return false;
}

static void put_variable(struct bytes *program, const char *text, const struct names *names) {
  size_t length = strlen(text) + 1;
  put_u32(program, TAG_VARIABLE);
  put_u32(program, (uint32_t)length);
  if (names == NULL) put(program, text, length);
  else put_filled(program, text, length, names);
}

static bool prepare(struct judge *judge, const struct plan_file *plan) {
  struct plan_record values, known, set;
  find_record(plan, PLAN_VALUES, &values);
  find_record(plan, PLAN_KNOWN, &known);
  size_t bytes = (size_t)(known.end - known.text);
  *judge = (struct judge){.plan = plan, .known = (const uint8_t *)known.text, .known_count = bytes / HASH_BYTES};
  for (size_t at = 0; next_record(plan, PLAN_SET, &at, &set);)
    if (strchr(set.text, '=') == NULL) return false;
  return bytes % HASH_BYTES == 0 &&
         decode_patterns((const uint8_t *)values.text, (size_t)(values.end - values.text), &judge->values);
}

bool put_variables(struct bytes *program, const struct plan_file *plan, const struct names *names, char **environment) {
  struct judge judge;
  struct plan_record set;
  if (!prepare(&judge, plan)) return false;
  for (char **each = environment; *each != NULL; each++) {
    const char *equals = strchr(*each, '=');
    if (equals == NULL || equals == *each) continue; // the launcher takes names alone
    size_t length = (size_t)(equals - *each);
    if (!is_set(plan, *each, length) && passes(&judge, *each, length)) put_variable(program, *each, NULL);
  }
  for (size_t at = 0; next_record(plan, PLAN_SET, &at, &set);)
    if (!(number_at(&set, 0) & SET_ONLY_IF_THERE) || has(environment, set.text)) put_variable(program, set.text, names);
  return true;
}
