// What the running kernel offers: asked of it by the launcher for its hello, and by nono's own process where a plan is older
// than the run.
#ifndef NONO_SUPPORT_H
#define NONO_SUPPORT_H

#include <stdint.h>

enum support {
  SUPPORT_SECCOMP_FILTER = 1u << 0,
  SUPPORT_SECCOMP_KILL = 1u << 1,
  SUPPORT_SECCOMP_NOTIFY = 1u << 2,
};

int32_t landlock_support(void);  // the ABI, or a negative errno
uint32_t seccomp_support(void);  // of the bits above

#endif
