// What the running kernel offers: asked of it by the launcher for its hello, and by nono's own process where a plan is older
// than the run.
#ifndef NONO_SUPPORT_H
#define NONO_SUPPORT_H

#include <stdint.h>

enum support {
  SUPPORT_SECCOMP_FILTER = 1u << 0,
  SUPPORT_SECCOMP_KILL = 1u << 1,
  SUPPORT_SECCOMP_NOTIFY = 1u << 2,
  SUPPORT_SESSION = 1u << 3,           // this is inside a session, which judges for those that begin in it,
  SUPPORT_SESSION_READS = 1u << 4,     // reading too,
  SUPPORT_SESSION_CREATIONS = 1u << 5, // and all that is made
};

// Flags of landlock_create_ruleset that no kernel knows: a session's broker answers them. The first is answered with the
// ABI in the lower half, and what is judged in this session above it; the second begins a session inside this one, by the
// program of the length and at the address where a kernel expects a ruleset's attributes.
enum { SESSION_QUERY = 0x6e6f6e00, SESSION_BEGIN = 0x6e6f6e01, SESSION_SHIFT = 16 };

int32_t landlock_support(void);  // the ABI, or a negative errno
uint32_t seccomp_support(void);  // of the bits above

#endif
