// The launcher: takes a program from nono, applies it, runs the command in it. It decides nothing.
#include "cgroup.h"
#include "channel.h"
#include "hygiene.h"
#include "kernel.h"
#include "landlock.h"
#include "originals.h"
#include "program.h"
#include "supervise.h"
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 125 };

static int has_channel(void) {
  int type;
  socklen_t length = sizeof type;
  return getsockopt(CHANNEL_FD, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM &&
         fcntl(CHANNEL_FD, F_SETFD, FD_CLOEXEC) == 0;
}

// kill(-1) ends the session only because the kernel keeps it inside the domain. Ask before relying on it: the
// parent is outside, so a signal to it must be refused.
static void confirm_signal_scope(void) {
  pid_t parent = getppid();
  if (parent <= 0 || kill(parent, 0) == 0 || errno != EPERM)
    fail("confirm the signal scope", "a signal to a process outside was not refused", EACCES);
}

// `nono-launcher --support` says hello on its standard output, a socket, and ends: for those who plan before they run.
static int say_support(void) {
  if (dup2(STDOUT_FILENO, CHANNEL_FD) < 0) return EXIT_NOT_STARTED;
  send_hello();
  return 0;
}

// From here on the broker of the session around this one judges this process, and all that it starts, by the program too.
static void begin_inside(const uint8_t *bytes, size_t length) {
  if (syscall(NR_LANDLOCK_CREATE_RULESET, bytes, length, SESSION_BEGIN) != 0)
    fail("begin a session inside another", errno == EAGAIN ? "there are too many" : "", errno);
}

// The moment from which files are the session's own: when nono itself began, as it says, so that the clock has gone on by
// the time the command starts. Without a word of it, now.
static struct timespec start_of(int argc, char **argv) {
  struct timespec start = session_start();
  long long seconds;
  long nanoseconds;
  if (argc == 3 && strcmp(argv[1], "--since") == 0 && sscanf(argv[2], "%lld.%ld", &seconds, &nanoseconds) == 2)
    start = (struct timespec){.tv_sec = (time_t)seconds, .tv_nsec = nanoseconds};
  return start;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--support") == 0) return say_support();
  if (!has_channel()) {
    fputs("nono-launcher: started by nono, not by hand. Try: nono run -- COMMAND\n", stderr);
    return EXIT_NOT_STARTED;
  }
  close_descriptors_from(CHANNEL_FD + 1); // whatever is opened from here on closes on exec
  send_hello();
  struct timespec start = start_of(argc, argv);

  size_t length;
  uint8_t *bytes = receive_program(&length);
  struct program program;
  struct decode_error error;
  if (decode_program(bytes, length, &program, &error) != 0) fail("decode the program", error.reason, EBADMSG);

  struct cgroup group = open_cgroup(&program.limits); // what it holds open the layers would not open
  check_standard_descriptors((program.hygiene & HYGIENE_LOCAL_DESCRIPTORS) != 0);
  forbid_core_dumps();
  forbid_new_privileges();
  drop_capabilities(program.keep_capabilities);
  if (program.hygiene & HYGIENE_INSIDE) begin_inside(bytes, length);
  struct layers layers = build_layers(&program);
  enter_layer(&layers, LAYER_KEEPER);
  if (program.hygiene & HYGIENE_SIGNAL_SCOPE) confirm_signal_scope();
  return supervise(&program, &layers, &group, &start);
}
