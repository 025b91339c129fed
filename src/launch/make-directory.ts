// A directory with those above it. Node's own recursive way never ends in /proc, where the kernel says of every new
// name that there is no such directory.
import { existsSync, mkdirSync, statSync } from 'node:fs';
import type { AbsolutePath } from '../plan/host.ts';
import { parentOf } from '../plan/path.ts';

const usualMode = 0o777;

function errnoOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** One that is there already stays as it is. */
export function makeDirectory(path: AbsolutePath, mode = usualMode): void {
  try {
    mkdirSync(path, mode);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && statSync(path).isDirectory()) return;
    if (errnoOf(error) !== 'ENOENT' || existsSync(parentOf(path))) throw error;
    makeDirectory(parentOf(path), mode);
    makeDirectory(path, mode);
  }
}
