// Speaks with nono over descriptor 3, a stream socket: docs/program-format.md lists the frames.
#include "channel.h"

#include "program.h"
#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { EXIT_NOT_STARTED = 125 };

static void send_bytes(const void *bytes, size_t length) {
  const char *at = bytes;
  while (length > 0) {
    // MSG_NOSIGNAL: nono may be gone; its death is noticed where the channel is read.
    ssize_t sent = send(CHANNEL_FD, at, length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return;
    at += sent;
    length -= (size_t)sent;
  }
}

static void send_frame(enum frame kind, const void *payload, uint32_t length) {
  uint32_t header[2] = {kind, length};
  send_bytes(header, sizeof header);
  send_bytes(payload, length);
}

void send_hello(void) {
  uint32_t hello[3] = {PROGRAM_VERSION, (uint32_t)landlock_support(), seccomp_support()};
  send_frame(FRAME_HELLO, hello, sizeof hello);
}

void send_stopped(uint32_t signal) { send_frame(FRAME_STOPPED, &signal, sizeof signal); }

void send_ended(enum ending how, uint32_t value, uint32_t leftover_errno) {
  uint32_t ended[3] = {how, value, leftover_errno};
  send_frame(FRAME_ENDED, ended, sizeof ended);
}

void send_limit(enum limit limit, uint32_t count) {
  uint32_t words[2] = {limit, count};
  send_frame(FRAME_LIMIT, words, sizeof words);
}

void send_failure(const char *step, const char *detail, int error) {
  uint32_t number = (uint32_t)error;
  size_t step_length = strlen(step) + 1, detail_length = strlen(detail) + 1;
  uint32_t header[2] = {FRAME_FAILURE, (uint32_t)(sizeof number + step_length + detail_length)};
  send_bytes(header, sizeof header);
  send_bytes(&number, sizeof number);
  send_bytes(step, step_length);
  send_bytes(detail, detail_length);
}

void send_denied(uint32_t operation, uint32_t error, uint32_t count, const char *texts, size_t length) {
  uint32_t words[3] = {operation, error, count};
  uint32_t header[2] = {FRAME_DENIED, (uint32_t)(sizeof words + length)};
  send_bytes(header, sizeof header);
  send_bytes(words, sizeof words);
  send_bytes(texts, length);
}

void fail(const char *step, const char *detail, int error) {
  send_failure(step, detail, error);
  _exit(EXIT_NOT_STARTED);
}

// Reads exactly length bytes. When nono closes the channel instead, it wanted no more than the hello.
static void receive(uint8_t *into, size_t length) {
  while (length > 0) {
    ssize_t got = read(CHANNEL_FD, into, length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("receive program", "", errno);
    if (got == 0) _exit(0);
    into += got;
    length -= (size_t)got;
  }
}

uint8_t *receive_program(size_t *length) {
  uint8_t header[PROGRAM_HEADER_BYTES];
  struct decode_error error;
  receive(header, sizeof header);
  *length = program_length(header, &error);
  if (*length == 0) fail("decode program", error.reason, EBADMSG);
  uint8_t *bytes = malloc(*length);
  if (bytes == NULL) fail("receive program", "", ENOMEM);
  memcpy(bytes, header, sizeof header);
  receive(bytes + sizeof header, *length - sizeof header);
  return bytes;
}
