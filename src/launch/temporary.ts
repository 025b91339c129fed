// The session's private directory: made here, emptied by the launcher from inside the sandbox.
import { mkdirSync, rmdirSync } from 'node:fs';
import { NonoError } from '../errors.ts';
import type { AbsolutePath } from '../plan/host.ts';

/** @throws {NonoError} `launch/temporary` when it exists already or its parent cannot be written. */
export function makeTemporary(path: AbsolutePath): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    throw new NonoError([
      {
        code: 'launch/temporary',
        message: `the private directory "${path}" cannot be made (${(error as NodeJS.ErrnoException).code})`,
        origin: 'environment:TMPDIR',
        remedy: 'TMPDIR=/a/directory/that/can/be/written nono run …',
      },
    ]);
  }
}

export function removeTemporary(path: AbsolutePath): void {
  rmdirSync(path);
}
