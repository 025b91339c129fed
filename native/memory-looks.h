// Whether every look that planning took at the disk sees what it saw then.
#ifndef NONO_MEMORY_LOOKS_H
#define NONO_MEMORY_LOOKS_H

#include "exec-plan.h"

bool looks_hold(const struct plan_file *plan);

#endif
