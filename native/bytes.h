// What programs are made of: little-endian numbers, strings, and the checksum over all.
#ifndef NONO_BYTES_H
#define NONO_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t read_u16(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }
static inline uint32_t read_u32(const uint8_t *at) { return read_u16(at) | (uint32_t)read_u16(at + 2) << 16; }
static inline uint64_t read_u64(const uint8_t *at) { return read_u32(at) | (uint64_t)read_u32(at + 4) << 32; }

// CRC-32 as in zlib, four bits at a time.
static inline uint32_t crc32(const uint8_t *bytes, size_t length) {
  static const uint32_t table[16] = {
      0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
      0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
  };
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < length; i++) {
    crc ^= bytes[i];
    crc = (crc >> 4) ^ table[crc & 15];
    crc = (crc >> 4) ^ table[crc & 15];
  }
  return ~crc;
}

// A string is stored with its terminating NUL, so that it can be used in place.
static inline bool is_string(const uint8_t *payload, size_t length) {
  return length > 0 && memchr(payload, 0, length) == payload + length - 1;
}

static inline bool is_absolute(const uint8_t *payload, size_t length) {
  return is_string(payload, length) && payload[0] == '/';
}

static inline bool is_variable(const uint8_t *payload, size_t length) {
  return is_string(payload, length) && payload[0] != '=' && memchr(payload, '=', length) != NULL;
}

#endif
