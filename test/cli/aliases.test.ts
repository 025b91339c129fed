// Every spelling that people use means its flag, and what repeats adds up.
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { flagGroups, foldAliases, policyOptions } from '../../src/cli/flags.ts';

function parse(...words: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of policyOptions) command.addOption(option);
  return foldAliases(command.parse(words, { from: 'user' }).opts());
}

const rows = flagGroups.flatMap((group) => group.rows);
const longOf = (flags: string): string => /--[a-z-]+/.exec(flags)?.[0] ?? '';
const takesValue = (flags: string): boolean => flags.includes('<');
const aliases = rows.flatMap((row) => (row.aliases ?? []).map((alias) => ({ row, alias })));

/** By hand from CLI.md: a spelling taken out of the table is missed here. */
const knownAliases = [
  ['--override-deny', '--bypass-protection'],
  ['--block-net', '--net-block'],
  ['--open-port', '--allow-port'],
  ['--allow-bind', '--listen-port'],
];
const shortFlags = [
  ['-a', '--allow'],
  ['-r', '--read'],
  ['-w', '--write'],
  ['-s', '--silent'],
  ['-v', '--verbose'],
] as const;

describe('foldAliases()', () => {
  it('knows these other spellings and no more', () => {
    expect(aliases.map(({ row, alias }) => [longOf(alias), longOf(row.flags)])).toEqual(knownAliases);
  });

  it.each(
    aliases.map(({ row, alias }) => [longOf(alias), longOf(row.flags), takesValue(row.flags)] as const),
  )('folds %s into %s', (alias, flag, value) => {
    const words = value ? ['7'] : [];
    expect(parse(alias, ...words)).toEqual(parse(flag, ...words));
  });

  it.each(shortFlags)('%s is %s', (short, long) => {
    const row = rows.find(({ flags }) => longOf(flags) === long);
    const words = takesValue(row?.flags ?? '') ? ['x'] : [];
    expect(parse(short, ...words)).toEqual(parse(long, ...words));
    expect(Object.keys(parse(short, ...words))).toHaveLength(1);
  });

  it.each(
    rows.filter(({ repeats }) => repeats).map(({ flags }) => longOf(flags)),
  )('adds up what %s is given, in order, in both forms', (flag) => {
    const [values] = Object.values(parse(flag, '1', `${flag}=2`, flag, '3')) as [unknown[]];
    expect(values.map(String)).toEqual(['1', '2', '3']);
  });

  it('adds up what is given under both spellings', () => {
    const { bypassProtection } = parse('--override-deny', 'a', '--bypass-protection', 'b');
    expect((bypassProtection as string[]).toSorted()).toEqual(['a', 'b']);
  });

  it('leaves no alias behind', () => {
    expect(Object.keys(parse('--block-net', '--override-deny', 'a')).sort()).toEqual([
      'bypassProtection',
      'netBlock',
    ]);
  });

  it('does not change what it was given', () => {
    const given = { blockNet: true };
    foldAliases(given);
    expect(given).toEqual({ blockNet: true });
  });

  it.each(['0', '65536', '-1', '80a', '', '1e3'])('refuses the port "%s"', (port) => {
    expect(() => parse('--allow-port', port)).toThrow('It should be a port');
  });

  it.each(['/bin/rm', '', 'a/b'])('refuses the command "%s"', (name) => {
    expect(() => parse('--allow-command', name)).toThrow('It should be the name of a command');
  });

  it('takes the last of what does not repeat', () => {
    expect(parse('--workdir', 'a', '--workdir', 'b')).toEqual({ workdir: 'b' });
  });
});

describe('policyOptions', () => {
  it('hides the other spellings from help', () => {
    const hidden = policyOptions.filter((option) => option.hidden);
    expect(hidden.map(({ long }) => long)).toEqual(knownAliases.map(([alias]) => alias));
  });

  it('gives no spelling twice', () => {
    const spellings = policyOptions.flatMap(({ short, long }) => [short, long].filter(Boolean));
    expect(new Set(spellings).size).toBe(spellings.length);
  });

  it.each(
    rows.filter(({ flags }) => takesValue(flags)).map(({ flags }) => longOf(flags)),
  )('demands a value for %s', (flag) => {
    expect(() => parse(flag)).toThrow('argument missing');
  });

  it('refuses a flag that it does not know', () => {
    expect(() => parse('--alow', 'x')).toThrow('unknown option');
  });
});
