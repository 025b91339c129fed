// The command line that puts a command into a profile. By its absolute path: what PATH finds is anybody's.
import type { SeatbeltProfile } from '../../backend/macos/sbpl.ts';
import type { AbsolutePath } from '../../plan/host.ts';

export const sandboxExec: AbsolutePath = '/usr/bin/sandbox-exec';

export function argumentsFor({ text, parameters }: SeatbeltProfile, command: readonly string[]): string[] {
  const given = Object.entries(parameters).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  return ['-p', text, ...given, '--', ...command];
}

/** What empties the private directory: confined itself, so that no link that the session left there leads it astray. */
export const cleaningProfile = (temporary: AbsolutePath): SeatbeltProfile => ({
  text: '(version 1)\n(allow default)\n(deny file-write*)\n(allow file-write* (subpath (param "P0")))\n',
  parameters: { P0: temporary },
});
