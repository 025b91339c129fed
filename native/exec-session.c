// A session without a planner: see exec-session.h.
#include "exec-session.h"

#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void put_digits(char *into, unsigned long value, int count) {
  while (count-- > 0) {
    into[count] = "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36];
    value /= 36;
  }
}

void name_session(struct session_name *name) {
  struct timespec now;
  struct tm day;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &day);
  strftime(name->id, sizeof name->id, "%Y%m%d-%H%M%S-.....-......", &day);
  put_digits(name->id + 16, (unsigned long)getpid(), 5);
  put_digits(name->id + 22, (unsigned long)now.tv_nsec, 6);
  size_t length = strftime(name->started, sizeof name->started, "%Y-%m-%dT%H:%M:%S", &day);
  snprintf(name->started + length, sizeof name->started - length, ".%03ldZ", now.tv_nsec / 1000000);
}

static const char *named(const struct plan_file *plan, const struct names *names, enum plan_tag tag, const char *suffix) {
  struct plan_record record;
  struct bytes text = {0};
  if (!find_record(plan, tag, &record)) return "";
  put_filled(&text, record.text, strlen(record.text), names);
  put(&text, suffix, strlen(suffix) + 1);
  return (const char *)text.at;
}

void name_execution(const struct plan_file *plan, const struct names *names, struct execution *execution) {
  execution->temporary = named(plan, names, PLAN_TEMPORARY, "");
  execution->plan = named(plan, names, PLAN_TEMPORARY, ".json");
  execution->store = named(plan, names, PLAN_STORE, "");
  execution->cgroup = named(plan, names, PLAN_CGROUP, "");
}

static bool write_file(const char *path, const struct plan_record *content, const struct names *names) {
  struct bytes text = {0};
  put_filled(&text, content->text, (size_t)(content->end - content->text), names);
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  size_t done = 0;
  for (ssize_t wrote = 1; fd >= 0 && done < text.length && wrote > 0; done += (size_t)wrote)
    if ((wrote = write(fd, text.at + done, text.length - done)) < 0) break;
  bool is_whole = fd >= 0 && done == text.length;
  int error = errno;
  if (fd >= 0) close(fd);
  free(text.at);
  errno = error;
  return is_whole;
}

// With the directories around it, should it be the first.
static bool make_store(const char *path) {
  char directory[PATH_MAX];
  if (mkdir(path, 0700) == 0) return true;
  if (errno != ENOENT || snprintf(directory, sizeof directory, "%s", path) >= PATH_MAX) return false;
  for (char *slash = directory + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
    *slash = 0;
    if (mkdir(directory, 0700) != 0 && errno != EEXIST) return false;
  }
  return mkdir(path, 0700) == 0;
}

static const char *make_files(const struct plan_file *plan, const struct names *names, const struct execution *execution) {
  struct plan_record own, guide;
  find_record(plan, PLAN_OWN, &own);
  if (!write_file(execution->plan, &own, names)) return "the plan for the command to read";
  bool has_guide = find_record(plan, PLAN_GUIDE, &guide);
  if (has_guide && !write_file(named(plan, names, PLAN_TEMPORARY, ".md"), &guide, names)) return "the text for agents";
  if (execution->store[0] != 0 && !make_store(execution->store)) return "the store of originals";
  return NULL;
}

const char *make_directories(const struct plan_file *plan, const struct names *names, const struct execution *execution) {
  if (mkdir(execution->temporary, 0700) != 0) return "the private directory";
  const char *missing = make_files(plan, names, execution);
  if (missing == NULL) return NULL;
  int error = errno;
  unlink(execution->plan);
  unlink(named(plan, names, PLAN_TEMPORARY, ".md"));
  rmdir(execution->temporary);
  errno = error;
  return missing;
}

void begin_program(struct bytes *program) {
  static const uint8_t header[PROGRAM_HEADER_BYTES] = {'N', 'O', 'N', 'O', PROGRAM_VERSION, 0, 0, 0};
  put(program, header, sizeof header);
}

void end_program(struct bytes *program) {
  uint32_t length = (uint32_t)program->length + 4;
  memcpy(program->at + 8, &length, sizeof length);
  put_u32(program, checksum(program->at, program->length));
}

void put_text(struct bytes *program, uint32_t tag, const char *text) {
  size_t length = strlen(text) + 1;
  put_u32(program, tag);
  put_u32(program, (uint32_t)length);
  put(program, text, length);
}
