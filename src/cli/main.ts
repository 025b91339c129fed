// argv in, exit code out: the commands, their help, and errors of usage.
import { Command, CommanderError } from 'commander';
import packageInfo from '../../package.json';
import { exitCodes, type Issue, isNonoError, NonoError } from '../errors.ts';
import { foldAliases, policyOptions } from './flags.ts';
import type { LearnFlags } from './learn.ts';
import { ownOutput, reportDefect, reportError } from './output.ts';
import type { Reader } from './profiles.ts';
import { run } from './run.ts';
import { addTools, type Finish, type Tools } from './tool-commands.ts';

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
    name: 'learn',
    usage: '[flags] -- COMMAND [ARGUMENT…]',
    summary: 'Run a command confined, and propose a profile for what was denied.',
    examples: [
      'nono learn --allow . -- npm test',
      'nono learn --output mine -- ./tool',
      'nono learn -p mine --json -- ./tool',
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

function noCommand(name: string): Issue {
  const remedy = `nono ${name} --allow . -- COMMAND`;
  return { code: 'usage/no-command', message: 'no command was given', remedy };
}

type ParsedFlags = LearnFlags & { readonly shell?: string };

function commandOf(name: string, words: readonly string[], flags: ParsedFlags): readonly string[] {
  // An empty SHELL is as good as none.
  if (name === 'shell') return [flags.shell ?? (process.env.SHELL || '/bin/sh')];
  if (words.length === 0) throw new NonoError([noCommand(name)]);
  return words;
}

function addRunnable(
  program: Command,
  runnable: Runnable,
  finish: Finish,
  reader: Reader,
  asked: boolean,
  tools: Tools,
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
        const quiet = name === 'wrap' ? { ...flags, silent: true, diagnostics: false } : flags;
        const start = name === 'learn' ? tools.learn : run;
        start?.(quiet, commandOf(name, self.args, flags), reader);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
  // Twenty options are work: a command that this line does not name gets none.
  for (const option of asked ? policyOptions : []) command.addOption(option);
  if (name === 'learn')
    command
      .option('-o, --output <profile|file>', "the profile to write (-p's, else by the command's name)")
      .option('-y, --yes', 'write it without asking');
  if (name === 'shell') command.option('--shell <path>', 'the shell to open instead of $SHELL');
  else command.argument('[command...]');
}

// Texts stand beside flags of forty columns, and wrap there as well.
const helpLayout = { helpWidth: 80, minWidthToWrap: 20 } as const;

/**
 * Commander's own words as an issue: the suggestion that it adds becomes the thing to try.
 *
 * @param command the command that the line names, where it is one
 */
function usageIssue({ code, message }: CommanderError, command: string | undefined): Issue {
  const [first = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const meant = /Did you mean (.*)\?/.exec(suggestion ?? '')?.[1];
  const kind =
    code === 'commander.unknownOption'
      ? 'usage/unknown-flag'
      : code === 'commander.unknownCommand'
        ? 'usage/unknown-command'
        : 'usage/flag-value';
  const help = command === undefined ? 'nono --help' : `nono ${command} --help`;
  const remedy = meant !== undefined && kind === 'usage/unknown-command' ? `nono ${meant}` : meant;
  return { code: kind, message: first, remedy: remedy ?? help };
}

function buildProgram(words: readonly string[], reader: Reader, tools: Tools, finish: Finish): Command {
  const program = new Command('nono')
    .description('Run a program so that the kernel denies what it was not granted.')
    .usage('COMMAND [flags]')
    .version(packageInfo.version, '-V, --version')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput(ownOutput)
    .configureHelp(helpLayout)
    .addHelpText('after', '\nTry:\n  nono run --allow . -- COMMAND');
  // Commands are work to build: a line that names one gets that alone, any other line all, for help and suggestions.
  const named = runnables.filter(({ name }) => name === words[0]);
  for (const runnable of named.length > 0 ? named : runnables)
    addRunnable(
      program,
      runnable,
      finish,
      reader,
      words.includes(runnable.name) || words[0] === 'completion',
      tools,
    );
  if (named.length === 0) {
    addTools(program, tools, finish, reader);
  }
  for (const command of program.commands)
    command.exitOverride().configureOutput(ownOutput).configureHelp(helpLayout);
  return program;
}

function commandNamed(program: Command, word: string | undefined): Command | undefined {
  return program.commands.find(
    (each) => each.name() === word || each.aliases().some((alias) => alias === word),
  );
}

/** Of help for a command that there is not, commander says the name of its own method: such a command is a mistake first. */
function withoutHelp(program: Command, words: readonly string[]): readonly string[] {
  const [first = '', second = 'help'] = words;
  const word = first === 'help' ? second : first;
  if (commandNamed(program, word) !== undefined) return words;
  if (first === 'help' && /^(?:help$|-)/.test(word)) return ['--help'];
  return word.startsWith('-') ? words : [word];
}

/**
 * Runs one command line.
 *
 * @param words the arguments after the program's name
 * @param reader reads profiles that do not come with nono
 * @returns the exit code, as docs/cli.md lists them
 */
export function main(words: readonly string[], reader: Reader, tools: Tools = {}): number {
  let exitCode = 0;
  const program = buildProgram(words, reader, tools, (code) => {
    exitCode = code;
  });
  try {
    if (words.length === 0) {
      program.outputHelp({ error: false });
      return exitCodes.usage;
    }
    program.parse(withoutHelp(program, words), { from: 'user' });
  } catch (error) {
    if (isNonoError(error)) return reportError(error, words.includes('--json'));
    if (!(error instanceof CommanderError)) return reportDefect(error);
    if (error.exitCode === 0) return 0; // help and version were printed
    const command = commandNamed(program, words[0])?.name();
    return reportError(new NonoError([usageIssue(error, command)]), words.includes('--json'));
  }
  return exitCode;
}
