// The bundle of what tries this machine: it starts processes, which no other part of nono's Node side does.
import { doctor } from './doctor.ts';
import { main as mainWith } from './main.ts';
import { selftest } from './selftest.ts';

export function main(words: readonly string[]): number {
  return mainWith(
    words,
    () => {
      throw new Error('no profile is read here');
    },
    { doctor, selftest },
  );
}
