// Decodes each given program whole, cut and damaged, and prints how often which of it happened, as JSON.
// --explain: decodes each file once and prints a line of JSON about it.
#include "attempt.h"

struct counts {
  size_t programs, bytes;
  size_t cuts, flips;                         // each of them refused, or the process ends
  size_t resealed_refused, resealed_decoded; // damaged in the same way, with the checksum put right
  size_t shortened_refused, shortened_decoded; // cut, with length and checksum put right
};

static const char *current;

_Noreturn static void complain(const char *what, size_t offset) {
  fprintf(stderr, "%s: %s (at offset %zu)\n", current, what, offset);
  exit(1);
}

static uint8_t *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  current = path;
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) complain("cannot be read", 0);
  *length = (size_t)ftell(file);
  rewind(file);
  uint8_t *bytes = malloc(*length + 1);
  if (bytes == NULL || fread(bytes, 1, *length, file) != *length) complain("cannot be read", 0);
  fclose(file);
  return bytes;
}

static void expect_refusal(const uint8_t *bytes, size_t length, const char *what, size_t offset) {
  struct decode_error error;
  if (attempt(bytes, length, &error)) complain(what, offset);
}

static void cut_everywhere(const uint8_t *bytes, size_t length, struct counts *counts) {
  for (size_t end = 0; end < length; end++, counts->cuts++)
    expect_refusal(bytes, end, "decodes although it was cut", end);
}

static void shorten_everywhere(const uint8_t *bytes, size_t length, struct counts *counts) {
  uint8_t *copy = malloc(length);
  struct decode_error error;
  if (copy == NULL) abort();
  for (size_t end = PROGRAM_HEADER_BYTES + CHECKSUM_SIZE; end < length; end++) {
    memcpy(copy, bytes, end);
    write_u32(copy + LENGTH_OFFSET, (uint32_t)end);
    reseal(copy, end);
    if (attempt(copy, end, &error)) counts->shortened_decoded++;
    else counts->shortened_refused++;
  }
  free(copy);
}

// The byte with every bit flipped, then with each one alone.
static const uint8_t masks[] = {0xff, 1, 2, 4, 8, 16, 32, 64, 128};

// One mask a byte, in turn: behind the header the checksum alone refuses it.
static void flip_everywhere(uint8_t *bytes, size_t length, struct counts *counts) {
  for (size_t at = 0; at < length; at++, counts->flips++) {
    uint8_t mask = masks[at % sizeof masks];
    bytes[at] ^= mask;
    expect_refusal(bytes, length, "decodes although a byte was flipped", at);
    bytes[at] ^= mask;
  }
}

static void flip_and_reseal(uint8_t *bytes, size_t length, struct counts *counts) {
  struct decode_error error;
  for (size_t at = 0; at < length - CHECKSUM_SIZE; at++)
    for (size_t i = 0; i < sizeof masks; i++) {
      bytes[at] ^= masks[i];
      reseal(bytes, length);
      if (attempt(bytes, length, &error)) counts->resealed_decoded++;
      else counts->resealed_refused++;
      bytes[at] ^= masks[i];
    }
  reseal(bytes, length);
}

static void damage(const char *path, struct counts *counts) {
  size_t length;
  uint8_t *bytes = read_file(path, &length);
  struct decode_error error;
  if (!attempt(bytes, length, &error)) complain(error.reason, error.offset);
  counts->programs++;
  counts->bytes += length;
  cut_everywhere(bytes, length, counts);
  shorten_everywhere(bytes, length, counts);
  flip_everywhere(bytes, length, counts);
  flip_and_reseal(bytes, length, counts);
  if (!attempt(bytes, length, &error)) complain("was not put back as it was", 0);
  free(bytes);
}

static void explain(const char *path) {
  size_t length;
  uint8_t *bytes = read_file(path, &length);
  struct decode_error error;
  if (attempt(bytes, length, &error)) puts("{\"decoded\":true}");
  else printf("{\"decoded\":false,\"offset\":%zu,\"reason\":\"%s\"}\n", error.offset, error.reason);
  free(bytes);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "--explain") == 0) {
    for (int i = 2; i < argc; i++) explain(argv[i]);
    return 0;
  }
  struct counts counts = {0};
  for (int i = 1; i < argc; i++) damage(argv[i], &counts);
  printf("{\"programs\":%zu,\"bytes\":%zu,\"cuts\":%zu,\"flips\":%zu,"
         "\"resealed\":{\"refused\":%zu,\"decoded\":%zu},\"shortened\":{\"refused\":%zu,\"decoded\":%zu}}\n",
         counts.programs, counts.bytes, counts.cuts, counts.flips, counts.resealed_refused, counts.resealed_decoded,
         counts.shortened_refused, counts.shortened_decoded);
  return 0;
}
