// Working directory and mask belong to a process, and threads share them. A change is the kernel's own doing, some time
// after it was let through: until the thread that makes it calls again, nothing of its process is held.
#include "held.h"

#include "caller.h"
#include "handle.h"
#include "kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Each is found by its number's remainder, and gives way to the next of the same.
enum { THREADS_HELD = 16, PROCESSES_HELD = 8, SEVERAL = -1, CALLS_BEFORE_MEMORY = 8 };

struct thread {
  pid_t number; // 0: none
  int descriptor;
  pid_t process;
  int memory; // -1: not held
  unsigned calls;
};

struct process {
  pid_t number; // 0: none
  int descriptor;
  int directory;  // -1: not known
  int mask;       // a negative number: not known
  pid_t changing; // the thread that was let through to a change, 0 or SEVERAL
  int expected;   // the mask that comes of it, or DIRECTORY_CHANGES
};

static struct {
  struct thread threads[THREADS_HELD];
  struct process processes[PROCESSES_HELD];
  const struct thread *known; // who made the present call
  bool is_doubted;            // something was looked up by the caller's number since the present call began
  bool is_shared; // processes may share directory and mask
  bool mask_changed;
  mode_t first_mask;
} held;

void prepare_processes(void) {
  held.first_mask = umask(0);
  umask(held.first_mask);
}

static int open_process(pid_t number, unsigned flags) {
  doubt_caller();
  int descriptor = (int)syscall(NR_PIDFD_OPEN, number, flags);
  return descriptor < 0 ? -errno : descriptor;
}

// It is readable once the process, or the thread, has ended.
static bool is_alive(int descriptor) { return poll(&(struct pollfd){descriptor, POLLIN, 0}, 1, 0) == 0; }

static void release_directory(struct process *process) {
  if (process->directory < 0) return;
  leave_directory(process->directory);
  close(process->directory);
  process->directory = -1;
}

void begin_call(void) {
  held.known = NULL;
  held.is_doubted = false;
}

bool is_caller_known(void) { return held.known != NULL; }

void doubt_caller(void) {
  held.known = NULL;
  held.is_doubted = true;
}

// Whether the number is still that of the thread that is held. Who was held before the call, and lives, made it.
static bool is_still(const struct thread *thread) {
  if (held.known == thread) return true;
  if (!is_alive(thread->descriptor)) return false;
  if (!held.is_doubted) held.known = thread;
  return true;
}

static void release_process(struct process *process) {
  if (process->number == 0) return;
  close(process->descriptor);
  release_directory(process);
  process->number = 0;
}

static void release_memory(struct thread *thread) {
  if (thread->memory >= 0) close(thread->memory);
  thread->memory = -1;
  thread->calls = 0;
}

static void release_thread(struct thread *thread) {
  if (thread->number == 0) return;
  close(thread->descriptor);
  release_memory(thread);
  thread->number = 0;
}

static struct process *place_of_process(pid_t number) { return &held.processes[number % PROCESSES_HELD]; }

// Should the number have been another process's before, what is known of that one goes.
static void forget_dead(pid_t number) {
  struct process *process = place_of_process(number);
  if (process->number == number && !is_alive(process->descriptor)) release_process(process);
}

// 0, or a negative errno. A process is told by its first thread's number; other threads have descriptors of another
// kind, since Linux 6.9.
static int hold_thread(pid_t caller, struct thread *thread) {
  release_thread(thread);
  int descriptor = open_process(caller, 0);
  bool is_first = descriptor >= 0;
  if (!is_first) descriptor = open_process(caller, PIDFD_OF_THREAD);
  if (descriptor < 0) return descriptor;
  pid_t process = is_first ? caller : read_status(caller, "\nTgid:\t", 10);
  *thread = (struct thread){caller, descriptor, process, -1, 0};
  if (process > 0) forget_dead(process);
  return 0;
}

static struct thread *place_of_thread(pid_t caller) { return &held.threads[caller % THREADS_HELD]; }

static int take_from(int process, int descriptor) {
  int fd = (int)syscall(NR_PIDFD_GETFD, process, descriptor, 0);
  return fd < 0 ? -errno : fd;
}

// Threads have no descriptors before Linux 6.9: then by the process, whose descriptors they share. Nothing of it is held,
// since the thread's number could become another's while the process lives on.
static int take_by_process(pid_t caller, int descriptor) {
  int number = read_status(caller, "\nTgid:\t", 10);
  int process = number > 0 ? open_process(number, 0) : number;
  if (process < 0) return process;
  int fd = take_from(process, descriptor);
  close(process);
  return fd;
}

int take_descriptor(pid_t caller, int descriptor) {
  struct thread *thread = place_of_thread(caller);
  int fd = thread->number == caller ? take_from(thread->descriptor, descriptor) : -ESRCH;
  if (fd != -ESRCH) return fd;
  int error = hold_thread(caller, thread);
  if (error == -EINVAL) return take_by_process(caller, descriptor);
  return error != 0 ? error : take_from(thread->descriptor, descriptor);
}

static bool hold_process(struct process *process, pid_t number) {
  if (process->number != 0 && process->changing != 0 && is_alive(process->descriptor)) return false;
  release_process(process);
  int descriptor = open_process(number, 0);
  if (descriptor < 0) return false;
  *process = (struct process){.number = number, .descriptor = descriptor, .directory = -1, .mask = -1};
  return true;
}

// NULL where nothing can be held of it.
static struct process *process_of(pid_t caller) {
  struct thread *thread = place_of_thread(caller);
  if (held.is_shared) return NULL;
  if ((thread->number != caller || !is_still(thread)) && hold_thread(caller, thread) != 0) return NULL;
  if (thread->process <= 0) return NULL;
  struct process *process = place_of_process(thread->process);
  if (process->number != thread->process && !hold_process(process, thread->process)) return NULL;
  if (process->changing == caller) process->changing = 0; // it is here again
  return process;
}

// What was just read of the caller is its own, and not that of a later one of the same number.
static bool may_hold(const struct process *process, pid_t caller) {
  return process->changing == 0 && is_alive(place_of_thread(caller)->descriptor);
}

// Reading by it is faster, and finds nothing where the memory is gone. Where another process shares the memory that an
// executed program left, it would go on to find that.
int memory_of(pid_t caller) {
  struct thread *thread = place_of_thread(caller);
  if (thread->number != caller || !is_still(thread) || held.known != thread) return -1;
  if (thread->memory >= 0 || ++thread->calls < CALLS_BEFORE_MEMORY) return thread->memory;
  thread->memory = open_in_proc(caller, "mem", O_RDONLY);
  if (thread->memory < 0 || !is_still(thread)) release_memory(thread);
  return thread->memory;
}

void forget_memories(void) {
  for (size_t i = 0; i < THREADS_HELD; i++)
    if (held.threads[i].number != 0) release_memory(&held.threads[i]);
}

static int working_directory(pid_t caller, bool *is_lent) {
  struct process *process = process_of(caller);
  int directory = process != NULL && process->directory >= 0 ? process->directory : open_in_proc(caller, "cwd", O_PATH);
  *is_lent = directory >= 0 && process != NULL && (directory == process->directory || may_hold(process, caller));
  if (*is_lent) stand_in(process->directory = directory);
  return directory;
}

int open_start(pid_t caller, int descriptor, const char *path, bool *is_lent) {
  *is_lent = false;
  if (path[0] == '/') return AT_FDCWD;
  return descriptor == AT_FDCWD ? working_directory(caller, is_lent) : take_descriptor(caller, descriptor);
}

// As long as nobody changed one, it is the broker's own. A mask that is seen to be the expected one was changed by now.
int read_umask(pid_t caller) {
  if (!held.mask_changed) return (int)held.first_mask;
  struct process *process = process_of(caller);
  if (process != NULL && process->mask >= 0) return process->mask;
  int mask = read_status(caller, "\nUmask:\t", 8);
  if (mask < 0 || process == NULL) return mask;
  if (process->changing > 0 && process->expected == mask) process->changing = 0;
  if (may_hold(process, caller)) process->mask = mask;
  return mask;
}

void note_change(pid_t caller, int mask) {
  struct process *process = process_of(caller);
  if (mask >= 0) held.mask_changed = true;
  if (process == NULL) {
    stop_holding();
    return;
  }
  release_directory(process);
  process->mask = -1;
  process->changing = process->changing == 0 ? caller : SEVERAL;
  process->expected = mask;
}

void stop_holding(void) {
  held.is_shared = true;
  for (size_t i = 0; i < PROCESSES_HELD; i++) release_process(&held.processes[i]);
}
