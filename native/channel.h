// The one descriptor between nono and the launcher: frames out, the program and then signals in.
#ifndef NONO_CHANNEL_H
#define NONO_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#define CHANNEL_FD 3

enum frame { FRAME_HELLO = 1, FRAME_FAILURE = 2, FRAME_STOPPED = 3, FRAME_ENDED = 4, FRAME_DENIED = 5, FRAME_LIMIT = 6 };

enum ending { ENDED_EXITED = 0, ENDED_SIGNALLED = 1 };

enum limit { LIMIT_NONE = 0, LIMIT_MEMORY = 1, LIMIT_TASKS = 2, LIMIT_CPU = 3, LIMIT_TIMEOUT = 4 };

void send_hello(void);
void send_stopped(uint32_t signal);
void send_ended(enum ending how, uint32_t value, uint32_t leftover_errno);
// A limit that was reached, and how often.
void send_limit(enum limit limit, uint32_t count);
// What was refused, how often, and two texts, each with its NUL.
void send_denied(uint32_t operation, uint32_t error, uint32_t count, const char *texts, size_t length);
void send_failure(const char *step, const char *detail, int error);

// Reports the failed step, then ends the process: nothing was confined, so nothing may run.
_Noreturn void fail(const char *step, const char *detail, int error);

// The program's bytes, or the end of the process. The caller owns the memory.
uint8_t *receive_program(size_t *length);

#endif
