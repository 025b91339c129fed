// What the broker holds of its callers, and when it does not rely on it.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compileHarness, openScratch } from './harness.ts';

const scratch = openScratch();
afterAll(scratch.close);

it('holds who called for one call, and relies on no number that was looked up during it', () => {
  const sources = ['held.c', 'caller.c', 'handle.c', 'channel.c', 'support.c', 'program.c'];
  const harness = compileHarness(join(scratch.path, 'held'), ['held.c'], sources);
  // Its descriptors are held as long as the session lasts.
  const env = { ...process.env, ASAN_OPTIONS: 'detect_leaks=0' };
  expect(execFileSync(harness, { encoding: 'utf8', env }).trim().split('\n')).toEqual([
    'a caller that was just looked up is known: no',
    'a caller that is held is known: yes',
    "the next call's is, before it was looked at: no",
    'it is known after a call in which there was a doubt: yes',
    'by a path of its own: yes',
    'by /proc/self: no',
    'by /dev/fd: no',
    'by /dev/stdout: no',
    'it has a directory once it is gone, though it called last: no',
  ]);
});
