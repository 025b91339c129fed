// A directory to try things in: made where temporary files go, gone afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { type Issue, NonoError } from '../errors.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { childOf, parentOf } from '../plan/path.ts';

function unmade(base: AbsolutePath, errno: string): NonoError {
  const issue: Issue = {
    code: 'launch/temporary',
    message: `no directory can be made in "${base}" (${errno})`,
    origin: 'environment:TMPDIR',
    remedy: 'TMPDIR=/a/directory/that/can/be/written nono doctor',
  };
  return new NonoError([issue]);
}

/** @throws {NonoError} `launch/temporary`: it cannot be made. */
export function inScratch<T>(host: Host, use: (directory: AbsolutePath) => T): T {
  const base = parentOf(host.temporary);
  let directory: AbsolutePath;
  try {
    directory = mkdtempSync(childOf(base, 'nono-trial-')) as AbsolutePath;
  } catch (error) {
    throw unmade(base, (error as NodeJS.ErrnoException).code ?? String(error));
  }
  try {
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
