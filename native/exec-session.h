// A session that nono's own process begins without a planner: its name, what it has on the disk, its program.
#ifndef NONO_EXEC_SESSION_H
#define NONO_EXEC_SESSION_H

#include "exec-bytes.h"
#include "exec-plan.h"

struct session_name {
  char id[32], started[32];
};

// As src/launch/host.ts names sessions.
void name_session(struct session_name *name);

// What the session has on the disk, as the planner hands it over. "" stands for what it does not have.
struct execution {
  const char *temporary, *store, *plan, *cgroup, *wish;
  struct bytes program;
};

// Names everything of a plan by this session; the texts live as long as the process.
void name_execution(const struct plan_file *plan, const struct names *names, struct execution *execution);

// Makes the private directory, the plan and the guide for the command to read, and the store. NULL, or what could not be
// made, with errno; what was made before that is removed again.
const char *make_directories(const struct plan_file *plan, const struct names *names, const struct execution *execution);

void begin_program(struct bytes *program);
void end_program(struct bytes *program);

// One record of a program, with a text.
void put_text(struct bytes *program, uint32_t tag, const char *text);

#endif
