// Which executable runs nono's JavaScript.
#ifndef NONO_NODE_H
#define NONO_NODE_H

struct node {
  int executable;       // opened before anything confined ran
  int is_node_of_build; // byte for byte, as far as its size and time tell: then the planner's snapshot is one of it
};

// The standalone planner beside nono, else the Node that built nono, else the first on PATH outside of any project.
// The descriptor is above `lowest`. Ends the process, with the exit code, where there is none;
// with a code of 0 it is looked for in vain.
struct node find_node(const char *directory, int lowest, int exit_code);

// Bun does not start in a directory that was deleted, whatever it is to do: it starts in another, and a variable that
// src/launch/host.ts takes out again says so.
void leave_deleted_directory(void);

#endif
