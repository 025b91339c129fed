// plan-file KIND FILE: decodes a plan's file whole, cut and damaged, takes every record of what decodes, and prints how
// often which of it happened, as JSON. KIND: 0 as compiled, 1 as remembered.
#include "../../native/exec-plan.c" // for its sum, to put it right

#include "../../native/memory-looks.h"

#include <stdio.h>
#include <stdlib.h>

enum { LENGTH_OFFSET = 8 };

static const uint8_t masks[] = {0xff, 1, 2, 4, 8, 16, 32, 64, 128};

struct counts {
  size_t refused, decoded, records, bytes;
};

static enum plan_kind kind;

_Noreturn static void complain(const char *what, size_t offset) {
  fprintf(stderr, "%s (at offset %zu)\n", what, offset);
  exit(1);
}

static void take_record(const struct plan_record *record, struct counts *counts) {
  counts->records++;
  for (const char *at = record->text; at < record->end; at++) counts->bytes += *at != 0;
  enum content content = grammar[record->tag].content;
  if (content == ONE_TEXT || content == TWO_TEXTS) counts->bytes += strlen(record->text);
  if (content == TWO_TEXTS) counts->bytes += strlen(record->text + strlen(record->text) + 1);
  for (size_t at = 0; at < grammar[record->tag].number_bytes; at += 4) counts->bytes += number_at(record, at) != 0;
}

static void take_all(const struct plan_file *plan, struct counts *counts) {
  struct plan_record record;
  for (enum plan_tag tag = 1; tag < PLAN_TAG_COUNT; tag++) {
    for (size_t at = 0; next_record(plan, tag, &at, &record);) take_record(&record, counts);
    for (size_t at = 0; next_record_of(plan, tag, PLAN_SET, &at, &record);) take_record(&record, counts);
  }
  if (kind == PLAN_IS_REMEMBERED) counts->bytes += looks_hold(plan);
}

// In memory of just that size, so that the sanitizer sees a byte too many.
static bool attempt(const uint8_t *bytes, size_t length, struct counts *counts) {
  struct plan_file plan;
  uint8_t *copy = malloc(length);
  if (copy == NULL && length > 0) abort();
  if (length > 0) memcpy(copy, bytes, length);
  bool is_decoded = decode_plan_file(copy, length, kind, &plan) == NULL;
  if (is_decoded) take_all(&plan, counts);
  free(copy);
  counts->decoded += is_decoded;
  counts->refused += !is_decoded;
  return is_decoded;
}

static void seal(uint8_t *bytes, size_t length) {
  uint32_t size = (uint32_t)length;
  memcpy(bytes + LENGTH_OFFSET, &size, sizeof size);
  uint64_t sum = sum_of(bytes, length - SUM_BYTES);
  memcpy(bytes + length - SUM_BYTES, &sum, sizeof sum);
}

static void cut(const uint8_t *whole, size_t length, struct counts *counts, struct counts *sealed) {
  uint8_t *bytes = malloc(length);
  if (bytes == NULL) abort();
  for (size_t end = 0; end < length; end++) {
    if (attempt(whole, end, counts)) complain("decodes although it was cut", end);
    if (end < HEADER_BYTES + SUM_BYTES) continue;
    memcpy(bytes, whole, end);
    seal(bytes, end);
    attempt(bytes, end, sealed);
  }
  free(bytes);
}

static void flip(uint8_t *bytes, size_t length, struct counts *counts, struct counts *sealed) {
  for (size_t at = 0; at < length; at++)
    for (size_t i = 0; i < sizeof masks; i++) {
      bytes[at] ^= masks[i];
      if (attempt(bytes, length, counts)) complain("decodes although a byte was flipped", at);
      seal(bytes, length);
      attempt(bytes, length, sealed);
      if (at < LENGTH_OFFSET || (at >= HEADER_BYTES && at < length - SUM_BYTES)) bytes[at] ^= masks[i];
      seal(bytes, length);
    }
}

static void print(const char *name, const struct counts *counts, const char *end) {
  printf("\"%s\":{\"refused\":%zu,\"decoded\":%zu}%s", name, counts->refused, counts->decoded, end);
}

int main(int argc, char **argv) {
  static uint8_t bytes[1 << 20];
  FILE *file = argc == 3 ? fopen(argv[2], "re") : NULL;
  if (file == NULL) return 2;
  kind = strcmp(argv[1], "1") == 0 ? PLAN_IS_REMEMBERED : PLAN_IS_COMPILED;
  size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  struct counts whole = {0}, cuts = {0}, sealed_cuts = {0}, flips = {0}, sealed_flips = {0};
  if (!attempt(bytes, length, &whole) || whole.records == 0 || whole.bytes == 0) complain("does not decode", 0);
  cut(bytes, length, &cuts, &sealed_cuts);
  flip(bytes, length, &flips, &sealed_flips);
  if (!attempt(bytes, length, &whole)) complain("was not put back as it was", 0);
  printf("{\"bytes\":%zu,", length);
  print("cuts", &cuts, ",");
  print("flips", &flips, ",");
  print("sealedCuts", &sealed_cuts, ",");
  print("sealedFlips", &sealed_flips, "}\n");
  return 0;
}
