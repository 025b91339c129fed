// The bundle of what is no run, and of what few runs need: it is loaded for them alone.
import { createHash } from 'node:crypto';
import { overviewOf } from '../plan/ask/overview.ts';
import { readProfile } from '../policy/read-profile.ts';
import { compile } from './compile.ts';
import { completion } from './completion/completion.ts';
import { showOnMac } from './elsewhere.ts';
import { learn } from './learn.ts';
import { main as mainWith } from './main.ts';
import { profile } from './profile.ts';
import type { Reader } from './profiles.ts';
import { undo } from './undo.ts';
import { why } from './why.ts';

export { proposeProfile } from './propose.ts';

export const profileReader: ReturnType<Reader> = {
  read: readProfile,
  overview: overviewOf,
  showOnMac,
  digest: (bytes) => createHash('sha256').update(bytes).digest('hex'),
};

export function main(words: readonly string[]): number {
  return mainWith(words, () => profileReader, { undo, why, profile, learn, compile, completion });
}
