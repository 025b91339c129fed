// The guard over commands: what may not be executed by name, and what is denied.
#ifndef NONO_COMMANDS_H
#define NONO_COMMANDS_H

#include "broker.h"

// Answers the call itself: the caller executes, or is told why not.
void judge_execution(const struct broker *broker, const struct call *call);

#endif
