// What the launcher gives up before the command runs: each step ends the process if it cannot be taken.
#include "hygiene.h"

#include "channel.h"
#include "kernel.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static const char *const descriptor_names[] = {"standard input", "standard output", "standard error"};

static int socket_option(int fd, int option, int *value) {
  socklen_t length = sizeof *value;
  return getsockopt(fd, SOL_SOCKET, option, value, &length);
}

// A Unix socket that is no connected stream could still be pointed at any path: the caller's gift must
// not become a way to sockets that nobody granted.
static int is_connected_stream(int fd, int type) {
  struct sockaddr_un peer;
  socklen_t length = sizeof peer;
  return (type == SOCK_STREAM || type == SOCK_SEQPACKET) && getpeername(fd, (struct sockaddr *)&peer, &length) == 0;
}

void check_standard_descriptors(int only_local) {
  for (int fd = 0; fd <= 2; fd++) {
    int domain, type;
    if (socket_option(fd, SO_DOMAIN, &domain) != 0 || socket_option(fd, SO_TYPE, &type) != 0) continue;
    if (domain == AF_UNIX ? !is_connected_stream(fd, type) : only_local)
      fail(domain == AF_UNIX ? "check for unconnected sockets" : "check for network sockets", descriptor_names[fd],
           EACCES);
  }
}

void forbid_new_privileges(void) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("forbid new privileges", "", errno);
}

static void drop_bounding_set(uint64_t keep) {
  for (unsigned capability = 0; capability < 64; capability++) {
    if (keep >> capability & 1 || prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1) continue;
    // Without CAP_SETPCAP the bounding set stays; no_new_privs then keeps an exec from drawing on it.
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 && errno != EPERM)
      fail("drop a capability from the bounding set", "", errno);
  }
}

void drop_capabilities(uint64_t keep) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[2];
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) fail("clear ambient capabilities", "", errno);
  drop_bounding_set(keep);
  if (syscall(SYS_capget, &header, sets) != 0) fail("read capabilities", "", errno);
  for (int word = 0; word < 2; word++) {
    uint32_t kept = sets[word].permitted & (uint32_t)(keep >> 32 * word);
    sets[word] = (struct __user_cap_data_struct){.effective = kept, .permitted = kept, .inheritable = 0};
  }
  if (syscall(SYS_capset, &header, sets) != 0) fail("drop capabilities", "", errno);
}

// One byte and not none: a program that takes dumps from the kernel (core_pattern) gets them whatever the limit, but for
// this one. A file of one byte is not made. What the caller was allowed less stays less.
void forbid_core_dumps(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_CORE, &limit) != 0) fail("forbid core dumps", "", errno);
  limit.rlim_cur = limit.rlim_max = limit.rlim_max == 0 ? 0 : 1;
  if (setrlimit(RLIMIT_CORE, &limit) != 0) fail("forbid core dumps", "", errno);
}

void close_descriptors_from(unsigned first) {
  if (syscall(NR_CLOSE_RANGE, first, ~0u, 0) != 0) fail("close inherited descriptors", "", errno);
}

// With the killable wait a signal does not interrupt a call that the broker is at: it would be made twice.
int install_filter(const struct sock_filter *filter, size_t length, bool with_listener) {
  struct sock_fprog program = {(unsigned short)length, (struct sock_filter *)filter};
  unsigned long flags = with_listener ? SECCOMP_FILTER_FLAG_NEW_LISTENER | FILTER_WAIT_KILLABLE : 0;
  long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
  if (listener < 0 && errno == EINVAL && with_listener) // before Linux 5.19
    listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (listener < 0) fail("install the system call filter", errno == EBUSY ? "another broker judges already" : "", errno);
  return with_listener ? (int)listener : -1;
}
