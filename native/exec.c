// `nono exec`: reads a compiled plan, holds it against this machine, and completes it for one session.
#include "exec.h"

#include "exec-facts.h"
#include "exec-plan.h"
#include "exec-session.h"
#include "exec-trust.h"
#include "exec-variables.h"
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

enum { EXIT_NOT_STARTED = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127, MOST_SHOWN = 1000 };
enum { TAG_RULE = 3, TAG_EXECUTABLE = 5, TAG_ARGUMENT = 6, TAG_WORKDIR = 8, TAG_ABOUT = 11 };

extern char **environ;

struct request {
  const char *file;
  char **command; // NULL-terminated; empty: what the plan was compiled with
  bool json, silent;
};

struct session {
  struct plan_file plan;
  struct request request;
  char path[PATH_MAX]; // the plan's own, every link resolved
  struct session_name name;
  struct names names;
};

static void print_escaped(FILE *to, const char *text, bool json) {
  for (; *text != 0; text++) {
    unsigned char byte = (unsigned char)*text;
    if (json && (byte == '"' || byte == '\\')) fprintf(to, "\\%c", byte);
    else if (byte < 0x20 || byte == 0x7f) fprintf(to, json ? "\\u%04x" : "\\x%02x", byte);
    else fputc(byte, to);
  }
}

// A command about a file, which a shell takes as it stands; of a name that would take more quoting, its beginning.
static const char *about(const char *command, const char *name) {
  static char text[PATH_MAX + 64];
  bool is_plain = name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+:@%-")] == 0;
  const char *quote = is_plain && *name != 0 ? "" : "'";
  if (*name == '-' || strchr(name, '\'') != NULL) snprintf(text, sizeof text, "%s …", command);
  else snprintf(text, sizeof text, "%s %s%s%s", command, quote, name, quote);
  return text;
}

// One issue in the words of every other, on standard error.
_Noreturn static void refuse(const struct request *request, int exit_code, const char *code, const char *message,
                             const char *remedy) {
  if (request->json) fprintf(stderr, "{\"version\":1,\"status\":\"error\",\"exitCode\":%d,\"issues\":[{\"code\":\"%s\",\"message\":\"", exit_code, code);
  else fputs("nono: ", stderr);
  print_escaped(stderr, message, request->json);
  if (request->json) fputs("\",\"remedy\":\"", stderr);
  else fprintf(stderr, " [%s]\n  Try: ", code);
  print_escaped(stderr, remedy, request->json);
  fputs(request->json ? "\"}]}\n" : "\n", stderr);
  exit(exit_code);
}

_Noreturn static void refuse_plan(const struct request *request, const char *reason) {
  static char message[REASON_BYTES + PATH_MAX];
  snprintf(message, sizeof message, "the plan \"%s\" cannot be used: %s", request->file, reason);
  refuse(request, EXIT_NOT_STARTED, "exec/plan", message, about("nono compile … -o", request->file));
}

// Words that are not understood are the planner's to explain.
static bool read_words(char **words, struct request *request) {
  for (; *words != NULL && (*words)[0] == '-'; words++)
    if (strcmp(*words, "--json") == 0) request->json = true;
    else if (strcmp(*words, "--no-diagnostics") == 0) request->silent = true;
    else return false;
  if (*words == NULL) return false;
  request->file = *words++;
  if (*words != NULL && strcmp(*words, "--") == 0) words++;
  else if (*words != NULL && (*words)[0] == '-') return false;
  request->command = words;
  return true;
}

static void find_place(struct session *session, int fd) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, session->path, sizeof session->path - 1);
  if (length <= 0 || session->path[0] != '/') refuse_plan(&session->request, "where it lies cannot be told");
  session->path[length] = 0;
}

static const uint8_t *read_plan(struct session *session, size_t *length) {
  struct stat status;
  int fd = open(session->request.file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0 || fstat(fd, &status) != 0) refuse_plan(&session->request, strerror(errno));
  find_place(session, fd);
  const char *reason = distrust(session->path, &status);
  if (reason != NULL) refuse_plan(&session->request, reason);
  if (status.st_size > PLAN_FILE_MAX_BYTES) refuse_plan(&session->request, "it is larger than a plan can be");
  *length = (size_t)status.st_size;
  const uint8_t *bytes = read_whole(fd, *length);
  if (bytes == NULL) refuse_plan(&session->request, strerror(errno));
  close(fd);
  return bytes;
}

static bool lies_in(const char *path, const char *directory) {
  size_t length = strlen(directory);
  return strncmp(path, directory, length) == 0 && (path[length] == 0 || path[length] == '/' || length == 1);
}

static void check_plan(struct session *session, const char *launcher) {
  static char reason[REASON_BYTES];
  struct plan_record grant;
  size_t length;
  const uint8_t *bytes = read_plan(session, &length);
  const char *fault = decode_plan_file(bytes, length, PLAN_IS_COMPILED, &session->plan);
  if (fault != NULL) refuse_plan(&session->request, fault);
  for (size_t at = 0; next_record(&session->plan, PLAN_WRITABLE, &at, &grant);)
    if (lies_in(session->path, grant.text)) refuse_plan(&session->request, "it lies in what it lets its commands write");
  if (!facts_hold(&session->plan, launcher, reason)) refuse_plan(&session->request, reason);
}

// The words of the command line, or those that the plan was compiled with.
static char **command_of(const struct session *session) {
  if (session->request.command[0] != NULL) return session->request.command;
  struct plan_record word;
  size_t count = 0;
  for (size_t at = 0; next_record(&session->plan, PLAN_ARGUMENT, &at, &word);) count++;
  if (count == 0)
    refuse(&session->request, 2, "usage/no-command", "no command was given, and the plan has none", "nono exec PLAN -- COMMAND");
  char **words = calloc(count + 1, sizeof *words);
  if (words == NULL) refuse_plan(&session->request, strerror(ENOMEM));
  count = 0;
  for (size_t at = 0; next_record(&session->plan, PLAN_ARGUMENT, &at, &word);) words[count++] = (char *)word.text;
  return words;
}

static bool is_program(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

static bool join(char into[PATH_MAX], const char *directory, size_t length, const char *name) {
  return snprintf(into, PATH_MAX, "%.*s/%s", (int)length, directory, name) < PATH_MAX;
}

static bool search(const char *name, char found[PATH_MAX]) {
  const char *at = getenv("PATH");
  for (size_t length; at != NULL && *at != 0; at += length + (at[length] == ':')) {
    length = strcspn(at, ":");
    if (*at == '/' && join(found, at, length, name) && is_program(found)) return true;
  }
  return false;
}

// By PATH, or by its path from the directory where it will start.
static void find_command(const struct session *session, const char *name, char found[PATH_MAX]) {
  static char message[PATH_MAX + 64];
  struct plan_record workdir;
  char here[PATH_MAX];
  const char *start = find_record(&session->plan, PLAN_WORKDIR, &workdir) ? workdir.text : getcwd(here, sizeof here);
  bool is_path = strchr(name, '/') != NULL;
  if (!is_path && *name != 0 && search(name, found)) return;
  snprintf(message, sizeof message, "\"%s\" was not found%s", name, is_path ? "" : " on PATH");
  if (!is_path) refuse(&session->request, EXIT_NOT_FOUND, "command/not-found", message, about("command -v", name));
  if (*name == '/') snprintf(found, PATH_MAX, "%s", name);
  else if (start == NULL || !join(found, start, strlen(start), name)) found[0] = 0;
  if (is_program(found)) return;
  bool is_there = access(found, F_OK) == 0;
  if (!is_there) refuse(&session->request, EXIT_NOT_FOUND, "command/not-found", message, about("ls -l", name));
  snprintf(message, sizeof message, "\"%s\" is not executable", name);
  refuse(&session->request, EXIT_NOT_EXECUTABLE, "command/not-executable", message, about("chmod +x", name));
}

static bool is_terminal(const char *path) {
  const char *number = strncmp(path, "/dev/pts/", 9) == 0 ? path + 9 : strncmp(path, "/dev/tty", 8) == 0 ? path + 8 : "";
  return *number >= '0' && *number <= '9';
}

// The terminals that are handed over, so that opening them by name works as well.
static void put_terminals(struct bytes *program, const struct session *session) {
  struct plan_record terminal;
  char link[32], path[PATH_MAX], before[PATH_MAX] = "";
  find_record(&session->plan, PLAN_TERMINAL, &terminal);
  for (int fd = 0; fd <= 2; fd++) {
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    if (!is_terminal(path) || strcmp(path, before) == 0) continue;
    put_u32(program, TAG_RULE);
    put_u32(program, (uint32_t)(16 + strlen(path) + 1));
    put(program, terminal.payload, 16);
    put(program, path, strlen(path) + 1);
    snprintf(before, sizeof before, "%s", path);
  }
}

// What the journal of originals says about the session.
static void put_about(struct bytes *program, const struct session *session, char **command) {
  char *text;
  size_t length;
  FILE *json = open_memstream(&text, &length);
  if (json == NULL) refuse_plan(&session->request, strerror(ENOMEM));
  fprintf(json, "{\"version\":1,\"id\":\"%s\",\"started\":\"%s\",\"command\":\"", session->name.id, session->name.started);
  for (size_t shown = 0, i = 0; command[i] != NULL && shown < MOST_SHOWN; shown += strlen(command[i]) + 1, i++) {
    char word[MOST_SHOWN + 1];
    snprintf(word, sizeof word, "%s%s", i == 0 ? "" : " ", command[i]);
    for (char *at = word; *at != 0; at++)
      if ((unsigned char)*at > 0x7e) *at = '?'; // it may be cut within a character, or be none
    print_escaped(json, word, true);
  }
  fputs("\"}", json);
  fclose(json);
  put_text(program, TAG_ABOUT, text);
  free(text);
}

static void put_program(struct bytes *program, const struct session *session, char **command, const char *executable) {
  struct plan_record lasting, workdir, store;
  find_record(&session->plan, PLAN_PROGRAM, &lasting);
  begin_program(program);
  put_filled(program, lasting.text, (size_t)(lasting.end - lasting.text), &session->names);
  put_terminals(program, session);
  if (find_record(&session->plan, PLAN_STORE, &store)) put_about(program, session, command);
  put_text(program, TAG_EXECUTABLE, executable);
  for (char **word = command; *word != NULL; word++) put_text(program, TAG_ARGUMENT, *word);
  if (!put_variables(program, &session->plan, &session->names, environ))
    refuse_plan(&session->request, "its tables of variables are damaged");
  if (find_record(&session->plan, PLAN_WORKDIR, &workdir)) put_text(program, TAG_WORKDIR, workdir.text);
  end_program(program);
}

_Noreturn static void cannot_make(const struct session *session, const char *what, const char *around) {
  static char message[PATH_MAX + 128];
  snprintf(message, sizeof message, "%s of \"%s\" cannot be made (%s)", what, around, strerror(errno));
  refuse(&session->request, EXIT_NOT_STARTED, "launch/temporary", message, "make room in its directory, or nono compile … with another TMPDIR");
}

int prepare_execution(char **words, const char *launcher, struct execution *execution) {
  static struct session session;
  char executable[PATH_MAX];
  if (!read_words(words, &session.request)) return 0;
  check_plan(&session, launcher);
  name_session(&session.name);
  session.names = (struct names){session.name.id, session.name.started, PLACEHOLDER_ID, PLACEHOLDER_START};
  char **command = command_of(&session);
  find_command(&session, command[0], executable);
  put_program(&execution->program, &session, command, executable);
  name_execution(&session.plan, &session.names, execution);
  execution->wish = session.request.silent ? "none" : session.request.json ? "json" : "text";
  const char *missing = make_directories(&session.plan, &session.names, execution);
  if (missing != NULL) cannot_make(&session, missing, execution->temporary);
  return 1;
}
