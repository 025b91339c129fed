// What lies beside the library: the launcher, and the bundle that reads profiles.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { formatVersion } from '../backend/linux/encode.ts';
import { NonoError } from '../errors.ts';
import { decodeFrames } from '../launch/frames.ts';
import type { ProfileReader } from '../launch/profile-file.ts';
import { supportOf } from '../launch/support.ts';
import type { AbsolutePath, Support } from '../plan/host.ts';
import { parentOf } from '../plan/path.ts';

export const launcher = fileURLToPath(new URL('./nono-launcher', import.meta.url)) as AbsolutePath;

export const installation = parentOf(launcher);

/** Loaded where a profile is named that does not come with nono. */
export function profileReader(): ProfileReader {
  return createRequire(import.meta.url)('./tools.cjs').profileReader;
}

/**
 * What the kernel offers, asked of it by the launcher.
 *
 * @throws {NonoError} `launch/launcher-missing`, `launch/launcher-mismatch`
 */
export function askSupport(): Support {
  const { stdout, error } = spawnSync(launcher, ['--support'], {
    env: {},
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (error)
    throw new NonoError([
      {
        code: 'launch/launcher-missing',
        message: `the launcher "${launcher}" cannot be started (${(error as NodeJS.ErrnoException).code})`,
        remedy: 'npx nono doctor',
      },
    ]);
  const [hello] = decodeFrames(stdout);
  return supportOf(hello, formatVersion);
}
