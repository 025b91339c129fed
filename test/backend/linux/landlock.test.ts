// Landlock's rights, each kernel's and each grant's, against the numbers of linux/landlock.h written out here.
import { describe, expect, it } from 'vitest';
import { handledBy, rightsFor, scopesSignals, separation } from '../../../src/backend/linux/landlock.ts';
import type { FileKind } from '../../../src/plan/host.ts';
import type { Access } from '../../../src/policy/policy.ts';

const EXECUTE = 0x1n;
const WRITE_FILE = 0x2n;
const READ_FILE = 0x4n;
const READ_DIR = 0x8n;
const REMOVE_DIR = 0x10n;
const REMOVE_FILE = 0x20n;
const MAKE_CHAR = 0x40n;
const MAKE_DIR = 0x80n;
const MAKE_REG = 0x100n;
const MAKE_SOCK = 0x200n;
const MAKE_FIFO = 0x400n;
const MAKE_BLOCK = 0x800n;
const MAKE_SYM = 0x1000n;
const REFER = 0x2000n;
const TRUNCATE = 0x4000n;
const IOCTL_DEV = 0x8000n;
const RESOLVE_UNIX = 0x10000n;

const abis = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const kinds: readonly FileKind[] = ['directory', 'file', 'device', 'other'];
const accesses: readonly Access[] = ['read', 'write', 'readwrite'];
const everyGrant = kinds.flatMap((kind) => accesses.map((access) => ({ kind, access })));

describe('handledBy()', () => {
  it.each([
    [0, 0n, 0n, 0n],
    [1, 0x1fffn, 0n, 0n],
    [2, 0x3fffn, 0n, 0n],
    [3, 0x7fffn, 0n, 0n],
    [4, 0x7fffn, 3n, 0n],
    [5, 0xffffn, 3n, 0n],
    [6, 0xffffn, 3n, 3n],
    [7, 0xffffn, 3n, 3n],
    [8, 0xffffn, 3n, 3n],
    [9, 0x1ffffn, 3n, 3n],
    [10, 0x1ffffn, 15n, 3n],
  ])('handles all that ABI %i offers', (abi, fs, net, scoped) => {
    expect(handledBy(abi, 'blocked')).toEqual({ fs, net, scoped });
    expect(handledBy(abi, 'open')).toEqual({ fs, net: 0n, scoped });
  });

  it('handles no less on a kernel that is newer than the table', () => {
    expect(handledBy(99, 'blocked')).toEqual(handledBy(10, 'blocked'));
  });
});

describe('rightsFor()', () => {
  const readTree = EXECUTE | READ_FILE | READ_DIR;
  const writeTree =
    WRITE_FILE |
    REMOVE_DIR |
    REMOVE_FILE |
    MAKE_DIR |
    MAKE_REG |
    MAKE_SOCK |
    MAKE_FIFO |
    MAKE_SYM |
    REFER |
    TRUNCATE;

  it.each<[FileKind, Access, bigint]>([
    ['directory', 'read', readTree],
    ['directory', 'write', writeTree],
    ['directory', 'readwrite', readTree | writeTree],
    ['file', 'read', EXECUTE | READ_FILE],
    ['file', 'write', WRITE_FILE | TRUNCATE],
    ['file', 'readwrite', EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE],
    ['device', 'read', EXECUTE | READ_FILE | IOCTL_DEV],
    ['device', 'write', WRITE_FILE | TRUNCATE | IOCTL_DEV],
    ['device', 'readwrite', EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV],
    ['other', 'read', EXECUTE | READ_FILE],
    ['other', 'write', WRITE_FILE | TRUNCATE],
    ['other', 'readwrite', EXECUTE | READ_FILE | WRITE_FILE | TRUNCATE],
  ])('lets a %s granted for %s do this and no more', (kind, access, rights) => {
    expect(rightsFor(7)({ kind, access })).toBe(rights);
    const sockets = kind === 'directory' && access !== 'read' ? RESOLVE_UNIX : 0n;
    expect(rightsFor(10)({ kind, access })).toBe(rights | sockets);
  });

  it.each(abis)('names no right that ABI %i does not know', (abi) => {
    const known = handledBy(abi, 'open').fs;
    for (const grant of everyGrant) expect([grant, rightsFor(abi)(grant) & ~known]).toEqual([grant, 0n]);
  });

  it.each([
    [1, writeTree & ~(REFER | TRUNCATE)],
    [2, writeTree & ~TRUNCATE],
    [3, writeTree],
  ])('gives a directory of ABI %i the writing that it knows', (abi, rights) => {
    expect(rightsFor(abi)({ kind: 'directory', access: 'write' })).toBe(rights);
  });

  it.each(abis)('gives no writer a right to read, on ABI %i', (abi) => {
    for (const kind of kinds)
      expect(rightsFor(abi)({ kind, access: 'write' }) & (READ_FILE | READ_DIR | EXECUTE)).toBe(0n);
  });

  it.each(abis)('gives no reader a right to change, on ABI %i', (abi) => {
    for (const kind of kinds) {
      const rights = rightsFor(abi)({ kind, access: 'read' });
      expect(rights & ~(EXECUTE | READ_FILE | READ_DIR | IOCTL_DEV)).toBe(0n);
    }
  });

  it.each(abis)('never lets device nodes be made, on ABI %i', (abi) => {
    for (const grant of everyGrant) expect(rightsFor(abi)(grant) & (MAKE_CHAR | MAKE_BLOCK)).toBe(0n);
  });

  it('gives files only what the kernel takes for a file', () => {
    const takenForFiles = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV;
    for (const grant of everyGrant.filter(({ kind }) => kind !== 'directory'))
      expect([grant, rightsFor(10)(grant) & ~takenForFiles]).toEqual([grant, 0n]);
  });

  it('gives the control of devices to devices alone', () => {
    for (const grant of everyGrant)
      expect((rightsFor(7)(grant) & IOCTL_DEV) !== 0n).toBe(grant.kind === 'device');
  });

  it('answers the same when it is asked again', () => {
    const rightsOf = rightsFor(7);
    const first = everyGrant.map(rightsOf);
    expect(everyGrant.map(rightsOf)).toEqual(first);
  });
});

describe('scopesSignals()', () => {
  it.each(abis)('is true from ABI 6 on: %i', (abi) => {
    expect(scopesSignals(abi)).toBe(abi >= 6);
  });
});

describe('separation()', () => {
  it.each(abis.filter((abi) => abi > 0))('withholds only what no grant gives, on ABI %i', (abi) => {
    const { handled, everywhere } = separation(abi);
    const granted = everyGrant.map(rightsFor(abi)).reduce((all, rights) => all | rights, 0n);
    expect(handled.fs).not.toBe(0n); // the kernel takes no empty ruleset
    expect(handled.fs & granted & ~everywhere).toBe(0n);
    expect(handled.fs & ~handledBy(abi, 'open').fs).toBe(0n);
    expect(everywhere & ~handled.fs).toBe(0n);
    expect(handled.scoped).toBe(abi >= 6 ? 3n : 0n);
    expect(handled.net).toBe(0n);
  });

  it('allows moves everywhere, which every layer would deny', () => {
    expect(separation(1).everywhere).toBe(0n);
    expect(separation(2).everywhere).toBe(REFER);
  });
});
