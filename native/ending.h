// The end of a session.
#ifndef NONO_ENDING_H
#define NONO_ENDING_H

#include "session.h"

void kill_session(const struct session *session);

// Waits for all that was killed; what a child forked before it died is killed as well.
void reap_all(const struct session *session);

// Empties the private directory: 0, or the errno of what stays there.
int empty_at_end(const struct session *session);

// Ends a session whose supervisor is dead.
void end_in_its_stead(const void *session);

#endif
