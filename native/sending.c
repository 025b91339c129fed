// A datagram can be sent to any path, past connect. Its address, content and descriptors are copied once, and sent on the
// caller's own socket: only in runs that grant a server of datagrams does the filter hand messages over.
#include "sending.h"

#include "caller.h"
#include "denials.h"
#include "held.h"
#include "helper.h"
#include "kernel.h"
#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, MOST_PIECES = 1024, MOST_CONTROL = 1 << 14, MOST_DESCRIPTORS = 253 };

struct message {
  int flags;
  struct address address; // a length of 0: none
  size_t length;
  bool is_cut; // there is more of it than is sent at once
  char *content;
  size_t control_length;
  _Alignas(struct cmsghdr) char control[MOST_CONTROL];
  int descriptors[MOST_DESCRIPTORS]; // the caller's, taken
  size_t descriptor_count;
};

bool is_sending(const struct call *call) {
  return call->number == SYS_sendto || call->number == SYS_sendmsg || call->number == SYS_sendmmsg;
}

static int read_exactly(const struct call *call, uint64_t from, void *into, size_t length) {
  ssize_t got = length == 0 ? 0 : read_memory(call->caller, from, into, length);
  return got == (ssize_t)length ? 0 : -EFAULT;
}

static uint64_t address_of(const void *pointer) { return (uint64_t)(uintptr_t)pointer; }

// sendto as the header that it stands for; of several messages the first, as the kernel may do too.
static int read_header(const struct call *call, struct msghdr *header, struct iovec *piece, int *flags) {
  const uint64_t *a = call->arguments;
  if (call->number != SYS_sendto) {
    *flags = (int)a[call->number == SYS_sendmsg ? 2 : 3];
    return read_exactly(call, a[1], header, sizeof *header);
  }
  *flags = (int)a[3];
  *piece = (struct iovec){(void *)(uintptr_t)a[1], a[2]};
  *header = (struct msghdr){.msg_name = (void *)(uintptr_t)a[4], .msg_namelen = (socklen_t)a[5], .msg_iovlen = 1};
  return 0;
}

// A null pointer means no address, whatever its length.
static int read_destination(const struct call *call, const struct msghdr *header, struct address *address) {
  int length = header->msg_name == NULL ? 0 : (int)header->msg_namelen;
  if (call->number != SYS_sendto && length > (int)sizeof address->room) length = sizeof address->room;
  return copy_address(call, address_of(header->msg_name), length, address);
}

static int read_pieces(const struct call *call, const struct iovec *pieces, size_t count, struct message *message) {
  size_t total = 0;
  for (size_t i = 0; i < count; i++) {
    if (pieces[i].iov_len > SSIZE_MAX || total + pieces[i].iov_len > SSIZE_MAX) return -EINVAL;
    total += pieces[i].iov_len;
  }
  message->is_cut = total > MOST_BYTES;
  message->length = message->is_cut ? MOST_BYTES : total;
  message->content = malloc(message->length + 1);
  if (message->content == NULL) return -ENOBUFS;
  for (size_t i = 0, at = 0; at < message->length; i++) {
    size_t length = pieces[i].iov_len < message->length - at ? pieces[i].iov_len : message->length - at;
    for (size_t done = 0; done < length;) { // no more than two pages' ends at once
      ssize_t got = read_memory(call->caller, address_of(pieces[i].iov_base) + done, message->content + at + done, length - done);
      if (got <= 0) return -EFAULT;
      done += (size_t)got;
    }
    at += length;
  }
  return 0;
}

static int take_all(const struct call *call, struct cmsghdr *rights, struct message *message) {
  size_t count = (rights->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (size_t i = 0; i < count; i++) {
    int number;
    if (message->descriptor_count == MOST_DESCRIPTORS) return -EINVAL;
    memcpy(&number, CMSG_DATA(rights) + i * sizeof number, sizeof number);
    int fd = take_descriptor(call->caller, number);
    if (fd < 0) return fd;
    message->descriptors[message->descriptor_count++] = fd;
    memcpy(CMSG_DATA(rights) + i * sizeof fd, &fd, sizeof fd);
  }
  return 0;
}

// Descriptors become the broker's for the same files; nobody may claim another process than itself.
static int adopt_control(const struct call *call, struct message *message) {
  struct msghdr header = {.msg_control = message->control, .msg_controllen = message->control_length};
  for (struct cmsghdr *each = CMSG_FIRSTHDR(&header); each != NULL; each = CMSG_NXTHDR(&header, each)) {
    size_t room = message->control_length - (size_t)((char *)each - message->control);
    if (each->cmsg_len < CMSG_LEN(0) || each->cmsg_len > room) return -EINVAL;
    if (each->cmsg_level != SOL_SOCKET) continue;
    int error = each->cmsg_type == SCM_RIGHTS ? take_all(call, each, message) : 0;
    if (error != 0) return error;
    pid_t self = getpid();
    if (each->cmsg_type == SCM_CREDENTIALS && each->cmsg_len >= CMSG_LEN(sizeof(struct ucred)))
      memcpy(CMSG_DATA(each), &self, sizeof self);
  }
  return 0;
}

static int read_message(const struct call *call, struct message *message) {
  static struct iovec pieces[MOST_PIECES];
  struct msghdr header;
  int error = read_header(call, &header, pieces, &message->flags);
  if (error == 0) error = read_destination(call, &header, &message->address);
  if (error == 0 && header.msg_iovlen > MOST_PIECES) error = -EMSGSIZE;
  if (error == 0 && call->number != SYS_sendto)
    error = read_exactly(call, address_of(header.msg_iov), pieces, header.msg_iovlen * sizeof *pieces);
  if (error == 0) error = read_pieces(call, pieces, header.msg_iovlen, message);
  message->control_length = header.msg_control == NULL ? 0 : header.msg_controllen;
  if (error == 0 && message->control_length > MOST_CONTROL) error = -ENOBUFS;
  if (error == 0) error = read_exactly(call, address_of(header.msg_control), message->control, message->control_length);
  return error == 0 ? adopt_control(call, message) : error;
}

static void release_message(struct message *message) {
  for (size_t i = 0; i < message->descriptor_count; i++) close(message->descriptors[i]);
  free(message->content);
}

// From an offset on; what goes beside the content goes with its first byte.
static ssize_t send_now(int fd, struct message *message, size_t from, int more_flags) {
  struct iovec content = {message->content + from, message->length - from};
  struct msghdr header = {.msg_iov = &content, .msg_iovlen = 1};
  if (message->address.length > 0) header.msg_name = &message->address.any, header.msg_namelen = message->address.length;
  if (from == 0 && message->control_length > 0)
    header.msg_control = message->control, header.msg_controllen = message->control_length;
  ssize_t sent = sendmsg(fd, &header, message->flags | MSG_NOSIGNAL | more_flags);
  return sent < 0 ? -errno : sent;
}

// Of several messages the length of the first stands in the caller's memory; the call returns their number.
static void answer(const struct broker *broker, const struct call *call, int type, int flags, ssize_t sent) {
  unsigned length = (unsigned)sent;
  if (sent >= 0 && call->number == SYS_sendmmsg) {
    struct iovec from = {&length, sizeof length}, to = {(char *)(uintptr_t)call->arguments[1] + sizeof(struct msghdr), sizeof length};
    sent = process_vm_writev(call->caller, &from, 1, &to, 1, 0) == sizeof length ? 1 : -EFAULT;
  }
  if (sent == -EPIPE && type == SOCK_STREAM && !(flags & MSG_NOSIGNAL)) syscall(SYS_tkill, call->caller, SIGPIPE);
  if (sent < 0) answer_call(broker, call, (int)-sent);
  else answer_number(broker->listener, call, sent, 0);
}

// Until there is room for it, or a signal ends the wait. A stream takes it piece by piece.
static void send_patiently(const struct broker *broker, const struct call *call, int fd, int type, struct message *message,
                           size_t done) {
  if (!become_helper(broker, call)) return;
  ssize_t sent;
  bool goes_on;
  do {
    sent = send_now(fd, message, done, 0);
    if (sent > 0) done += (size_t)sent;
    goes_on = sent == -EINTR ? is_waiting(broker->listener, call) && !has_caught_signal(call->caller)
                             : sent > 0 && type == SOCK_STREAM && done < message->length;
  } while (goes_on);
  answer(broker, call, type, message->flags, done > 0 ? (ssize_t)done : sent);
  _exit(0);
}

static bool may_wait(int fd, int flags) { return !(flags & MSG_DONTWAIT) && !(fcntl(fd, F_GETFL) & O_NONBLOCK); }

static void send_on(const struct broker *broker, const struct call *call, int fd, struct message *message) {
  int object = -1, error = 0, type = socket_option(fd, SO_TYPE);
  bool is_local_datagram = socket_option(fd, SO_DOMAIN) == AF_UNIX && type == SOCK_DGRAM; // else a name is no path
  if (is_local_datagram && message->address.length > 0)
    error = judge_destination(broker, call, &message->address, &object);
  if (error == 0 && message->is_cut && type != SOCK_STREAM) error = -EMSGSIZE;
  ssize_t sent = error != 0 ? error : send_now(fd, message, 0, MSG_DONTWAIT);
  bool is_rest = sent == -EAGAIN || (type == SOCK_STREAM && sent > 0 && (size_t)sent < message->length);
  if (is_rest && may_wait(fd, message->flags)) send_patiently(broker, call, fd, type, message, sent > 0 ? (size_t)sent : 0);
  else answer(broker, call, type, message->flags, sent);
  if (object >= 0) close(object);
}

void send_message_for(const struct broker *broker, const struct call *call) {
  static struct message message;
  message.content = NULL;
  message.descriptor_count = 0;
  bool is_none = call->number == SYS_sendmmsg && (unsigned)call->arguments[2] == 0;
  int error = is_none ? 0 : read_message(call, &message);
  int fd = take_socket(broker, call);
  if (fd < 0 || is_none || error != 0) answer_call(broker, call, fd < 0 ? -fd : -error);
  else send_on(broker, call, fd, &message);
  if (fd >= 0) close(fd);
  release_message(&message);
}

void spell_message(const struct call *call, char first[PATH_MAX], char second[PATH_MAX]) {
  struct msghdr header;
  struct iovec piece;
  struct address address;
  int flags;
  if (read_header(call, &header, &piece, &flags) != 0 || read_destination(call, &header, &address) != 0) return;
  if (address.length > 0) spell_words(call, &address, first, second);
}
