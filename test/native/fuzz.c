// What the fuzzer calls: each input is decoded as it is, and again with the header's length and the checksum put
// right, because no mutation would ever get past those two.
#include "attempt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct decode_error error;
  attempt(data, size, &error);
  if (size < PROGRAM_HEADER_BYTES + CHECKSUM_SIZE) return 0;
  uint8_t *repaired = malloc(size);
  if (repaired == NULL) abort();
  memcpy(repaired, data, size);
  write_u32(repaired + LENGTH_OFFSET, (uint32_t)size);
  reseal(repaired, size);
  attempt(repaired, size, &error);
  free(repaired);
  return 0;
}
