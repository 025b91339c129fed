// The journal's bytes, as native/store.c writes them, and what they mean together.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeJournal,
  encodeAbout,
  encodeEntry,
  type JournalEntry,
  type Kept,
} from '../../src/store/journal.ts';
import { originalsOf } from '../../src/store/originals.ts';

const about = {
  version: 1,
  id: '20260223-101500-1-a',
  started: '2026-02-23T10:15:00.000Z',
  command: 'make',
} as const;

const kept = (path: string, changes: Partial<Kept> = {}): Kept => ({
  kind: 'kept',
  reason: 'written',
  held: 'copy',
  object: 1n,
  mode: 0o100644,
  uid: 1000,
  gid: 1000,
  size: 5n,
  device: 64768n,
  inode: 42n,
  accessed: 1_700_000_000_123_456_789n,
  modified: 1_700_000_000_000_000_001n,
  path,
  target: '',
  ...changes,
});

const moved = (from: string, to: string): JournalEntry => ({ kind: 'moved', from, to });
const journal = (...entries: JournalEntry[]) =>
  Buffer.concat([encodeAbout(about), ...entries.map(encodeEntry)]);

const anyPath = fc
  .uint8Array({ minLength: 1, maxLength: 30 })
  .map((bytes) => `/${Buffer.from(bytes).toString('latin1').replaceAll('\0', 'x')}`);
const u64 = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const anyEntry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({ kind: fc.constantFrom('moved', 'swapped', 'carried'), from: anyPath, to: anyPath }),
  fc.record({ kind: fc.constant('refused'), path: anyPath }),
  fc.record({ kind: fc.constant('ended'), at: u64 }),
  fc
    .record({ path: anyPath, object: u64, size: u64, inode: u64, modified: u64 })
    .map(({ path, ...rest }) => kept(path, rest)),
) as fc.Arbitrary<JournalEntry>;

describe('decodeJournal()', () => {
  it('reads what encodeEntry() wrote, every byte of every path', () => {
    fc.assert(
      fc.property(fc.array(anyEntry), (entries) => {
        expect(decodeJournal(journal(...entries))).toEqual({ about, entries });
      }),
    );
  });

  it('takes a record that was cut short for one that was never written, wherever it was cut', () => {
    const whole = journal(kept('/a'), kept('/b'));
    const first = journal(kept('/a')).length;
    for (let length = first; length < whole.length; length++)
      expect(decodeJournal(whole.subarray(0, length)).entries).toEqual([kept('/a')]);
  });

  it('does not pass over what it does not know, nor a journal about nothing', () => {
    const unknown = encodeEntry(kept('/a'));
    unknown.writeUInt32LE(99, 0);
    expect(() => decodeJournal(Buffer.concat([encodeAbout(about), unknown]))).toThrow(/unknown record/);
    expect(() => decodeJournal(encodeEntry(kept('/a')))).toThrow(/about/);
  });
});

describe('originalsOf()', () => {
  const of = (...entries: JournalEntry[]) =>
    originalsOf({ entries }).map(({ path, kept: original, movedTo }) => [
      path,
      original?.object ?? null,
      movedTo,
    ]);

  it('takes the first that was kept of a path', () => {
    expect(of(kept('/a'), kept('/a', { object: 2n }))).toEqual([['/a', 1n, null]]);
  });

  it('knows the name from before of what was moved, and moved again', () => {
    expect(of(moved('/a', '/b'), moved('/b', '/c'))).toEqual([['/a', null, '/c']]);
    expect(of(moved('/a', '/b'), moved('/b', '/a'))).toEqual([]);
    expect(of(moved('/a', '/b'), kept('/b'))).toEqual([['/a', 1n, '/b']]);
    expect(of(moved('/a', '/b'), kept('/b', { reason: 'deleted' }))).toEqual([['/a', 1n, null]]);
  });

  it('follows what is in a directory that was moved', () => {
    expect(of(moved('/d', '/e'), kept('/e/f'))).toEqual([
      ['/d', null, '/e'],
      ['/d/f', 1n, null],
    ]);
    expect(of(moved('/d/f', '/d/g'), moved('/d', '/e'))).toEqual([
      ['/d', null, '/e'],
      ['/d/f', null, '/e/g'],
    ]);
  });

  it('follows what was moved into a directory that went elsewhere, which was not there before', () => {
    const carried = (from: string, to: string): JournalEntry => ({ kind: 'carried', from, to });
    expect(of(moved('/f', '/d/f'), carried('/d', '/d/'), carried('/d/', '/e'))).toEqual([
      ['/f', null, '/e/f'],
    ]);
    expect(of(carried('/d', '/d/'), carried('/d/', '/e'), kept('/e/f'))).toEqual([['/e/f', 1n, null]]);
  });

  it('keeps both names of what was exchanged', () => {
    expect(of({ kind: 'swapped', from: '/a', to: '/b' })).toEqual([
      ['/a', null, '/b'],
      ['/b', null, '/a'],
    ]);
  });
});
