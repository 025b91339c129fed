// The decoder of plans that nono's own process goes by: damage anywhere is refused or harmless, for the file of a compiled
// plan as for that of a run that is remembered.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodePlanFile, type PlanRecord } from '../../src/backend/linux/plan-file.ts';
import type { LookKind } from '../../src/launch/disk.ts';
import { lookRecord } from '../../src/launch/memory.ts';
import { compileHarness, openScratch, runHarness } from './harness.ts';

const scratch = openScratch();
let harness = '';
beforeAll(() => {
  harness = compileHarness(
    join(scratch.path, 'plan-file'),
    ['plan-file.c'],
    ['memory-looks.c', 'exec-facts.c', 'support.c', 'siphash.c'],
  );
});
afterAll(scratch.close);

const kinds: readonly LookKind[] = [
  'entry',
  'object',
  'entries',
  'content',
  'start',
  'fileSystem',
  'executes',
  'writes',
];
const looks = kinds.map((kind) =>
  lookRecord({ kind, path: '/none', number: kind === 'entry' || kind === 'object' ? 0n : 1n, text: '' }),
);

const common: readonly PlanRecord[] = [
  { tag: 'program', bytes: Buffer.from('bytes of a program') },
  { tag: 'ownPlan', bytes: Buffer.from('{}') },
  { tag: 'temporary', texts: ['/tmp/nono-NAME'] },
  { tag: 'store', texts: ['/state/NAME'] },
  { tag: 'set', numbers: [0], texts: ['A=b'] },
  { tag: 'guide', bytes: Buffer.from('# text') },
];

const plans: readonly (readonly [name: string, kind: 0 | 1, records: readonly PlanRecord[]])[] = [
  [
    'as it is compiled',
    0,
    [
      { tag: 'needs', numbers: [0, 7, 7, 1n, 2n, 3n, 4n], texts: ['/usr/bin/nono'] },
      { tag: 'variable', texts: ['HOME=/home/ada'] },
      { tag: 'path', numbers: [1, 2n, 3n], texts: ['/usr'] },
      { tag: 'content', numbers: [1n], texts: ['/etc/passwd'] },
      { tag: 'config', texts: ['/etc/gitconfig'] },
      { tag: 'links', numbers: [1n, 2n, 3n, 4n, 5n, 0], texts: ['/home', 'ada', 'bob'] },
      { tag: 'mounts', numbers: [1n], texts: ['/', '/home'] },
      { tag: 'name', numbers: [1], texts: ['TOKEN'] },
      { tag: 'values', bytes: Buffer.from('table') },
      { tag: 'known', bytes: Buffer.from('names') },
      { tag: 'argument', texts: ['word'] },
      { tag: 'workdir', texts: ['/home/ada'] },
      { tag: 'terminal', numbers: [1n, 2n] },
      { tag: 'writable', texts: ['/home/ada'] },
      ...common,
    ],
  ],
  [
    'as a run is remembered',
    1,
    [
      { tag: 'key', bytes: Buffer.from('what tells this run from every other') },
      ...looks,
      { tag: 'session', texts: ['20260223-101500-00001-0000a', '2026-02-23T10:15:00.000Z'] },
      { tag: 'inherited', texts: ['PATH'] },
      { tag: 'wish', texts: ['none'] },
      { tag: 'announced', bytes: Buffer.from('nono: writes /\n') },
      ...common,
    ],
  ],
];

const flipsOfOneByte = 9;
const framingBytes = 20;

it.each(plans)('decode_plan_file() takes no byte too many of a plan %s', (name, kind, records) => {
  const file = join(scratch.path, name.replaceAll(' ', '-'));
  writeFileSync(file, encodePlanFile(records));
  const { bytes, cuts, flips, sealedCuts, sealedFlips } = JSON.parse(runHarness(harness, [`${kind}`, file]));
  expect(cuts).toEqual({ refused: bytes, decoded: 0 });
  expect(flips).toEqual({ refused: bytes * flipsOfOneByte, decoded: 0 });
  expect(sealedCuts.refused + sealedCuts.decoded).toBe(bytes - framingBytes);
  expect(sealedFlips.refused + sealedFlips.decoded).toBe(bytes * flipsOfOneByte);
  expect(sealedFlips.refused).toBeGreaterThan(0);
  expect(sealedFlips.decoded).toBeGreaterThan(0);
});
