// SipHash-2-4: see siphash.h.
#include "siphash.h"

#include <string.h>

static uint64_t rotated(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

// As bytes, whatever the machine's order.
static uint64_t read_word(const uint8_t *at) {
  uint64_t word = 0;
  for (int i = 7; i >= 0; i--) word = word << 8 | at[i];
  return word;
}

static void mix(uint64_t v[4], int rounds) {
  while (rounds-- > 0) {
    v[0] += v[1], v[1] = rotated(v[1], 13) ^ v[0], v[0] = rotated(v[0], 32);
    v[2] += v[3], v[3] = rotated(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotated(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotated(v[1], 17) ^ v[2], v[2] = rotated(v[2], 32);
  }
}

static void absorb(uint64_t v[4], uint64_t word) {
  v[3] ^= word;
  mix(v, 2);
  v[0] ^= word;
}

uint64_t sip_hash(const uint8_t key[SIP_KEY_BYTES], const void *bytes, size_t length) {
  uint64_t k0 = read_word(key), k1 = read_word(key + 8);
  uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du, k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u};
  const uint8_t *at = bytes;
  uint8_t last[8] = {0};
  for (size_t left = length; left >= 8; at += 8, left -= 8) absorb(v, read_word(at));
  if (length % 8 > 0) memcpy(last, at, length % 8);
  last[7] = (uint8_t)length;
  absorb(v, read_word(last));
  v[2] ^= 0xff;
  mix(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}
