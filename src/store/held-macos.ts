// How a directory is held on macOS, and named while it is: by its number on its volume, which the descriptor keeps alive.
import { constants, fstatSync } from 'node:fs';

export const directoryFlags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** The directory behind a descriptor, as a path: the volume's own file system of numbers. */
export function pathOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `/.vol/${dev}/${ino}`;
}
