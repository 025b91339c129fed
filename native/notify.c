// Speaks with the kernel over the filter's listener: include/uapi/linux/seccomp.h.
#include "notify.h"

#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>

void prefer_fast_wakeup(int listener) {
  ioctl(listener, NOTIFY_SET_FLAGS, NOTIFY_SYNC_WAKE_UP); // before Linux 6.6: slower, not different
}

// Since Linux 6.11 receiving ends with the last process that has the filter; before, it would wait for ever.
static bool ends_by_itself(void) {
  static int answer = -1;
  struct utsname name;
  int major = 0, minor = 0;
  if (answer < 0 && uname(&name) == 0 && sscanf(name.release, "%d.%d", &major, &minor) == 2)
    answer = major > 6 || (major == 6 && minor >= 11);
  return answer > 0;
}

static bool is_unused(int listener, int timeout) {
  struct pollfd source = {listener, POLLIN, 0};
  return poll(&source, 1, timeout) > 0 && (source.revents & POLLHUP) != 0;
}

int receive_call(int listener, struct call *call) {
  struct seccomp_notif notification;
  memset(&notification, 0, sizeof notification); // the kernel refuses anything else
  if (!ends_by_itself() && is_unused(listener, -1)) return -1;
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &notification) != 0)
    return (errno == ENOENT || errno == EINTR || errno == EAGAIN) && !is_unused(listener, 0) ? 0 : -1;
  *call = (struct call){notification.id, (pid_t)notification.pid, notification.data.nr, {0}};
  for (int i = 0; i < 6; i++) call->arguments[i] = notification.data.args[i];
  return 1;
}

bool is_waiting(int listener, const struct call *call) {
  uint64_t id = call->id;
  return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

void answer_number(int listener, const struct call *call, int64_t value, int error) {
  struct seccomp_notif_resp response = {.id = call->id, .val = error == 0 ? value : 0, .error = -error};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response); // fails only when the caller is gone
}

void let_through(int listener, const struct call *call) {
  struct seccomp_notif_resp response = {.id = call->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
  ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}

void answer_descriptor(int listener, const struct call *call, int fd, bool close_on_exec) {
  struct seccomp_notif_addfd addition = {.id = call->id,
                                         .flags = SECCOMP_ADDFD_FLAG_SEND,
                                         .srcfd = (uint32_t)fd,
                                         .newfd_flags = close_on_exec ? O_CLOEXEC : 0};
  while (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &addition) < 0) {
    if (errno == EINTR) continue;
    if (errno != ENOENT) answer_number(listener, call, 0, errno); // the caller's table is full
    return;
  }
}
