// Every look that planning takes, taken again by nono's own process: it holds until what was seen is another.
import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { encodePlanFile, type PlanRecord } from '../../src/backend/linux/plan-file.ts';
import * as disk from '../../src/launch/disk.ts';
import { collectLooks, lookRecord } from '../../src/launch/memory.ts';
import { sipHash } from '../../src/launch/siphash.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { compileHarness, openScratch, runHarness } from './harness.ts';

const scratch = openScratch();
afterAll(scratch.close);
const harness = compileHarness(
  join(scratch.path, 'looks'),
  ['looks.c'],
  ['memory-looks.c', 'exec-plan.c', 'siphash.c'],
);

const root = join(scratch.path, 'root') as AbsolutePath;
const at = (name: string): AbsolutePath => `${root}/${name}`;

const key = Buffer.from([...Array(16).keys()]);

const rest: readonly PlanRecord[] = [
  { tag: 'key', bytes: key },
  { tag: 'session', texts: ['', ''] },
  { tag: 'program', bytes: new Uint8Array() },
  { tag: 'ownPlan', bytes: new Uint8Array() },
  { tag: 'temporary', texts: [''] },
  { tag: 'wish', texts: ['none'] },
  { tag: 'announced', bytes: new Uint8Array() },
];

let looks: disk.Look[] = [];
const watch = () => disk.watchLooks((look) => look !== null && looks.push(look), sipHash(key));
watch();

/** What nono's own process says of what was looked at since the test began. */
function judged(records = looks.map(lookRecord), others = rest): string {
  const file = join(scratch.path, 'remembered');
  writeFileSync(file, encodePlanFile([...records, ...others]));
  return runHarness(harness, [file]).trim();
}

beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  for (const directory of ['', 'full', 'full/inner', 'locked']) mkdirSync(at(directory));
  writeFileSync(at('file'), '#!/bin/sh\nhello\n', { mode: 0o755 });
  writeFileSync(at('full/one'), '1');
  writeFileSync(Buffer.concat([Buffer.from(`${root}/full/`), Buffer.from([0xff, 0x0a])]), 'no text');
  symlinkSync('file', at('link'));
  symlinkSync('nowhere', at('dangling'));
  symlinkSync('circle', at('circle'));
  looks = [];
});

const attempt = (look: () => unknown) => () => {
  try {
    look();
  } catch {
    // the error is what was seen
  }
};

const grow = (name: string) => () => writeFileSync(at(name), 'more', { flag: 'a' });
const remove = (name: string) => () => unlinkSync(at(name));

const rows: readonly (readonly [what: string, look: () => unknown, change: () => void])[] = [
  ['an entry is gone', () => disk.lookAtEntry(at('file')), remove('file')],
  ['an entry came', () => disk.lookAtEntry(at('new')), grow('new')],
  ['the mode of an entry', () => disk.lookAtEntry(at('file')), () => chmodSync(at('file'), 0o777)],
  ['a directory became a link', () => disk.lookAtEntry(at('full')), () => become('full', 'locked')],
  ['nothing became an error', () => disk.lookAtEntry(at('new/below')), () => become('new', 'circle')],
  ['an error became nothing', attempt(() => disk.lookAtEntry(at('circle/below'))), remove('circle')],
  ['a link leads elsewhere', () => disk.linkTarget(at('link')), () => become('link', 'full/one')],
  ['a link leads to a longer name', () => disk.linkTarget(at('link')), () => become('link', 'file2')],
  ['an object is gone', () => disk.lookAtObject(at('link')), remove('file')],
  ['an object came', () => disk.lookAtObject(at('dangling')), grow('nowhere')],
  ['an object lies elsewhere', () => disk.lookAtObject(at('link')), () => become('link', 'twin')],
  [
    'an error became an object',
    attempt(() => disk.lookAtObject(at('circle'))),
    () => become('circle', 'file'),
  ],
  ['a name came that was known to be absent', () => absent('full', 'two'), grow('full/two')],
  ['an entry came to a list', () => disk.entriesIn(at('full')), grow('full/two')],
  ['an entry of a list became a link', () => disk.entriesIn(at('full')), () => become('full/one', '../file')],
  [
    'a link came to the links',
    () => disk.entriesIn(at('full'), ['symlink']),
    () => symlinkSync('x', at('full/x')),
  ],
  [
    'a file became a link',
    () => disk.entriesIn(at('full'), ['symlink']),
    () => become('full/one', '../file'),
  ],
  ['a list came', () => disk.entriesIn(at('none')), () => mkdirSync(at('none'))],
  ['content is another', () => disk.contentOf(at('full/one'), 10), () => writeFileSync(at('full/one'), '2')],
  ['content is gone', () => disk.contentOf(at('full/one'), 10), remove('full/one')],
  ['content came', () => disk.contentOf(at('new'), 10), grow('new')],
  ['an open file says something else', () => disk.withFile(at('file'), (_, read) => read()), grow('file')],
  [
    'an open file has another mode',
    () => disk.withFile(at('file'), () => 1),
    () => chmodSync(at('file'), 0o666),
  ],
  ['there is a file', () => disk.withFile(at('new'), () => 1), grow('new')],
  ['the start is another', () => disk.startOf(at('full/one')), grow('full/one')],
  ['the start came', () => disk.startOf(at('new')), grow('new')],
  ['it may be executed', () => disk.executable(at('full/one')), () => chmodSync(at('full/one'), 0o755)],
  ['it may not be executed', () => disk.executable(at('file')), () => chmodSync(at('file'), 0o644)],
  ['it may be written', () => disk.writable(at('new')), grow('new')],
  ['it may not be written', () => disk.writable(at('file')), remove('file')],
  ['there is no file system', () => disk.fileSystemOf(at('file')), remove('file')],
];

/** Asked for by itself until the directory is listed, and from its names after that. */
function absent(directory: string, name: string): void {
  const absences = new disk.Absences();
  for (let misses = 0; misses < 4; misses++) absences.note(at(directory));
  expect(absences.has(at(directory), name)).toBe(true);
}

/** A link in its place. */
function become(name: string, target: string): void {
  if (target === 'twin') linkSync(at('file'), at('twin'));
  rmSync(at(name), { recursive: true, force: true });
  symlinkSync(target, at(name));
}

for (const [what, look, change] of rows)
  it(`notices: ${what}`, () => {
    look();
    expect(looks.length).toBeGreaterThan(0);
    expect(judged()).toBe('holds');
    change();
    expect(judged()).toBe('differs');
  });

it('hashes as the paper on SipHash-2-4 does, and by the key of its own file', () => {
  expect(sipHash(key)(Buffer.from([...Array(15).keys()]))).toBe(0xa129ca6149be45e5n);
  disk.contentOf(at('full/one'), 10);
  const other = rest.map((each) => (each.tag === 'key' ? { ...each, bytes: Buffer.alloc(16) } : each));
  expect(judged()).toBe('holds');
  expect(judged(looks.map(lookRecord), other)).toBe('differs');
  expect(judged(looks.map(lookRecord), [{ tag: 'key', bytes: key.subarray(0, 15) }, ...rest.slice(1)])).toBe(
    'differs',
  );
});

it('goes on where a directory changed in what was not asked', () => {
  disk.entriesIn(at('full'), ['symlink', 'directory']);
  absent('full', 'two');
  writeFileSync(at('full/three'), '');
  unlinkSync(at('full/one'));
  expect(judged()).toBe('holds');
});

it('knows a file system by its number', () => {
  disk.fileSystemOf('/proc');
  expect(judged()).toBe('holds');
  const other = looks.map((look) => lookRecord({ ...look, path: '/' }));
  expect(judged(other)).toBe('differs');
});

it('takes no look that it does not know', () => {
  expect(judged([{ tag: 'look', numbers: [99, 0n], texts: ['/', ''] }])).toBe('differs');
});

it('says that the account may have changed where no file would tell', () => {
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(':'));
  const group = accounts.find(([, , , gid]) => accounts.every(([, , uid]) => uid !== gid))?.[3];
  const { getuid } = process;
  try {
    for (const uid of [4_000_000_000, Number(group ?? Number.NaN)]) {
      process.getuid = () => uid;
      const seen = collectLooks(key);
      disk.accountHome();
      expect(seen.canBeTaken).toBe(false);
    }
  } finally {
    process.getuid = getuid as NonNullable<typeof getuid>;
    watch();
  }
});

it('takes nothing again that changed while it was planned from', () => {
  const file = at('full/one');
  const twice: readonly (readonly [look: () => unknown, change: () => void])[] = [
    [() => disk.lookAtEntry(file), () => chmodSync(file, 0o600)],
    [() => disk.lookAtObject(file), () => chmodSync(file, 0o640)],
    [() => disk.entriesIn(at('full')), grow('full/three')],
    [() => disk.contentOf(file, 10), grow('full/one')],
  ];
  try {
    for (const [look, change] of twice) {
      const seen = collectLooks(key);
      look();
      look();
      expect(seen.canBeTaken).toBe(true);
      change();
      look();
      expect(seen.canBeTaken).toBe(false);
    }
  } finally {
    watch();
  }
});
