// macOS, as every command sees it.
import { execFileSync } from 'node:child_process';
import { isatty } from 'node:tty';
import type { AbsolutePath, Host } from '../../plan/host.ts';
import { macosLists } from '../../policy/macos-lists.ts';
import { thisHost } from '../host.ts';
import type { Machine } from '../platform.ts';
import { terminalsIn } from './terminals.ts';

const devices: AbsolutePath = '/dev';

/** The user's own directory for temporary files, which login sets; null where the system does not say. */
function userTemporary(): string | null {
  try {
    return execFileSync('/usr/bin/getconf', ['DARWIN_USER_TEMP_DIR'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return null; // then it is /tmp, which is everybody's, and the private directory in it is not
  }
}

function macHost(): Host {
  const temporary = process.env.TMPDIR ?? userTemporary();
  if (temporary !== null) process.env.TMPDIR = temporary;
  return thisHost({ lists: macosLists, terminals: terminalsIn(devices, [0, 1, 2]) });
}

export const machine: Machine = {
  platform: 'macos',
  host: macHost,
  isTerminal: (descriptor) => isatty(descriptor),
  unseen: "these are from the system's log, which drops some and is late: hints",
};
