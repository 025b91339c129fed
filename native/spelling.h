// Names that a file system knows by other spellings than those that its directories list.
#ifndef NONO_SPELLING_H
#define NONO_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

// Cheap, and true of few paths; the other asks the file system.
bool may_be_other_spelling(const char *path);

// Whether something is there by a name that its directory does not list: a short form, dots behind, a stream, letters that
// are folded. Upper and lower case of A to Z make no difference. The first `known` bytes of the path are not asked about;
// where a directory cannot be listed the answer is yes.
bool is_other_spelling(const char *path, size_t known);

#endif
