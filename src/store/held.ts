// How a directory is held on Linux, and named while it is: by a descriptor that opens nothing, through /proc.
import { constants } from 'node:fs';

const heldOnly = 0o10000000; // O_PATH: node:constants does not name it

export const directoryFlags = heldOnly | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** The directory behind a descriptor, as a path. */
export function pathOf(descriptor: number): string {
  return `/proc/self/fd/${descriptor}`;
}
