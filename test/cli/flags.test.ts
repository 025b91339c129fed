import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { flagGroups, foldAliases, policyOptions } from '../../src/cli/flags.ts';

function parse(words: readonly string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of policyOptions) command.addOption(option);
  return foldAliases(command.parse(words, { from: 'user' }).opts());
}

describe('policyOptions', () => {
  it('adds up what is repeated, under every spelling', () => {
    expect(parse(['--allow', 'a', '-a', 'b', '--allow=c']).allow).toEqual(['a', 'b', 'c']);
    expect(parse(['--override-deny', 'a', '--bypass-protection', 'b']).bypassProtection).toEqual(['b', 'a']);
  });

  it('takes each alias for its own flag', () => {
    expect(parse(['--block-net'])).toEqual(parse(['--net-block']));
    const aliases = flagGroups.flatMap(({ rows }) => rows).filter(({ aliases: each }) => each !== undefined);
    expect(aliases.length).toBeGreaterThan(1);
  });

  it.each([
    ['--deny', '--net-block'],
    ['--allow', '--'],
    ['--env', '-s'],
    ['--workdir', '--json'],
    ['--block-command=--json'],
    ['--timeout', '--'],
    ['--override-deny', '-v'],
  ])('takes no flag for the value of another: %s %s', (...words) => {
    expect(() => parse(words)).toThrow('Its value is missing');
  });

  it('takes what begins like a flag for a value where it is none', () => {
    const { allow, env } = parse(['--allow', './--x', '-a', '-dash', '--env', 'X=--y']);
    expect([allow, env]).toEqual([['./--x', '-dash'], ['X=--y']]);
  });

  it('has the short flags that people know', () => {
    expect(parse(['-r', 'a', '-w', 'b', '-s', '-v'])).toEqual({
      read: ['a'],
      write: ['b'],
      silent: true,
      verbose: true,
    });
  });
});
