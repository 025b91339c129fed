// The session's private directory: emptied at the end, without following a link.
#ifndef NONO_TEMPORARY_H
#define NONO_TEMPORARY_H

// Removes everything below path, not path itself. Returns 0, or the errno of the entry that stays.
int empty_directory(const char *path);

#endif
