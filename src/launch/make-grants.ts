// What profiles want to be there before the command starts: an agent's state, made where this machine has none yet.
import { writeFileSync } from 'node:fs';
import { NonoError } from '../errors.ts';
import type { Grant } from '../plan/grant.ts';
import { parentOf } from '../plan/path.ts';
import { makeDirectory } from './make-directory.ts';

const ownerOnly = { directory: 0o700, file: 0o600 } as const;

function makeFile({ path }: Grant, content: string): void {
  makeDirectory(parentOf(path), ownerOnly.directory);
  try {
    writeFileSync(path, content, { mode: ownerOnly.file, flag: 'wx' });
  } catch (error) {
    // Another session made it in the meantime: what it holds is not ours to change.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function makeGrant(grant: Grant, content: string): void {
  try {
    if (grant.kind === 'file') makeFile(grant, content);
    else makeDirectory(grant.path, ownerOnly.directory);
  } catch (error) {
    throw new NonoError([
      {
        code: 'launch/grant',
        message: `"${grant.path}" cannot be made (${(error as NodeJS.ErrnoException).code ?? error})`,
        origin: grant.origin,
        remedy: 'make it yourself, or --no-profile',
      },
    ]);
  }
}

/**
 * Makes the grants that are to be made, for their owner alone; what is there already stays as it is.
 *
 * @throws {NonoError} `launch/grant`: one cannot be made.
 */
export function makeGrants(grants: readonly Grant[]): void {
  for (const grant of grants) if (grant.make !== undefined) makeGrant(grant, grant.make);
}
