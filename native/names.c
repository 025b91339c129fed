// Removing a name of what existed before is refused, or kept first; putting something else under it is kept first.
#include "names.h"

#include "births.h"
#include "caller.h"
#include "judge.h"
#include "kernel.h"
#include "originals.h"
#include "held.h"
#include "resolve.h"
#include "saves.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int find_place(const struct broker *broker, const struct call *call, int directory, uint64_t path,
               struct place *place) {
  struct name name;
  int error = read_name(call->caller, directory, path, &name);
  if (error != 0) return error;
  error = take_place(&name, place);
  if (error != 0 || is_caller_known() || is_waiting(broker->listener, call)) return error;
  release_place(place);
  return -ESRCH;
}

static int remove_entry(const struct place *place, int flags) {
  return unlinkat(place->directory, place->last, flags) == 0 ? 0 : -errno;
}

static void forget_if_gone(const struct statx *status) {
  if (status->stx_nlink <= 1 || S_ISDIR(status->stx_mode)) forget_birth(status);
}

// Removing it as what it is not fails either way, and says whether the right way would have been permitted: 0, or a
// negative errno.
static int may_remove(const struct place *place, int is_directory) {
  if (unlinkat(place->directory, place->last, is_directory ? 0 : AT_REMOVEDIR) == 0) return -EPERM;
  return errno == (is_directory ? EISDIR : ENOTDIR) ? 0 : -errno;
}

static bool is_empty(int directory, const char *name) {
  int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *entries = fd < 0 ? NULL : fdopendir(fd);
  if (entries == NULL && fd >= 0) close(fd);
  if (entries == NULL) return true; // unknown: what is said of it is that it is protected
  int count = 0;
  while (readdir(entries) != NULL) count++;
  closedir(entries);
  return count <= 2;
}

static bool is_own(const struct broker *broker, const struct place *place, const char *bare,
                   const struct statx *status) {
  return !is_old(broker, status) || is_own_link(broker, place->directory, bare, status);
}

static bool is_place_in_state(const struct place *place) {
  char path[PATH_MAX];
  return describe_place(place, path) == 0 && is_in_state(path);
}

static int remove_at(const struct broker *broker, const struct place *place, int flags) {
  struct statx status;
  char bare[PATH_MAX];
  bare_name(place, bare);
  bool is_directory;
  // What is no entry of its own cannot be removed at all: the kernel says why.
  if (strcmp(bare, ".") == 0 || strcmp(bare, "..") == 0 || look(place->directory, bare, &status) != 0 ||
      (is_directory = S_ISDIR(status.stx_mode)) != (flags == AT_REMOVEDIR))
    return remove_entry(place, flags);
  int denied = judge_place(place, DENY_READ | DENY_WRITE);
  if (denied != 0) return denied;
  if (is_own(broker, place, bare, &status)) {
    int error = remove_entry(place, flags);
    if (error == -EACCES) error = remove_beside(broker, place);
    if (error == 0) forget_if_gone(&status);
    return error;
  }
  int error = may_remove(place, is_directory);
  if (error != 0) return error;
  if (is_directory && !is_empty(place->directory, bare)) return -ENOTEMPTY;
  bool is_backup = is_superseded(broker, &status);
  if (!is_backup && !broker->keeps_deletions && !is_place_in_state(place)) return refuse_name(broker, place);
  error = keep_name(broker, is_backup ? REASON_REPLACED : REASON_DELETED, place->directory, bare);
  return error != 0 ? error : remove_entry(place, flags);
}

int remove_name(const struct broker *broker, const struct call *call, int directory, uint64_t path, int flags) {
  struct place place;
  if (flags & ~AT_REMOVEDIR) return -EINVAL;
  int error = find_place(broker, call, directory, path, &place);
  if (error != 0) return error;
  error = remove_at(broker, &place, flags);
  release_place(&place);
  return error;
}

static int move(const struct place *from, const struct place *to, unsigned flags) {
  return syscall(SYS_renameat2, from->directory, from->last, to->directory, to->last, flags) == 0 ? 0 : -errno;
}

struct side {
  const struct place *place;
  char bare[PATH_MAX];
  struct statx status;
  int error; // of looking it up
};

static void look_at(struct side *side, const struct place *place) {
  side->place = place;
  bare_name(place, side->bare);
  side->error = look(place->directory, side->bare, &side->status);
}

static int keep_side(const struct broker *broker, const struct side *side, enum keep_reason reason) {
  if (is_own(broker, side->place, side->bare, &side->status)) return 0;
  // The journal says which directories changed places: nothing of them is lost.
  if (reason == REASON_EXCHANGED && S_ISDIR(side->status.stx_mode)) return 0;
  int error = may_remove(side->place, S_ISDIR(side->status.stx_mode));
  if (error != 0) return error; // what cannot be replaced needs no keeping
  return keep_name(broker, reason, side->place->directory, side->bare);
}

static bool ends_with_session(const struct broker *broker, const struct place *place) {
  return broker->temporary >= 0 && lies_in(place->directory, broker->temporary);
}

static bool changes_denies(const struct side *moved, const char *from, const char *to) {
  if (S_ISDIR(moved->status.stx_mode)) return moving_changes_denies(from, to);
  return S_ISLNK(moved->status.stx_mode) && leads_to_denied(to);
}

static int judge_move(const struct side *source, const struct side *target, unsigned flags) {
  char paths[2][PATH_MAX];
  if (!has_denies() || source->error != 0) return 0;
  if (describe_places(source->place, target->place, paths) != 0) return -EACCES;
  const char *from = paths[0], *to = paths[1];
  if (denied_at(from, MEANS_NAME) || denied_at(to, MEANS_NAME) || changes_denies(source, from, to)) return -EACCES;
  bool goes_back = flags & RENAME_EXCHANGE && target->error == 0;
  return goes_back && changes_denies(target, to, from) ? -EACCES : 0;
}

// Its own layer refuses it: the save of a file that is granted by itself.
static int save(const struct broker *broker, const struct side *source, const struct side *target, unsigned flags) {
  int error = 0;
  int made = source->error == 0 ? openat(source->place->directory, source->bare, O_PATH | O_NOFOLLOW | O_CLOEXEC) : -1;
  bool is_sibling = made >= 0 && is_beside(broker, made);
  if (made >= 0) close(made);
  if (!is_sibling || !is_same_place(source->place->directory, target->place->directory)) return -EACCES;
  bool replaces = target->error == 0 && !(flags & RENAME_NOREPLACE) && is_old(broker, &target->status);
  if (replaces) error = keep_name(broker, REASON_REPLACED, target->place->directory, target->bare);
  if (error == 0) error = move_beside(broker, source->place, target->place, flags);
  if (error == 0 && target->error == 0 && !is_same(&source->status, &target->status)) forget_if_gone(&target->status);
  return error;
}

// What is not from before needs no way back, but something in it may.
static void note_ways(const struct broker *broker, const struct side *source, const struct side *target, bool moves_old,
                      bool swaps_old, unsigned flags) {
  const struct place *from = source->place, *to = target->place;
  bool is_exchange = flags & RENAME_EXCHANGE;
  bool carries_source = !moves_old && S_ISDIR(source->status.stx_mode);
  bool carries_target = is_exchange && !swaps_old && S_ISDIR(target->status.stx_mode);
  if (carries_source) note_carried_aside(broker, from);
  if (carries_target) note_carried_aside(broker, to);
  if (moves_old && swaps_old) note_exchange(broker, from, to);
  else if (moves_old) note_move(broker, from, to, &source->status);
  else if (swaps_old) note_move(broker, to, from, &target->status);
  if (carries_source) note_carried(broker, from, to);
  if (carries_target) note_carried(broker, to, from);
}

static int rename_at(const struct broker *broker, const struct place *from, const struct place *to, unsigned flags) {
  static struct side source, target;
  look_at(&source, from);
  look_at(&target, to);
  int moves_old = source.error == 0 && is_old(broker, &source.status);
  int error = judge_move(&source, &target, flags);
  if (error != 0) return error;
  if (source.error == 0 && is_temporary(broker, &source.status)) return -EBUSY; // nono removes it where it put it
  if (target.error == 0 && is_temporary(broker, &target.status)) return -EBUSY;
  // What is there at the end goes: programs take this for another file system, and copy.
  bool swaps_old = flags & RENAME_EXCHANGE && target.error == 0 && is_old(broker, &target.status);
  if (moves_old && ends_with_session(broker, to)) return -EXDEV;
  if (swaps_old && ends_with_session(broker, from)) return -EXDEV;
  if (source.error == 0 && target.error == 0 && !(flags & RENAME_NOREPLACE) && !is_same(&source.status, &target.status)) {
    error = keep_side(broker, &target, flags & RENAME_EXCHANGE ? REASON_EXCHANGED : REASON_REPLACED);
    if (error == 0 && flags & RENAME_EXCHANGE) error = keep_side(broker, &source, REASON_EXCHANGED);
  }
  if (error == 0 && moves_old) error = remember_move(broker, to->directory, target.bare, &source.status);
  if (error == 0 && swaps_old)
    error = remember_move(broker, from->directory, source.bare, &target.status);
  if (error == 0) error = move(from, to, flags);
  if (error == -EACCES) return save(broker, &source, &target, flags);
  if (error == 0 && target.error == 0 && !(flags & RENAME_EXCHANGE) && !is_same(&source.status, &target.status))
    forget_if_gone(&target.status);
  if (error == 0) note_ways(broker, &source, &target, moves_old, swaps_old, flags);
  return error;
}

int rename_name(const struct broker *broker, const struct call *call, int from, uint64_t from_path, int to,
                uint64_t to_path, unsigned flags) {
  struct name names[2];
  struct place source, target;
  if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE)) return -EINVAL; // a whiteout hides what was there
  int error = read_names(call->caller, (int[]){from, to}, (uint64_t[]){from_path, to_path}, names);
  if (error != 0) return error;
  error = open_place(&names[0], &source);
  if (error == 0) {
    error = open_place(&names[1], &target);
    if (error == 0) {
      bool is_callers = is_caller_known() || is_waiting(broker->listener, call);
      error = is_callers ? rename_at(broker, &source, &target, flags) : -ESRCH;
      release_place(&target);
    }
    release_place(&source);
  }
  release_name(&names[1]);
  release_name(&names[0]);
  return error;
}
