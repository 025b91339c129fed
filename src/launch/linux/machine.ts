// Linux, as every command sees it.
import { fstatSync } from 'node:fs';
import { thisHost } from '../host.ts';
import { beginToRemember } from '../memory.ts';
import type { Machine } from '../platform.ts';

// Majors of consoles and pseudo-terminals: node:tty would load the network stack for one system call.
function isTerminal(descriptor: 0 | 1 | 2): boolean {
  const status = fstatSync(descriptor);
  const major = (status.rdev >> 8) & 0xfff;
  return status.isCharacterDevice() && (major === 4 || major === 5 || (major >= 136 && major <= 143));
}

export const machine: Machine = {
  platform: 'linux',
  host: () => {
    beginToRemember();
    return thisHost();
  },
  isTerminal,
  unseen: 'reads and new files that the kernel itself denied are not listed; --explain shows them',
};
