// The operations that join sockets with addresses: connect, bind, listen, and sending to an address.
#ifndef NONO_SOCKETS_H
#define NONO_SOCKETS_H

#include "broker.h"

#include <limits.h>

// Each answers the call itself: at once or, where it waits, from a process of its own.
void connect_socket(const struct broker *broker, const struct call *call);
void bind_socket(const struct broker *broker, const struct call *call);
void listen_socket(const struct broker *broker, const struct call *call);

// The address of a call in words, for the report: a path, or a host and a port. What cannot be told stays empty.
void spell_address(const struct call *call, char first[PATH_MAX], char second[PATH_MAX]);

// The same of what a socket is bound to already.
void spell_own_address(const struct broker *broker, const struct call *call, char first[PATH_MAX],
                       char second[PATH_MAX]);

#endif
