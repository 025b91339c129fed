// `nono exec`: a command by a compiled plan, straight through the launcher, without Node.
#ifndef NONO_EXEC_H
#define NONO_EXEC_H

#include "exec-session.h"

// Makes the session's directories and its program from the words of `nono exec`. False where Node has to explain: a
// question for help, or words that cannot be understood. A plan that does not hold ends the process, with the reason.
int prepare_execution(char **words, const char *launcher, struct execution *execution);

#endif
