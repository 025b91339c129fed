// Which call asks for which operation. What only destroys is refused, what rewrites is kept first: names.c, contents.c.
// Metadata, sockets and commands have files of their own.
//
// Every path is read once, resolved once to descriptors, judged on them and acted on by them. The broker itself is
// confined to the grants, so the kernel denies it what the command was not granted; and it serves one call at a time,
// so nothing that the command does comes between judging and acting.
#include "broker.h"

#include "caller.h"
#include "channel.h"
#include "commands.h"
#include "contents.h"
#include "denials.h"
#include "forks.h"
#include "held.h"
#include "inside.h"
#include "kernel.h"
#include "making.h"
#include "metadata.h"
#include "names.h"
#include "sending.h"
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>

void confirm_broker(const struct broker *broker, pid_t command) {
  static const char sample = 'x';
  char copy;
  ssize_t got = broker->listener < 0 ? broker->listener : read_memory(command, (uint64_t)(uintptr_t)&sample, &copy, 1);
  if (got != 1) fail("read the command's memory", "is kernel.yama.ptrace_scope above 1?", got < 0 ? (int)-got : EFAULT);
  prefer_fast_wakeup(broker->listener);
}

enum { O_TMPFILE_ALONE = O_TMPFILE & ~O_DIRECTORY };

// What the filter lets through where it can see the flags, and what means another root than the broker's.
static bool is_for_the_caller(const struct open_how_v1 *how) {
  return how->flags & (O_PATH | O_TMPFILE_ALONE) || !(how->flags & (O_ACCMODE | O_CREAT | O_TRUNC)) ||
         how->resolve & RESOLVE_IN_ANOTHER_ROOT;
}

static void serve_openat2(const struct broker *broker, const struct call *call) {
  const uint64_t *a = call->arguments;
  struct open_how_v1 how;
  int error = 0;
  if (a[3] < sizeof how) error = EINVAL;
  else if (a[3] > sizeof how) error = E2BIG; // fields that are newer than this
  else if (read_memory(call->caller, a[2], &how, sizeof how) != sizeof how) error = EFAULT;
  else if (is_for_the_caller(&how)) error = ENOSYS; // so that it is made by openat, as the caller itself
  else if (how.mode & (S_ISUID | S_ISGID)) error = EPERM; // as the filter refuses it of every other call
  else if (how.flags >> 32 != 0 || (how.mode != 0 && !(how.flags & O_CREAT))) error = EINVAL;
  if (error != 0) {
    answer_call(broker, call, error);
    return;
  }
  open_file(broker, call, (int)a[0], a[1], &(struct opening){how.flags, how.mode & 07777, how.resolve});
}

static void serve_open(const struct broker *broker, const struct call *call, int directory, uint64_t path, int flags,
                       uint64_t mode) {
  open_file(broker, call, directory, path, &(struct opening){(unsigned)flags, mode & 07777, 0});
}

// Handed over where processes are counted, or where two come to share a directory and a mask.
static void serve_clone(const struct broker *broker, const struct call *call) {
  if ((call->arguments[0] & (CLONE_FS | CLONE_THREAD)) == CLONE_FS) stop_holding();
  if (broker->program->limits.tasks > 0) judge_fork(broker, call);
  else let_through(broker->listener, call);
}

// The low halves: what the kernel itself looks at where an argument is an int.
static void serve(const struct broker *broker, const struct call *call) {
  const uint64_t *a = call->arguments;
  int result;
  if (!judge_as_caller(call)) {
    answer_number(broker->listener, call, 0, EACCES);
    return;
  }
  switch (call->number) {
#ifdef SYS_open
  case SYS_open: serve_open(broker, call, AT_FDCWD, a[0], (int)a[1], a[2]); return;
  case SYS_creat: serve_open(broker, call, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1]); return;
  case SYS_unlink: result = remove_name(broker, call, AT_FDCWD, a[0], 0); break;
  case SYS_rmdir: result = remove_name(broker, call, AT_FDCWD, a[0], AT_REMOVEDIR); break;
  case SYS_rename: result = rename_name(broker, call, AT_FDCWD, a[0], AT_FDCWD, a[1], 0); break;
#endif
  case SYS_openat: serve_open(broker, call, (int)a[0], a[1], (int)a[2], a[3]); return;
  case NR_OPENAT2: serve_openat2(broker, call); return;
  case SYS_connect: connect_socket(broker, call); return;
  case SYS_bind: bind_socket(broker, call); return;
  case SYS_listen: listen_socket(broker, call); return;
  case SYS_sendto:
  case SYS_sendmsg:
  case SYS_sendmmsg: send_message_for(broker, call); return;
  case SYS_execve:
  case SYS_execveat:
    judge_execution(broker, call);
    forget_memories();
    return;
#ifdef SYS_fork
  case SYS_fork:
  case SYS_vfork:
    judge_fork(broker, call);
    return;
#endif
  case SYS_clone: serve_clone(broker, call); return;
  case SYS_umask:
  case SYS_chdir:
  case SYS_fchdir:
    note_change(call->caller, call->number == SYS_umask ? (int)(a[0] & 0777) : DIRECTORY_CHANGES);
    let_through(broker->listener, call);
    return;
  case SYS_unshare:
    stop_holding();
    let_through(broker->listener, call);
    return;
  case NR_LANDLOCK_CREATE_RULESET: serve_ruleset(broker, call); return;
  case NR_LANDLOCK_RESTRICT_SELF: serve_restriction(broker, call); return;
  case SYS_prlimit64: serve_limit(broker, call); return;
  case SYS_socket: result = -EACCES; break; // the network is closed: handed over so that the report can say so
  case SYS_unlinkat: result = remove_name(broker, call, (int)a[0], a[1], (int)a[2]); break;
#ifdef SYS_renameat
  case SYS_renameat: result = rename_name(broker, call, (int)a[0], a[1], (int)a[2], a[3], 0); break;
#endif
  case SYS_renameat2: result = rename_name(broker, call, (int)a[0], a[1], (int)a[2], a[3], (unsigned)a[4]); break;
#ifdef SYS_mkdir
  case SYS_mkdir: result = make_directory(broker, call, AT_FDCWD, a[0], (mode_t)a[1]); break;
  case SYS_mknod: result = make_node(broker, call, AT_FDCWD, a[0], (mode_t)a[1], (dev_t)a[2]); break;
  case SYS_symlink: result = make_symlink(broker, call, a[0], AT_FDCWD, a[1]); break;
#endif
#ifdef SYS_link
  case SYS_link: result = link_name(broker, call, AT_FDCWD, a[0], AT_FDCWD, a[1], 0); break;
#endif
  case SYS_linkat: result = link_name(broker, call, (int)a[0], a[1], (int)a[2], a[3], (int)a[4]); break;
  case SYS_mkdirat: result = make_directory(broker, call, (int)a[0], a[1], (mode_t)a[2]); break;
  case SYS_mknodat: result = make_node(broker, call, (int)a[0], a[1], (mode_t)a[2], (dev_t)a[3]); break;
  case SYS_symlinkat: result = make_symlink(broker, call, a[0], (int)a[1], a[2]); break;
  case SYS_truncate: result = truncate_path(broker, call, a[0], (off_t)a[1]); break;
  case SYS_ftruncate: result = truncate_descriptor(broker, call, (int)a[0], (off_t)a[1]); break;
  case SYS_fallocate: result = allocate(broker, call, (int)a[0], (int)a[1], (off_t)a[2], (off_t)a[3]); break;
  default:
    if (!change_metadata(broker, call, &result)) result = -ENOSYS; // the filter and this table disagree
  }
  answer_call(broker, call, -result);
}

void serve_session(const struct broker *broker) {
  struct call call;
  for (int received; (received = receive_call(broker->listener, &call)) >= 0;)
    if (received > 0) begin_call(), serve(broker, &call);
  judge_as_session(); // what is swept at the end is this session's, whoever called last
}
