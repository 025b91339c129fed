// The operations that join sockets with addresses: connect, bind, listen, and sending to an address.
#ifndef NONO_SOCKETS_H
#define NONO_SOCKETS_H

#include "broker.h"

#include <limits.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

struct address {
  union {
    struct sockaddr any;
    struct sockaddr_un local;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage room;
  };
  socklen_t length;
};

// Each answers the call itself: at once or, where it waits, from a process of its own.
void connect_socket(const struct broker *broker, const struct call *call);
void bind_socket(const struct broker *broker, const struct call *call);
void listen_socket(const struct broker *broker, const struct call *call);

// Copies an address of the caller: 0, or a negative errno.
int copy_address(const struct call *call, uint64_t from, int length, struct address *address);

// The caller's own socket: what is judged is what is acted on. Or a negative errno.
int take_socket(const struct broker *broker, const struct call *call);

int socket_option(int fd, int name); // an integer of SOL_SOCKET, or -1

// Judges where a Unix socket connects or sends to. A path becomes the handle of the socket behind it, which *object then
// holds; else that is -1. 0, or a negative errno.
int judge_destination(const struct broker *broker, const struct call *call, struct address *address, int *object);

// An address in words, for the report: a path, or a host and a port. What cannot be told stays empty.
void spell_words(const struct call *call, const struct address *address, char first[PATH_MAX], char second[PATH_MAX]);

// The same of the address of a call.
void spell_address(const struct call *call, char first[PATH_MAX], char second[PATH_MAX]);

// The same of what a socket is bound to already.
void spell_own_address(const struct broker *broker, const struct call *call, char first[PATH_MAX],
                       char second[PATH_MAX]);

#endif
