// The operations that join sockets with addresses: connect, bind, listen, and sending to an address.
#ifndef NONO_SOCKETS_H
#define NONO_SOCKETS_H

#include "broker.h"

// Each answers the call itself: at once or, where it waits, from a process of its own.
void connect_socket(const struct broker *broker, const struct call *call);
void bind_socket(const struct broker *broker, const struct call *call);
void listen_socket(const struct broker *broker, const struct call *call);

#endif
