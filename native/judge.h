// What the plan says about a path: what it denies inside its grants, and where they allow writing.
//
// A path is the absolute text by which the kernel knows an object, every link resolved. Denies hold in any mixture of
// upper and lower case, since some file systems know no difference.
#ifndef NONO_JUDGE_H
#define NONO_JUDGE_H

#include "broker.h"
#include "resolve.h"

#include <stdbool.h>

// Takes over what the broker's program says; both must outlive the judge. Ends the process when memory runs out.
void prepare_judge(const struct broker *broker);

// What one program says. Of a session inside, what it does not grant is denied as well: the kernel does not hold the broker
// to that. It must be released before the program.
struct judge;
struct judge *make_judge(const struct program *program, bool is_inside);
void release_judge(struct judge *judge);

// From here on everything is judged by this one too; NULL: by the session's own alone.
void judge_also_by(const struct judge *inside);

// The programs that judge the present call, one behind the other; NULL behind the last.
const struct program *judging_program(size_t index);

// False where nothing inside the grants is denied: then no path needs to be looked up.
bool has_denies(void);

// What is asked for at a path: the object, the entry of that name in its directory, or a socket, which is granted apart.
enum meaning { MEANS_OBJECT, MEANS_NAME, MEANS_SOCKET };

// The denied rights, DENY_READ and DENY_WRITE, or 0.
unsigned denied_at(const char *path, enum meaning meaning);

// 0, or -EACCES where one of these rights is denied: to what the kernel knows by a path, or by one that cannot be told
// (""); to an object; to a name, whether or not anything is there.
int judge_path(const char *path, unsigned rights);
int judge_object(int object, unsigned rights);
int judge_linked(int object, unsigned rights); // the name that it has
int judge_place(const struct place *place, unsigned rights);

// Whether a path is the kernel's word for what no name leads to any more.
bool is_gone(const char *path);

// Whether what lies below a directory would be denied otherwise, were it moved.
bool moving_changes_denies(const char *from, const char *to);

// Whether a link of this name would lead a denied path elsewhere.
bool leads_to_denied(const char *path);

enum grant_around { GRANT_NONE, GRANT_ITSELF, GRANT_DIRECTORY };

// The widest write grant that a path lies in.
enum grant_around write_grant_around(const char *path);

// Whether a path lies in what a program keeps as its own state.
bool is_in_state(const char *path);

// What the plan says of a Unix socket at a path: SOCKET_CONNECT, SOCKET_BIND, or 0.
unsigned socket_rights_at(const char *path);

#endif
