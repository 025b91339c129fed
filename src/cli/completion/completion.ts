// `nono completion`: what a shell completes, from the parser's own commands and flags.
import type { Command } from 'commander';
import { type Issue, NonoError } from '../../errors.ts';
import { thisHost } from '../../launch/host.ts';
import { profileNames } from '../../launch/profiles.ts';
import { printResult } from '../output.ts';
import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { type Syntax, syntaxOf } from './grammar.ts';
import { zshCompletion } from './zsh.ts';

const shells: Readonly<Record<string, (syntax: readonly Syntax[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/**
 * Prints a shell's completion, or what that asks for while somebody types: the names of profiles.
 *
 * @throws {NonoError} `usage/flag-value`: it is no shell that has one
 */
export function completion([word = '', ...rest]: readonly string[], program: Command): void {
  if (rest.length === 0 && word === 'profiles') printResult(profileNames(thisHost()).join('\n'));
  else if (rest.length === 0 && Object.hasOwn(shells, word))
    printResult(shells[word]?.(syntaxOf(program)) ?? '');
  else {
    const issue: Issue = {
      code: 'usage/flag-value',
      message:
        rest.length > 0 || word === ''
          ? `completion is of one shell: ${Object.keys(shells).join(', ')}`
          : `"${word}" is none of ${Object.keys(shells).join(', ')}`,
      remedy: 'nono completion bash',
    };
    throw new NonoError([issue]);
  }
}
