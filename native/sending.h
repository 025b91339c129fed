// Messages to an address: sent by the broker, so that what is judged is what they are sent to.
#ifndef NONO_SENDING_H
#define NONO_SENDING_H

#include "broker.h"

#include <limits.h>
#include <stdbool.h>

bool is_sending(const struct call *call);

// Answers the call itself: at once or, where it waits, from a process of its own.
void send_message_for(const struct broker *broker, const struct call *call);

// Where the message of a call goes, in words, for the report.
void spell_message(const struct call *call, char first[PATH_MAX], char second[PATH_MAX]);

#endif
