// What the broker refused, counted and bounded, for the report at the end of the run.
#ifndef NONO_DENIALS_H
#define NONO_DENIALS_H

#include "broker.h"

// Answers a call with an errno, 0 for success. A refusal is written down first, as long as the caller waits: its paths
// are in its memory.
void answer_call(const struct broker *broker, const struct call *call, int error);

// Writes down that a call is refused, by whomever.
void note_denial(const struct broker *broker, const struct call *call, int error);

// Hands all that was written down to nono.
void send_denials(void);

#endif
