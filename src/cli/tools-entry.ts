// The bundle of what is no run, and of what few runs need: it is loaded for them alone.
import { createHash } from 'node:crypto';
import type { ProfileReader } from '../launch/profile-file.ts';
import { readProfile } from '../policy/read-profile.ts';
import { compile } from './compile.ts';
import { learn } from './learn.ts';
import { main as mainWith } from './main.ts';
import { profile } from './profile.ts';
import { undo } from './undo.ts';
import { why } from './why.ts';

export { proposeProfile } from './propose.ts';

export const profileReader: ProfileReader = {
  read: readProfile,
  digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
};

export function main(words: readonly string[]): number {
  return mainWith(words, () => profileReader, { undo, why, profile, learn, compile });
}
