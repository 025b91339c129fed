// The command's environment: what the caller has, less what a plan withholds, and what it sets.
#ifndef NONO_EXEC_VARIABLES_H
#define NONO_EXEC_VARIABLES_H

#include "exec-bytes.h"
#include "exec-plan.h"

// Puts a record of the program for each variable. False where the plan's tables are of another form.
bool put_variables(struct bytes *program, const struct plan_file *plan, const struct names *names, char **environment);

#endif
