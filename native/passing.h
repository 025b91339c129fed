// Messages between the session's own processes, with a descriptor where one goes along.
#ifndef NONO_PASSING_H
#define NONO_PASSING_H

#include <stddef.h>
#include <sys/types.h>

// fd is -1 for none. 0, or an errno.
int send_message(int socket, const void *message, size_t length, int fd);

// The message's length, 0 when the other end is closed, or a negative errno. *fd is -1 where no descriptor came.
ssize_t receive_message(int socket, void *message, size_t length, int *fd);

#endif
