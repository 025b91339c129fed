// Runs a command on a kernel that lacks something: a filter answers in its stead.
// `without notify|listener|landlock|threads COMMAND`; "threads" are descriptors of threads, before Linux 6.9.
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define NUMBER BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))
#define ARGUMENT(n) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[n]))
#define IS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)
#define HAS(bits, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, skip)
#define FAIL(error) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error))
#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static struct sock_filter notify[] = {NUMBER, IS(SYS_seccomp, 7), ARGUMENT(0), IS(SECCOMP_GET_NOTIF_SIZES, 1), FAIL(EINVAL),
                                      IS(SECCOMP_SET_MODE_FILTER, 3), ARGUMENT(1), HAS(SECCOMP_FILTER_FLAG_NEW_LISTENER, 1),
                                      FAIL(EINVAL), ALLOW};
static struct sock_filter listener[] = {NUMBER, IS(SYS_seccomp, 5), ARGUMENT(0), IS(SECCOMP_SET_MODE_FILTER, 3), ARGUMENT(1),
                                        HAS(SECCOMP_FILTER_FLAG_NEW_LISTENER, 1), FAIL(EBUSY), ALLOW};
static struct sock_filter landlock[] = {NUMBER, IS(SYS_landlock_create_ruleset, 1), FAIL(EOPNOTSUPP), ALLOW};
static struct sock_filter threads[] = {NUMBER, IS(SYS_pidfd_open, 3), ARGUMENT(1), HAS(O_EXCL, 1), FAIL(EINVAL), ALLOW};

static const struct {
  const char *name;
  struct sock_fprog program;
} kernels[] = {{"notify", {sizeof notify / sizeof *notify, notify}},
               {"listener", {sizeof listener / sizeof *listener, listener}},
               {"landlock", {sizeof landlock / sizeof *landlock, landlock}},
               {"threads", {sizeof threads / sizeof *threads, threads}}};

int main(int argc, char **argv) {
  for (size_t i = 0; argc > 2 && i < sizeof kernels / sizeof *kernels; i++) {
    if (strcmp(argv[1], kernels[i].name) != 0) continue;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &kernels[i].program) != 0)
      return perror("without"), 99;
    execvp(argv[2], argv + 2);
    return perror(argv[2]), 99;
  }
  return 99;
}
