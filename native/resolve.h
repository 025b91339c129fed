// Names → descriptors: what a path means to the caller, held so that it cannot change any more.
#ifndef NONO_RESOLVE_H
#define NONO_RESOLVE_H

#include "handle.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// A path as the caller gave it: where it starts, and its text in the spelling that means the same to the broker.
struct name {
  pid_t caller;
  int start;    // AT_FDCWD for an absolute path, else a directory's descriptor
  bool is_lent; // it is not the name's own
  char path[PATH_MAX];
};

// The directory that holds the final component. `last` keeps the slashes at its end: they mean "a directory".
struct place {
  int directory;
  bool is_lent; // it is not the place's own
  char last[PATH_MAX];
};

// Reads the path at an address of the caller: 0, or a negative errno. A name that was read is to be released.
int read_name(pid_t caller, int descriptor, uint64_t address, struct name *name);

// Two at once; the second may start where the first does, so it is to be released before it.
int read_names(pid_t caller, const int descriptors[2], const uint64_t addresses[2], struct name names[2]);

// The same for a path that was read already.
int name_path(pid_t caller, int descriptor, const char *path, struct name *name);
void release_name(struct name *name);

// 0 with the directory opened, or a negative errno. The place is to be released before the name.
int open_place(const struct name *name, struct place *place);

// The same; the name is released, whatever comes of it.
int take_place(struct name *name, struct place *place);
void release_place(struct place *place);

// The final component of a place without the slashes behind it.
void bare_name(const struct place *place, char bare[PATH_MAX]);

// An O_PATH descriptor of what is there, links followed but with O_NOFOLLOW in flags; or a negative errno. `resolve` are
// openat2's restrictions that the caller asked for.
int open_object(const struct name *name, int flags, uint64_t resolve);

// The same, with the path by which the kernel knows it: "" where that cannot be told. Where no link was on the way it is
// the very text, which is faster than asking.
int open_known(const struct name *name, int flags, char path[PATH_MAX]);

// The path by which the kernel knows what a bare name stands for, provided that it is no link: 0, or a negative errno
// where that cannot be told without opening it.
int spell_bare(const struct name *name, char path[PATH_MAX]);

// The name's last component is a link: its text, in the caller's spelling, becomes the name. 0, or a negative errno.
int follow_last_link(struct name *name);

// Whether an object is a file of the broker's own process: there the kernel lets it do what nobody else may.
bool is_own_process(int object);

// Whether it is what the kernel shows of a process to its own session alone, and the caller is not of that.
bool is_private_of_another(int object);

// Whether a directory is another, or lies in it, by what they are and not by how they are called.
bool lies_in(int directory, int ancestor);

// Whether two descriptors hold the same directory.
bool is_same_place(int one, int other);

// The path by which the kernel knows it now. 0, or a negative errno with an empty path, or with one that was cut.
int describe_place(const struct place *place, char path[PATH_MAX]);
int describe_places(const struct place *one, const struct place *other, char paths[2][PATH_MAX]);

#endif
