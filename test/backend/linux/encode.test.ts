// The bytes of a program, field by field as native/program.c reads them.
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeProgram, formatVersion, type Record, record } from '../../../src/backend/linux/encode.ts';
import { decodeRecords } from './decode.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** The one record of a program, as hex: tag, length, payload. */
const encoded = (each: Record): string => hex(encodeProgram([each])).slice(24, -8);

describe('encodeProgram()', () => {
  it('starts with the magic, the version, two reserved bytes and the length of the whole', () => {
    const bytes = Buffer.from(encodeProgram([record.text('argument', 'abc')]));
    expect(bytes.toString('latin1', 0, 4)).toBe('NONO');
    expect(bytes.readUInt16LE(4)).toBe(4);
    expect(formatVersion).toBe(4);
    expect(bytes.readUInt16LE(6)).toBe(0);
    expect(bytes.readUInt32LE(8)).toBe(bytes.length);
    expect(bytes.length).toBe(12 + 8 + 4 + 4);
  });

  it('makes a header and a checksum of nothing', () => {
    expect(hex(encodeProgram([])).slice(0, 24)).toBe('4e4f4e4f0400000010000000');
    expect(encodeProgram([]).length).toBe(16);
  });

  it.each<[string, Record, string]>([
    ['hygiene', record.hygiene(0x43bn, 3), '01000000' + '0c000000' + '3b04000000000000' + '03000000'],
    [
      'a layer',
      record.layer(0xffffn, 3n, 2n),
      '02000000' + '18000000' + 'ffff000000000000' + '0300000000000000' + '0200000000000000',
    ],
    [
      'a rule',
      record.rule(0xdn, 1, 3, '/usr'),
      '03000000' + '15000000' + '0d00000000000000' + '01000000' + '03000000' + '2f75737200',
    ],
    [
      'a filter',
      record.filter(Uint8Array.of(6, 0, 0, 0, 0, 0, 255, 127)),
      '04000000' + '08000000' + '060000000000ff7f',
    ],
    ['a deny', record.deny(19, '/**'), '0c000000' + '08000000' + '13000000' + '2f2a2a00'],
    ['a socket', record.socket(5, '/r'), '0d000000' + '07000000' + '05000000' + '2f7200'],
    ['a port', record.port(443, 1), '0e000000' + '08000000' + 'bb010000' + '01000000'],
    ['blocked commands', record.blocked('no', ['rm', 'dd']), '0f000000' + '09000000' + '6e6f00726d00646400'],
    ['the executable', record.text('executable', '/x'), '05000000' + '03000000' + '2f7800'],
    ['an argument', record.text('argument', 'a'), '06000000' + '02000000' + '6100'],
    ['an empty argument', record.text('argument', ''), '06000000' + '01000000' + '00'],
    ['a variable', record.text('variable', 'A=b'), '07000000' + '04000000' + '413d6200'],
    ['the working directory', record.text('workdir', '/'), '08000000' + '02000000' + '2f00'],
    ['the private directory', record.text('temporary', '/t'), '09000000' + '03000000' + '2f7400'],
  ])('writes %s', (_, each, bytes) => {
    expect(encoded(each)).toBe(bytes);
  });

  it('writes numbers of 64 bits whole', () => {
    expect(encoded(record.layer(0x1122334455667788n, 0n, 2n ** 64n - 1n))).toContain(
      '88776655443322110000000000000000ffffffffffffffff',
    );
  });

  it.each([
    ['two', 'ü'],
    ['three', '日本語'],
    ['four', '😀'],
  ])('counts bytes, not characters: %s bytes each', (_, value) => {
    const [only] = decodeRecords(encodeProgram([record.text('argument', value)]));
    expect(only?.payload).toEqual(Buffer.from(`${value}\0`, 'utf8'));
  });

  it('keeps the order and every value, whatever the records are', () => {
    const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const u32 = fc.nat(0xffffffff);
    const word = fc.string({ unit: 'grapheme', maxLength: 40 }).map((each) => each.replaceAll('\0', ''));
    const tags = ['executable', 'argument', 'variable', 'workdir', 'temporary'] as const;
    const any: fc.Arbitrary<Record> = fc.oneof(
      fc.tuple(u64, u32).map(([keep, flags]) => record.hygiene(keep, flags)),
      fc.tuple(u64, u64, u64).map((numbers) => record.layer(...numbers)),
      fc.tuple(u64, u32, u32, word).map((parts) => record.rule(...parts)),
      fc.uint8Array({ maxLength: 64 }).map(record.filter),
      fc.tuple(fc.constantFrom(...tags), word).map(([tag, value]) => record.text(tag, value)),
    );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 20 }), (records) => {
        const bytes = encodeProgram(records);
        const alone = records.map((each) => encodeProgram([each]).subarray(12, -4));
        expect(hex(bytes.subarray(12, -4))).toBe(hex(Buffer.concat(alone)));
        expect(decodeRecords(bytes)).toHaveLength(records.length);
        expect(Buffer.from(bytes).readUInt32LE(bytes.length - 4)).toBe(crc32(bytes.subarray(0, -4)));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    0, 1, 2, 255, 256, 257, 70_000,
  ])('ends with the checksum of zlib over %i bytes of text', (length) => {
    const bytes = Buffer.from(encodeProgram([record.text('variable', `A=${'x'.repeat(length)}`)]));
    expect(bytes.readUInt32LE(bytes.length - 4)).toBe(crc32(bytes.subarray(0, -4)));
  });
});
