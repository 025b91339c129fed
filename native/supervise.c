// The session's life: starts the guard and the command, serves the command as its broker, passes signals on, and lets
// nothing outlive the run.
#include "supervise.h"

#include "broker.h"
#include "caller.h"
#include "channel.h"
#include "denials.h"
#include "ending.h"
#include "hygiene.h"
#include "inside.h"
#include "judge.h"
#include "keep.h"
#include "keeper.h"
#include "kernel.h"
#include "limits.h"
#include "originals.h"
#include "passing.h"
#include "held.h"
#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_AT_LIMIT = 124, EXIT_NOT_STARTED = 125, SIGNAL_EXIT_BASE = 128 };

static void open_temporary(struct session *session) {
  const char *path = session->program->temporary;
  session->broker.temporary = path == NULL ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (path != NULL && session->broker.temporary < 0) fail("open the private directory", path, errno);
}

// The guard keeps what the broker asks it to keep. When the supervisor dies without having ended the session, the guard
// ends it in its stead. It keeps the channel open meanwhile, so that nono does not return before.
_Noreturn static void guard(const struct session *session, int broker) {
  serve_broker(session->program, broker, end_in_its_stead, session);
  remove_cgroup(&session->program->limits);
  _exit(0);
}

static void start_guard(struct session *session) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) fail("start the guard", "", errno);
  // A child that sends no signal at its end: waiting for the session's processes passes it over.
  session->guard = (pid_t)syscall(SYS_clone, 0, 0, 0, 0, 0);
  if (session->guard < 0) fail("start the guard", "", errno);
  session->broker.keeper = ends[0]; // open for as long as the supervisor lives
  if (session->guard > 0) {
    close(ends[1]);
    return;
  }
  for (int fd = 0; fd <= 2; fd++) close(fd); // a pipe's reader waits for its last writer
  close(ends[0]);
  guard(session, ends[1]);
}

static bool has_broker(const struct program *program) { return (program->hygiene & HYGIENE_LISTENER) != 0; }

// The child waits for the broker to have it: nothing runs before the broker is there. It says the number alone, since the
// filter may hand over what would pass the descriptor itself.
static void hand_over_listener(int broker, int listener) {
  char ready;
  int none;
  if (write(broker, &listener, sizeof listener) != sizeof listener || receive_message(broker, &ready, 1, &none) != 1)
    _exit(EXIT_NOT_STARTED);
}

// Without a listener the child ended before it came so far, and said why.
static void take_over_listener(struct session *session, int command) {
  int number, none;
  if (receive_message(command, &number, sizeof number, &none) != sizeof number) return;
  session->broker.listener = take_descriptor(session->command, number);
  confirm_broker(&session->broker, session->command);
  send_message(command, "", 1, -1);
}

// From here on a failure may only end this process: the supervisor reports its exit code.
_Noreturn static void become_command(const struct session *session, struct layers *layers, int broker) {
  const struct program *program = session->program;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) fail("follow the supervisor's death", "", errno);
  if (getppid() != session->supervisor) _exit(EXIT_NOT_STARTED); // it died before the request above
  if (program->workdir != NULL && chdir(program->workdir) != 0)
    fail("enter the working directory", program->workdir, errno);
  join_cgroup(&session->watch.group);
  limit_process(&program->limits);
  enter_layer(layers, LAYER_COMMAND);
  sigprocmask(SIG_SETMASK, &session->caller_mask, NULL);
  // Last: it denies what the steps above use.
  int listener = install_filter(program->filter, program->filter_length, has_broker(program));
  if (listener >= 0) hand_over_listener(broker, listener);
  if (program->store.path != NULL) leave_start_behind(&session->broker.start);
  execvpe(program->executable, program->argv, program->envp);
  fail("execute", program->executable, errno);
}

static void start_command(struct session *session, struct layers *layers) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) fail("start the command", "", errno);
  session->supervisor = getpid();
  session->command = fork();
  if (session->command < 0) fail("start the command", "", errno);
  if (session->command == 0) become_command(session, layers, ends[1]);
  close(layers->rulesets[LAYER_COMMAND]);
  close(ends[1]);
  if (has_broker(session->program)) take_over_listener(session, ends[0]);
  close(ends[0]);
}

// A thread of its own, so that a call need not be waited for together with all else: that would cost each call more than
// a microsecond. It shares the supervisor's layer, and has the memory of the session to itself. Its descriptors are its own
// from here on, since the kernel counts each use of those that threads share; should it not let go of them, it is slower.
static void *serve(void *broker) {
  if (unshare(CLONE_FILES) != 0) errno = 0;
  hold_own_descriptors();
  serve_session(broker);
  return NULL;
}

static void start_broker(struct session *session) {
  int error = session->broker.listener < 0 ? 0 : pthread_create(&session->thread, NULL, serve, &session->broker);
  if (error != 0) fail("start the broker", "", error);
}

// All processes that could call are dead: it ends by itself.
static void end_broker(const struct session *session) {
  if (session->broker.listener >= 0) pthread_join(session->thread, NULL);
}

// A signal to the whole process group reached the command already: nono's copy of it would be a second one.
static void pass_on(struct session *session, int signal) {
  if (signal <= 0 || signal >= SIGNAL_COUNT) return;
  int was_seen = session->seen[signal];
  session->seen[signal] = 0;
  if (was_seen && getpgid(session->command) == getpgrp()) return;
  kill(session->command, signal);
}

// 1 when the session is to end, with the command's status.
static int reap(const struct session *session, int *status) {
  for (pid_t pid; (pid = waitpid(-1, status, WNOHANG | WUNTRACED)) > 0;) {
    if (pid != session->command) continue;
    if (!WIFSTOPPED(*status)) return 1;
    send_stopped((uint32_t)WSTOPSIG(*status));
  }
  return 0;
}

// A process sent it to the launcher, which its parent takes for the command. What the kernel sends, a terminal's Ctrl-C
// or a child's end, is not meant for the command, or the command has it too.
static bool is_for_the_command(const struct session *session, const struct signalfd_siginfo *info) {
  return (session->program->hygiene & HYGIENE_STANDS_IN) != 0 && info->ssi_code <= 0;
}

static void take_signals(struct session *session, int signals) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info)
    if (is_for_the_command(session, &info)) kill(session->command, (int)info.ssi_signo);
    else session->seen[info.ssi_signo] = 1;
}

// 0 when nono is gone.
static int take_messages(struct session *session) {
  uint8_t messages[16];
  ssize_t length = read(CHANNEL_FD, messages, sizeof messages);
  if (length < 0) return errno == EINTR || errno == EAGAIN;
  for (ssize_t i = 0; i < length; i++) pass_on(session, messages[i]);
  return length > 0;
}

// Returns the command's wait status, 0 when its time was over, or -1 when nono died first, or the guard, without which
// nothing can be kept and nothing would end the session in the supervisor's stead.
static int wait_for_end(struct session *session, int signals) {
  struct pollfd sources[] = {{signals, POLLIN, 0},
                             {CHANNEL_FD, POLLIN, 0},
                             {session->broker.keeper, 0, 0},
                             {session->watch.timer, POLLIN, 0}};
  for (int status;;) {
    if (poll(sources, 4, -1) < 0 && errno != EINTR) fail("wait for the command", "", errno);
    if (sources[2].revents != 0) return -1;
    if (sources[3].revents != 0 && is_time_over(&session->watch, session->command)) return 0;
    if ((sources[0].revents | sources[1].revents) == 0) continue;
    take_signals(session, signals); // before messages: what the group got must be known by then
    if (reap(session, &status)) return status;
    if (sources[1].revents != 0 && !take_messages(session)) return -1;
  }
}

// The parent asks the kernel how its child ended: by the signal that ended the command. No core is dumped.
static void end_by(int number) {
  sigset_t all;
  sigfillset(&all);
  signal(number, SIG_DFL);
  sigprocmask(SIG_UNBLOCK, &all, NULL);
  raise(number);
}

static int end_session(const struct session *session, int status) {
  kill_session(session);
  reap_all(session);
  end_broker(session);
  if (session->program->store.path != NULL) sweep_protected(&session->broker);
  end_keeping(session->broker.keeper);
  waitpid(session->guard, NULL, __WALL);
  int leftover = empty_at_end(session);
  if (status < 0) return EXIT_NOT_STARTED;
  send_denials();
  send_limits(&session->watch, status);
  if (session->watch.reached != LIMIT_NONE) status = EXIT_AT_LIMIT << 8;
  int signalled = WIFSIGNALED(status);
  int value = signalled ? WTERMSIG(status) : WEXITSTATUS(status);
  send_ended(signalled ? ENDED_SIGNALLED : ENDED_EXITED, (uint32_t)value, (uint32_t)leftover);
  if (signalled && session->program->hygiene & HYGIENE_STANDS_IN) end_by(value);
  return signalled ? SIGNAL_EXIT_BASE + value : value;
}

int supervise(const struct program *program, struct layers *layers, const struct cgroup *group,
              const struct timespec *start) {
  struct session session = {.program = program, .broker = {.program = program, .listener = -1, .start = *start}};
  session.broker.keeps_originals = program->store.path != NULL;
  session.broker.keeps_deletions = (program->store.flags & STORE_KEEPS_DELETIONS) != 0;
  session.broker.remembers_births = (program->store.flags & STORE_REMEMBERS_BIRTHS) != 0;
  const char *workdir = program->workdir != NULL ? program->workdir : getcwd(session.start, sizeof session.start);
  if (workdir != NULL && workdir != session.start) snprintf(session.start, sizeof session.start, "%s", workdir);
  session.broker.scopes_abstract_sockets = (program->layers[LAYER_GRANTS].scoped & LANDLOCK_ABSTRACT_SOCKETS) != 0;
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &session.caller_mask);
  int signals = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals < 0) fail("watch for signals", "", errno);
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) fail("adopt orphans", "", errno);
  if (has_broker(program)) prepare_callers(), prepare_processes(), prepare_inside();
  prepare_judge(&session.broker);
  open_temporary(&session);
  start_guard(&session);
  enter_layer(layers, LAYER_GRANTS);
  if (program->store.path != NULL) learn_protected(&session.broker, session.start);
  start_watch(&session.watch, &program->limits, group);
  start_command(&session, layers);
  // A helper's memory is the broker's, and the broker opens files of /proc for the command: that of its own process it
  // refuses by number, those of its helpers the kernel refuses. The command was started before, so that it can be read.
  if (has_broker(program) && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) fail("close its memory", "", errno);
  start_broker(&session);
  return end_session(&session, wait_for_end(&session, signals));
}
