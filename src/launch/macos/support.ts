// What a Mac offers: it is asked for the tool, never for its version.
import { accessSync, constants } from 'node:fs';
import type { SeatbeltSupport } from '../../plan/host.ts';
import { sandboxExec } from './sandbox-exec.ts';

export function askSupport(): SeatbeltSupport {
  try {
    accessSync(sandboxExec, constants.X_OK);
    return { seatbelt: true };
  } catch {
    return { seatbelt: false };
  }
}
