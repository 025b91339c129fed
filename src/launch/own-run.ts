// Runs nono itself, the way a user does: what a machine holds is seen by trying it.
import { spawnSync } from 'node:child_process';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { childOf } from '../plan/path.ts';

export type Tried = {
  /** null: a signal ended it, or it did not end in time. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

const mostMs = 60_000;

const streams = ['ignore', 'pipe', 'pipe'] as const;
// So that it is none of the numbers that nono itself uses.
const leakedNumber = 9;
const unused = Array.from({ length: leakedNumber - streams.length }, () => 'ignore' as const);

/**
 * Starts a program and waits for its end; nothing is read from standard input.
 *
 * @param leaked a descriptor that it gets as number 9
 */
export function tryProgram(
  file: AbsolutePath,
  words: readonly string[],
  directory: AbsolutePath,
  environment: Host['environment'],
  leaked: number | null = null,
): Tried {
  const done = spawnSync(file, words, {
    cwd: directory,
    env: environment,
    encoding: 'utf8',
    stdio: leaked === null ? [...streams] : [...streams, ...unused, leaked],
    timeout: mostMs,
  });
  if (done.error !== undefined) return { code: null, stdout: '', stderr: done.error.message };
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}

/** nono with these words, in a directory. */
export function tryNono(words: readonly string[], directory: AbsolutePath, host: Host): Tried {
  if (host.installation === null)
    return { code: null, stdout: '', stderr: 'nono does not know where it lies' };
  return tryProgram(childOf(host.installation, 'nono'), words, directory, host.environment);
}
