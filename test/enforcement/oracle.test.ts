// What `nono why` says is what the kernel does: 5,000 random cases. `npm run oracle` has as many as you like.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runOracle } from '../oracle/oracle.ts';
import { asEveryone } from './sandbox.ts';

const probe = join(dirname(fileURLToPath(import.meta.url)), '../oracle/probe.py');
const minutes = 4;

asEveryone('nono why', (open) => {
  it(
    'says what the kernel does',
    () => {
      const { identity, nono } = open();
      const { counts, mismatches } = runOracle({ ...identity, nono, probe, cases: 5000, seed: 1 });
      expect(mismatches).toEqual([]);
      const empty = Object.entries(counts).filter(([, { allowed, denied }]) => allowed === 0 || denied === 0);
      expect([Object.keys(counts).length, empty]).toEqual([17, []]);
    },
    minutes * 60_000,
  );
});
