// Addresses are copied, judged and used by the broker on the caller's own socket: a path is the socket behind it, a port
// is loopback's.
#include "sockets.h"

#include "caller.h"
#include "denials.h"
#include "helper.h"
#include "judge.h"
#include "originals.h"
#include "held.h"
#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int copy_address(const struct call *call, uint64_t from, int length, struct address *address) {
  memset(address, 0, sizeof *address);
  if (length < 0 || (size_t)length > sizeof address->room) return -EINVAL;
  address->length = (socklen_t)length;
  ssize_t got = read_memory(call->caller, from, &address->room, (size_t)length);
  return got == length ? 0 : -EFAULT;
}

static int read_address(const struct call *call, struct address *address) {
  return copy_address(call, call->arguments[1], (int)call->arguments[2], address);
}

int socket_option(int fd, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : -1;
}

int take_socket(const struct broker *broker, const struct call *call) {
  int fd = take_descriptor(call->caller, (int)call->arguments[0]);
  if (fd < 0) return fd;
  int error = socket_option(fd, SO_DOMAIN) < 0 ? -errno : is_waiting(broker->listener, call) ? 0 : -ESRCH;
  if (error == 0) return fd;
  close(fd);
  return error;
}

// How much of a Unix address its family takes.
enum { PATH_AT = offsetof(struct sockaddr_un, sun_path) };

static bool is_path(const struct address *address) {
  return address->any.sa_family == AF_UNIX && address->length > PATH_AT && address->local.sun_path[0] != 0;
}

static int name_of(const struct call *call, const struct address *address, struct name *name) {
  char text[sizeof address->room + 1] = {0};
  memcpy(text, address->local.sun_path, address->length - PATH_AT);
  return name_path(call->caller, AT_FDCWD, text, name);
}

// Where the kernel does not keep abstract names inside the domain, none is reached; nor from a session inside, since it is
// the broker's domain that counts.
static int judge_abstract(const struct broker *broker, const struct address *address) {
  bool is_name = address->any.sa_family == AF_UNIX && address->length > PATH_AT;
  return is_name && (!broker->scopes_abstract_sockets || judging_program(1) != NULL) ? -EACCES : 0;
}

// The socket behind a path, held: the address becomes its handle.
static int pin_socket(const struct call *call, struct address *address, int *object) {
  struct name name;
  char path[PATH_MAX];
  int error = name_of(call, address, &name);
  if (error != 0) return error;
  *object = open_object(&name, 0, 0);
  release_name(&name);
  if (*object < 0) return *object;
  error = describe_object(*object, path);
  if (error != 0) return error;
  if (!(socket_rights_at(path) & SOCKET_CONNECT) || denied_at(path, MEANS_SOCKET)) return -EACCES;
  struct handle handle = handle_of(*object);
  strcpy(address->local.sun_path, handle.path);
  address->length = (socklen_t)(PATH_AT + strlen(handle.path) + 1);
  return 0;
}

int judge_destination(const struct broker *broker, const struct call *call, struct address *address, int *object) {
  *object = -1;
  return is_path(address) ? pin_socket(call, address, object) : judge_abstract(broker, address);
}

static uint32_t v4_of(const struct address *address) {
  if (address->any.sa_family == AF_INET) return ntohl(address->v4.sin_addr.s_addr);
  uint32_t mapped;
  memcpy(&mapped, &address->v6.sin6_addr.s6_addr[12], sizeof mapped);
  return ntohl(mapped);
}

// The unspecified address is this machine, to connect to; to listen on, it is every interface.
enum reach { REACHES_LOOPBACK, REACHES_ANYTHING_HERE, REACHES_OUT };

static enum reach reach_of(const struct address *address) {
  bool is_v4 = address->any.sa_family == AF_INET || IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr);
  if (is_v4) {
    uint32_t v4 = v4_of(address);
    return v4 >> 24 == 127 ? REACHES_LOOPBACK : v4 == 0 ? REACHES_ANYTHING_HERE : REACHES_OUT;
  }
  if (IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr)) return REACHES_LOOPBACK;
  return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr) ? REACHES_ANYTHING_HERE : REACHES_OUT;
}

static bool is_internet(const struct address *address) {
  if (address->any.sa_family == AF_INET) return address->length >= sizeof address->v4;
  return address->any.sa_family == AF_INET6 && address->length >= offsetof(struct sockaddr_in6, sin6_scope_id);
}

static bool closes_network(const struct program *program) { return (program->hygiene & HYGIENE_LOCAL_DESCRIPTORS) != 0; }

static bool is_network_closed(void) {
  const struct program *program;
  for (size_t i = 0; (program = judging_program(i)) != NULL; i++)
    if (closes_network(program)) return true;
  return false;
}

static bool has_port(const struct program *program, in_port_t port, uint32_t right) {
  for (size_t i = 0; i < program->port_count; i++)
    if (program->ports[i].number == ntohs(port) && program->ports[i].flags & right) return true;
  return false;
}

static bool allows_port(const struct address *address, uint32_t right) {
  in_port_t port = address->any.sa_family == AF_INET ? address->v4.sin_port : address->v6.sin6_port;
  const struct program *program;
  for (size_t i = 0; (program = judging_program(i)) != NULL; i++)
    if (closes_network(program) && !has_port(program, port, right)) return false;
  return true;
}

static int judge_connection(int domain, const struct address *address) {
  if (domain == AF_UNIX || address->any.sa_family == AF_UNSPEC || !is_network_closed()) return 0;
  if ((domain != AF_INET && domain != AF_INET6) || !is_internet(address)) return -EACCES;
  return reach_of(address) != REACHES_OUT && allows_port(address, PORT_CONNECT) ? 0 : -EACCES;
}

static bool may_wait(int fd) {
  int type = socket_option(fd, SO_TYPE);
  return (type == SOCK_STREAM || type == SOCK_SEQPACKET) && !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static int connect_now(int fd, const struct address *address) {
  return connect(fd, &address->any, address->length) == 0 ? 0 : errno;
}

// The socket is the caller's too, which can make it wait at any moment, and then for ever: a timer of this thread ends that.
static int connect_briefly(int fd, const struct address *address) {
  int error = begin_interruptions() ? connect_now(fd, address) : EAGAIN;
  end_interruptions();
  return error;
}

// A signal that the caller handles ends its wait, as it would outside; the connection goes on being made.
static void connect_patiently(const struct broker *broker, const struct call *call, int fd,
                              const struct address *address) {
  if (!become_helper(broker, call)) return;
  int error;
  do error = connect_now(fd, address);
  while (error == EINTR && is_waiting(broker->listener, call) && !has_caught_signal(call->caller));
  answer_number(broker->listener, call, 0, error);
  _exit(0);
}

static void connect_judged(const struct broker *broker, const struct call *call, int fd, const struct address *address) {
  int error = may_wait(fd) ? EINTR : connect_briefly(fd, address);
  if (error == EINTR) connect_patiently(broker, call, fd, address);
  else answer_call(broker, call, error);
}

void connect_socket(const struct broker *broker, const struct call *call) {
  struct address address;
  int object = -1, error = read_address(call, &address);
  int fd = error == 0 ? take_socket(broker, call) : error;
  if (fd >= 0) {
    int domain = socket_option(fd, SO_DOMAIN);
    error = judge_connection(domain, &address);
    if (error == 0 && domain == AF_UNIX) error = judge_destination(broker, call, &address, &object);
    if (error == 0) connect_judged(broker, call, fd, &address);
    else answer_call(broker, call, -error);
    close(fd);
  } else answer_call(broker, call, -fd);
  if (object >= 0) close(object);
}

// The name is made in the directory that was judged, whatever its path means by now: the broker goes there for it.
static int bind_path(const struct broker *broker, const struct call *call, int fd, struct address *address) {
  struct name name;
  struct place place;
  char path[PATH_MAX];
  int mask = read_umask(call->caller);
  int error = mask < 0 ? mask : name_of(call, address, &name);
  if (error != 0) return error;
  error = take_place(&name, &place);
  if (error != 0) return error;
  error = describe_place(&place, path);
  if (error == 0 && (!(socket_rights_at(path) & SOCKET_BIND) || denied_at(path, MEANS_SOCKET))) error = -EACCES;
  size_t length = strlen(place.last);
  if (error == 0 && length > sizeof address->local.sun_path) error = -EINVAL;
  if (error == 0 && !go_to(place.directory)) error = -errno;
  if (error == 0) {
    umask((mode_t)mask);
    memcpy(address->local.sun_path, place.last, length);
    address->length = (socklen_t)(PATH_AT + length);
    error = bind(fd, &address->any, address->length) == 0 ? 0 : -errno;
  }
  if (error == 0) note_birth(broker, place.directory, place.last);
  release_place(&place);
  return error;
}

// What would listen on every interface listens on loopback's: on the one that most reach, where a socket is for both
// versions.
static void narrow_to_loopback(int fd, struct address *address) {
  int is_v6_alone = 0;
  socklen_t length = sizeof is_v6_alone;
  if (address->any.sa_family == AF_INET) address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  else if (getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &is_v6_alone, &length) == 0 && is_v6_alone)
    address->v6.sin6_addr = in6addr_loopback;
  else inet_pton(AF_INET6, "::ffff:127.0.0.1", &address->v6.sin6_addr);
}

static int bind_internet(int fd, struct address *address) {
  if (is_network_closed()) {
    if (!is_internet(address) || !allows_port(address, PORT_LISTEN)) return -EACCES;
    enum reach reach = reach_of(address);
    if (reach == REACHES_OUT) return -EACCES;
    if (reach == REACHES_ANYTHING_HERE) narrow_to_loopback(fd, address);
  }
  return bind(fd, &address->any, address->length) == 0 ? 0 : -errno;
}

void bind_socket(const struct broker *broker, const struct call *call) {
  struct address address;
  int error = read_address(call, &address);
  int fd = error == 0 ? take_socket(broker, call) : error;
  if (fd >= 0) {
    if (socket_option(fd, SO_DOMAIN) != AF_UNIX) error = bind_internet(fd, &address);
    else if (is_path(&address)) error = bind_path(broker, call, fd, &address);
    else error = bind(fd, &address.any, address.length) == 0 ? 0 : -errno;
    close(fd);
  } else error = fd;
  answer_call(broker, call, -error);
}

// A socket that is bound to nothing would be given a port by the kernel, on every interface.
static int judge_listening(int fd) {
  struct address address = {.length = sizeof address.room};
  if (socket_option(fd, SO_DOMAIN) == AF_UNIX || !is_network_closed()) return 0;
  if (getsockname(fd, &address.any, &address.length) != 0) return -errno;
  return is_internet(&address) && allows_port(&address, PORT_LISTEN) ? 0 : -EACCES;
}

void listen_socket(const struct broker *broker, const struct call *call) {
  int fd = take_socket(broker, call);
  int error = fd < 0 ? fd : judge_listening(fd);
  if (error == 0 && listen(fd, (int)call->arguments[1]) != 0) error = -errno;
  if (fd >= 0) close(fd);
  answer_call(broker, call, -error);
}

// A path, or a host and a port.
void spell_words(const struct call *call, const struct address *address, char first[PATH_MAX],
                 char second[PATH_MAX]) {
  struct name name;
  char start[PATH_MAX] = "";
  if (is_path(address) && name_of(call, address, &name) == 0) {
    if (name.start != AT_FDCWD) describe_object(name.start, start);
    if (snprintf(first, PATH_MAX, "%s%s%s", start, name.start == AT_FDCWD ? "" : "/", name.path) >= PATH_MAX) first[0] = 0;
    release_name(&name);
  }
  if (!is_internet(address)) return;
  bool is_v4 = address->any.sa_family == AF_INET;
  const void *number = is_v4 ? (const void *)&address->v4.sin_addr : (const void *)&address->v6.sin6_addr;
  if (inet_ntop(address->any.sa_family, number, first, PATH_MAX) == NULL) first[0] = 0;
  snprintf(second, PATH_MAX, "%u", ntohs(is_v4 ? address->v4.sin_port : address->v6.sin6_port));
}

void spell_address(const struct call *call, char first[PATH_MAX], char second[PATH_MAX]) {
  struct address address;
  if (read_address(call, &address) == 0) spell_words(call, &address, first, second);
}

void spell_own_address(const struct broker *broker, const struct call *call, char first[PATH_MAX],
                       char second[PATH_MAX]) {
  struct address address = {.length = sizeof address.room};
  int fd = take_socket(broker, call);
  if (fd >= 0 && getsockname(fd, &address.any, &address.length) == 0) spell_words(call, &address, first, second);
  if (fd >= 0) close(fd);
}
