// The process outside that the ways lead to.
#ifndef NONO_VICTIM_H
#define NONO_VICTIM_H

#include <stddef.h>
#include <sys/types.h>

// The victim's abstract socket; how many bytes of the name count.
size_t abstract_name(char name[32], pid_t victim);

// Listens in the working directory, says there where, and stays until its input ends.
int be_victim(void);

#endif
