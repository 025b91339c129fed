// SipHash-2-4 (Aumasson, Bernstein): without its key nobody can make two texts that it takes for one.
#ifndef NONO_SIPHASH_H
#define NONO_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

enum { SIP_KEY_BYTES = 16 };

uint64_t sip_hash(const uint8_t key[SIP_KEY_BYTES], const void *bytes, size_t length);

#endif
