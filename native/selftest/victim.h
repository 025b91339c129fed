// The process outside that the ways lead to.
#ifndef NONO_VICTIM_H
#define NONO_VICTIM_H

#include <sys/socket.h>

// Listens in the working directory, says there where, and stays until its input ends.
int be_victim(void);

// Ends the process where it cannot.
int listen_at(int family, const void *address, socklen_t length);

// Listens where one platform alone can.
void listen_elsewhere(void);

#endif
