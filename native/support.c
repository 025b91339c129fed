// What the running kernel offers: see support.h.
#include "support.h"

#include "kernel.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

// What the session around this one says, or -1.
static long ask_session(void) { return syscall(NR_LANDLOCK_CREATE_RULESET, NULL, 0, SESSION_QUERY); }

int32_t landlock_support(void) {
  long abi = syscall(NR_LANDLOCK_CREATE_RULESET, NULL, 0, LANDLOCK_VERSION_QUERY);
  int error = errno;
  if (abi < 0) abi = ask_session();
  return abi >= 0 ? (int32_t)(abi & ((1 << SESSION_SHIFT) - 1)) : -error;
}

uint32_t seccomp_support(void) {
  static const struct {
    uint32_t action, bit;
  } actions[] = {{SECCOMP_RET_ERRNO, SUPPORT_SECCOMP_FILTER},
                 {SECCOMP_RET_KILL_PROCESS, SUPPORT_SECCOMP_KILL},
                 {SECCOMP_RET_USER_NOTIF, SUPPORT_SECCOMP_NOTIFY}};
  uint32_t bits = 0;
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &actions[i].action) == 0) bits |= actions[i].bit;
  // A kernel that says more of a call than fits would write past the end.
  struct seccomp_notif_sizes sizes;
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0 || sizes.seccomp_notif > sizeof(struct seccomp_notif))
    bits &= ~(uint32_t)SUPPORT_SECCOMP_NOTIFY;
  long session = ask_session();
  return session < 0 ? bits : bits | (uint32_t)(session >> SESSION_SHIFT);
}
