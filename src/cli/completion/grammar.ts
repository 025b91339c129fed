// What can be typed after `nono`, as data for shells: taken from the parser's own commands and options.
import type { Command, Option } from 'commander';
import { operations } from '../question.ts';

/** What may stand for a value or a word. */
export type Value =
  | { readonly kind: 'path' | 'directory' | 'profile' | 'profile-or-path' | 'command' | 'variable' | 'any' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export type Flag = {
  /** `-a`, `--allow`. */
  readonly spellings: readonly string[];
  readonly text: string;
  /** null: it takes none. */
  readonly value: Value | null;
};

export type Syntax = {
  readonly name: string;
  readonly text: string;
  readonly flags: readonly Flag[];
  /** What stands after the flags. `program`: a command with arguments of its own. */
  readonly words: { readonly first: Value; readonly rest: Value } | 'program';
};

// By what help calls the value.
const valueKinds: Readonly<Record<string, Value>> = {
  path: { kind: 'path' },
  'path|glob': { kind: 'path' },
  file: { kind: 'path' },
  dir: { kind: 'directory' },
  profile: { kind: 'profile' },
  'profile|file': { kind: 'profile-or-path' },
  command: { kind: 'command' },
  operation: { kind: 'words', words: operations },
  'name[=value]': { kind: 'variable' },
};

function takenBy(option: Option): Value | null {
  if (!option.required && !option.optional) return null;
  if (option.argChoices !== undefined) return { kind: 'words', words: option.argChoices };
  const [, name = ''] = /<(.+)>/.exec(option.flags) ?? [];
  return valueKinds[name] ?? { kind: 'any' };
}

function flagOf(option: Option): Flag {
  const spellings = [option.short, option.long].filter((each) => each !== undefined);
  return { spellings, text: option.description, value: takenBy(option) };
}

const anything: Value = { kind: 'any' };
const paths: Value = { kind: 'path' };

/** As usage shows it: the first word may be one of several, and what they are about are profiles or paths. */
function wordsOf(command: Command): Syntax['words'] {
  const [argument] = command.registeredArguments;
  if (argument?.name() === 'command') return 'program';
  const usage = command.usage();
  if (usage.includes('PLAN [-- COMMAND')) return { first: paths, rest: { kind: 'command' } };
  const [, choices] = /\[([a-z]+(?:\|[a-z]+)+)\]/.exec(usage) ?? [];
  const rest = usage.includes('PROFILE')
    ? { kind: 'profile-or-path' as const }
    : usage.includes('PATH')
      ? paths
      : anything;
  return { first: choices === undefined ? rest : { kind: 'words', words: choices.split('|') }, rest };
}

/** Every command, without the spellings that help does not show. */
export function syntaxOf(program: Command): Syntax[] {
  const names = program.commands.map((command) => command.name());
  const help: Syntax = {
    name: 'help',
    text: 'display help for command',
    flags: [],
    words: { first: { kind: 'words', words: names }, rest: anything },
  };
  const commands = program.commands.map(
    (command): Syntax => ({
      name: command.name(),
      text: command.description(),
      flags: [
        ...command.options.filter(({ hidden }) => !hidden),
        command.createOption('-h, --help', 'help'),
      ].map(flagOf),
      words: wordsOf(command),
    }),
  );
  return [...commands, help];
}
