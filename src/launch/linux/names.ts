// Names of files on Linux. A directory that folds case is as exact to Landlock, which knows inodes.

/** One spelling, one file. */
export const namesAreExact = true;
