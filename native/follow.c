// Stays with a session until it is over: see front.h.
#include "channel.h"
#include "front.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FRAME_HEADER_BYTES = 8 };

static uint32_t word_at(const unsigned char *at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

static void take_frame(struct front *front, const unsigned char *frame, size_t length) {
  const unsigned char *payload = frame + FRAME_HEADER_BYTES;
  switch (word_at(frame)) {
  case FRAME_STOPPED: raise(SIGSTOP); break;
  case FRAME_FAILURE:
    if (front->failure_length > 0) break;
    memcpy(front->failure, frame, length);
    front->failure_length = length;
    break;
  case FRAME_DENIED:
  case FRAME_LIMIT:
    if (length > sizeof front->denied - front->denied_length) break; // the supervisor bounds them lower
    memcpy(front->denied + front->denied_length, frame, length);
    front->denied_length += length;
    break;
  case FRAME_ENDED:
    if (length < FRAME_HEADER_BYTES + 12) break;
    front->ended = 1;
    front->exit_code = (int)word_at(payload + 4) + (word_at(payload) == ENDED_SIGNALLED ? SIGNAL_EXIT_BASE : 0);
  }
}

// 0 when the channel is closed: the supervisor and the guard are gone.
static int take_frames(struct front *front) {
  size_t room = sizeof front->pending - front->pending_length;
  ssize_t got = read(front->channel, front->pending + front->pending_length, room);
  if (got < 0 && errno == EINTR) return 1;
  if (got <= 0) return 0; // also for a frame that is larger than any of ours
  front->pending_length += (size_t)got;
  size_t taken = 0;
  while (front->pending_length - taken >= FRAME_HEADER_BYTES) {
    const unsigned char *frame = front->pending + taken;
    size_t length = FRAME_HEADER_BYTES + (size_t)word_at(frame + 4);
    if (length > front->pending_length - taken) break;
    take_frame(front, frame, length);
    taken += length;
  }
  front->pending_length -= taken;
  memmove(front->pending, front->pending + taken, front->pending_length);
  return 1;
}

// The terminal stops and resizes the whole group by itself; nono stops when it hears that the command did.
static int is_passed_on(uint32_t signal) {
  return signal != SIGCHLD && signal != SIGTSTP && signal != SIGTTIN && signal != SIGTTOU && signal != SIGWINCH &&
         signal != SIGPIPE && signal != SIGURG;
}

static void pass_signals(const struct front *front, int signals) {
  for (struct signalfd_siginfo info; read(signals, &info, sizeof info) == sizeof info;) {
    unsigned char number = (unsigned char)info.ssi_signo;
    if (is_passed_on(info.ssi_signo)) send(front->channel, &number, 1, MSG_NOSIGNAL);
  }
}

static int watch_signals(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  return signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
}

void follow_session(struct front *front) {
  int signals = watch_signals();
  if (signals < 0) die("watch for signals");
  struct pollfd sources[] = {{signals, POLLIN, 0}, {front->channel, POLLIN, 0}};
  for (int open = 1; open;) {
    poll(sources, 2, -1);
    pass_signals(front, signals);
    if (sources[1].revents != 0) open = take_frames(front);
  }
  close(signals);
}
