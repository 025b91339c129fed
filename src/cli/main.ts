// argv in, exit code out: the commands, their help, and errors of usage.
import { Command, CommanderError } from 'commander';
import packageInfo from '../../package.json';
import { exitCodes, type Issue, NonoError } from '../errors.ts';
import { foldAliases, policyOptions } from './flags.ts';
import { reportDefect, reportError } from './output.ts';
import { type RunFlags, run } from './run.ts';
import type { UndoFlags } from './undo.ts';

type Runnable = {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
};

const runnables: readonly Runnable[] = [
  {
    name: 'run',
    usage: '[flags] -- COMMAND [ARGUMENT…]',
    summary: 'Run a command that can reach only what you grant it.',
    examples: [
      'nono run --allow . -- claude',
      'nono run --allow . --net-block -- npm test',
      'nono run --read ~/data --allow out -- ./report',
    ],
  },
  {
    name: 'wrap',
    usage: '[flags] -- COMMAND [ARGUMENT…]',
    summary: 'The same confinement for scripts: nono itself says nothing.',
    examples: [
      'nono wrap --allow . -- make',
      'nono wrap --net-block -- ./tool',
      'nono wrap --read-file config.json -- ./server',
    ],
  },
  {
    name: 'shell',
    usage: '[flags]',
    summary: 'Open a confined shell.',
    examples: [
      'nono shell --allow .',
      'nono shell --allow . --net-block',
      'nono shell --shell /bin/zsh --read ~/data',
    ],
  },
];

const noCommand: Issue = {
  code: 'usage/no-command',
  message: 'no command was given',
  remedy: 'nono run --allow . -- COMMAND',
};

type ParsedFlags = RunFlags & { readonly shell?: string };

function commandOf(name: string, words: readonly string[], flags: ParsedFlags): readonly string[] {
  if (name === 'shell') return [flags.shell ?? process.env.SHELL ?? '/bin/sh'];
  if (words.length === 0) throw new NonoError([noCommand]);
  return words;
}

function addRunnable(
  program: Command,
  runnable: Runnable,
  finish: (exitCode: number) => void,
  asked: boolean,
): void {
  const { name, usage, summary, examples } = runnable;
  const command = program
    .command(name)
    .usage(usage)
    .description(summary)
    .passThroughOptions()
    .addHelpText('before', '')
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  ${example}`).join('\n')}`)
    .action((...parameters: unknown[]) => {
      const self = parameters.at(-1) as Command;
      const flags = foldAliases(self.opts()) as ParsedFlags;
      try {
        const quiet = name === 'wrap' ? { ...flags, silent: true } : flags;
        run(quiet, commandOf(name, self.args, flags));
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
  // Twenty options are work: a command that this line does not name gets none.
  for (const option of asked ? policyOptions() : []) command.addOption(option);
  if (name === 'shell') command.option('--shell <path>', 'the shell to open instead of $SHELL');
  else command.argument('[command...]');
}

/** `nono undo`, which the bundle that runs it brings. */
export type Undo = (words: readonly string[], flags: UndoFlags) => void;

function addUndo(program: Command, undo: Undo | null, finish: (exitCode: number) => void): void {
  program
    .command('undo')
    .usage('[list|diff|restore] [SESSION] [PATH…]')
    .description('What runs kept of what existed before: list it, show how it differs, put it back.')
    .argument('[words...]')
    .option('--force', 'also where the file was changed again after the session; that is kept as well')
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'say what would be restored, and restore nothing')
    .option('--json', 'results and errors as JSON')
    .addHelpText('after', '\nExamples:\n  nono undo list\n  nono undo diff\n  nono undo restore src/main.ts')
    .action((words: string[], flags: UndoFlags) => {
      try {
        undo?.(words, flags);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
}

/** Commander's own words as an issue: the suggestion that it adds becomes the thing to try. */
function usageIssue({ code, message }: CommanderError): Issue {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (.*)\?/.exec(suggestion ?? '')?.[1];
  const kind =
    code === 'commander.unknownOption'
      ? 'usage/unknown-flag'
      : code === 'commander.unknownCommand'
        ? 'usage/unknown-command'
        : 'usage/flag-value';
  return { code: kind, message: first, remedy: meant ?? 'nono --help' };
}

function buildProgram(
  words: readonly string[],
  undo: Undo | null,
  finish: (exitCode: number) => void,
): Command {
  const program = new Command('nono')
    .description('Run a program so that the kernel denies what it was not granted.')
    .usage('COMMAND [flags]')
    .version(packageInfo.version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ helpWidth: 80 })
    .addHelpText('after', '\nTry:\n  nono run --allow . -- COMMAND');
  // Commands are work to build: a line that names one gets that alone, any other line all, for help and suggestions.
  const named = runnables.filter(({ name }) => name === words[0]);
  for (const runnable of named.length > 0 ? named : runnables)
    addRunnable(program, runnable, finish, words.includes(runnable.name));
  if (named.length === 0) addUndo(program, undo, finish);
  for (const command of program.commands)
    command
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .configureHelp({ helpWidth: 80 });
  return program;
}

/**
 * Runs one command line.
 *
 * @param words the arguments after the program's name
 * @returns the exit code, as docs/cli.md lists them
 */
export function main(words: readonly string[], undo: Undo | null = null): number {
  let exitCode = 0;
  const program = buildProgram(words, undo, (code) => {
    exitCode = code;
  });
  try {
    if (words.length === 0) {
      program.outputHelp({ error: false });
      return exitCodes.usage;
    }
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportDefect(error);
    if (error.exitCode === 0) return 0; // help and version were printed
    return reportError(new NonoError([usageIssue(error)]), words.includes('--json'));
  }
  return exitCode;
}
