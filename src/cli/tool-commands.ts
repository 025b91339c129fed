// The commands that are no runs: their flags, their help, and how each ends.
import { type Command, Option } from 'commander';
import { exitCodes, type Issue, NonoError } from '../errors.ts';
import type { CompileFlags } from './compile.ts';
import type { DoctorFlags } from './doctor.ts';
import { foldAliases, parsePort, policyOptions } from './flags.ts';
import type { LearnFlags } from './learn.ts';
import { reportError } from './output.ts';
import type { ProfileCommandFlags } from './profile.ts';
import type { Reader } from './profiles.ts';
import type { SelftestFlags } from './selftest.ts';
import type { UndoFlags } from './undo.ts';
import type { WhyFlags } from './why.ts';

export type Finish = (exitCode: number) => void;

/** The commands that are no runs: each bundle brings those along that it has. */
export type Tools = {
  readonly undo?: (words: readonly string[], flags: UndoFlags) => void;
  readonly why?: (words: readonly string[], flags: WhyFlags, reader: Reader) => number;
  readonly profile?: (words: readonly string[], flags: ProfileCommandFlags, reader: Reader) => number;
  readonly learn?: (flags: LearnFlags, command: readonly string[], reader: Reader) => void;
  readonly completion?: (words: readonly string[], program: Command) => void;
  readonly doctor?: (flags: DoctorFlags) => number;
  readonly compile?: (words: readonly string[], flags: CompileFlags, reader: Reader) => void;
  readonly selftest?: (flags: SelftestFlags) => number;
};

function addCompile(program: Command, tools: Tools, finish: Finish, reader: Reader): void {
  const command = program
    .command('compile')
    .usage('[flags] -o PLAN [-- COMMAND [ARGUMENT…]]')
    .description('Decide once what a run with these flags may reach, and write it for nono exec.')
    .passThroughOptions()
    .argument('[command...]')
    .option('-o, --output <file>', 'where the plan is written, for you alone')
    .addHelpText(
      'after',
      '\nExamples:\n  nono compile --allow . -o ~/plan.nono\n  nono compile --allow . --net-block -o ~/test.nono -- npm test\n  nono compile -p node --read ~/data -o ~/node.nono',
    )
    .action((words: string[]) => {
      const flags = foldAliases(command.opts()) as CompileFlags;
      try {
        tools.compile?.(words, flags, reader);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
  for (const option of policyOptions) command.addOption(option);
}

/** native/exec.c runs it: what comes here is a question for help, or cannot be understood. */
function addExec(program: Command, finish: Finish): void {
  program
    .command('exec')
    .usage('[--json] [--no-diagnostics] PLAN [-- COMMAND [ARGUMENT…]]')
    .description('Run a command by a plan that nono compile wrote, without planning again.')
    .passThroughOptions()
    .argument('[words...]')
    .option('--no-diagnostics', 'say nothing after the run')
    .option('--json', 'reports and errors as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  nono exec ~/plan.nono -- make\n  nono exec ~/test.nono\n  nono exec --json ~/plan.nono -- ./tool',
    )
    .action((_words: string[], flags: { readonly json?: boolean }) => {
      const issue: Issue = {
        code: 'usage/flag-value',
        message: 'nono exec needs a plan, and a command where the plan has none',
        remedy: 'nono compile --allow . -o ~/plan.nono, then nono exec ~/plan.nono -- COMMAND',
      };
      finish(reportError(new NonoError([issue]), flags.json ?? false));
    });
}

function addUndo(program: Command, tools: Tools, finish: Finish): void {
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
        tools.undo?.(words, flags);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
}

function addProfile(program: Command, tools: Tools, finish: Finish, reader: Reader): void {
  program
    .command('profile')
    .usage('[list|show|check|diff|init|trust] [PROFILE…]')
    .option('--hooks', 'with init: tell agents where they are, in their settings; shows what, and asks')
    .description('Profiles: which there are, what they grant and why, new ones, and trust in a project’s.')
    .argument('[words...]')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'results and errors as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  nono profile show claude\n  nono profile init mine\n  nono profile init --hooks\n  nono profile check ./mine.jsonc\n  nono profile trust',
    )
    .action((words: string[], flags: ProfileCommandFlags) => {
      try {
        finish(tools.profile?.(words, flags, reader) ?? 0);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
}

function addCompletion(program: Command, tools: Tools, finish: Finish): void {
  program
    .command('completion')
    .usage('[bash|zsh|fish]')
    .description('Print what makes a shell complete commands, flags, profiles and paths.')
    .argument('[words...]')
    .addHelpText(
      'after',
      '\nExamples:\n  eval "$(nono completion bash)"\n  source <(nono completion zsh)\n  nono completion fish | source',
    )
    .action((words: string[]) => {
      try {
        tools.completion?.(words, program);
      } catch (error) {
        finish(reportError(error, false));
      }
    });
}

function addDoctor(program: Command, tools: Tools, finish: Finish): void {
  program
    .command('doctor')
    .alias('setup')
    .usage('[--json]')
    .description(
      'What this machine can hold of nono’s promises, by which mechanism, and what would give the rest.',
    )
    .option('--json', 'the answer as JSON')
    .addOption(new Option('--check-only').hideHelp()) // what people type after setup: nothing is ever set up
    .addHelpText(
      'after',
      '\nExit code 1: a run with the defaults would not start here.\n\nExamples:\n  nono doctor\n  nono doctor --json',
    )
    .action((flags: DoctorFlags) => {
      try {
        finish(tools.doctor?.(flags) ?? 0);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
}

function addSelftest(program: Command, tools: Tools, finish: Finish): void {
  program
    .command('selftest')
    .usage('[--json]')
    .description('Try the ways out against this machine, in a scratch directory, and print the table.')
    .option('--json', 'the answer as JSON')
    .addHelpText(
      'after',
      '\nExit code 1: a way out is open, or what is granted does not work.\n\nExamples:\n  nono selftest\n  nono selftest --json',
    )
    .action((flags: SelftestFlags) => {
      try {
        finish(tools.selftest?.(flags) ?? 0);
      } catch (error) {
        finish(reportError(error, flags.json ?? false));
      }
    });
}

/** With `--exit-code` 1 is an answer, so that an error is 2; without it 0 is every answer. */
function whyError(error: unknown, flags: WhyFlags): number {
  const code = reportError(error, flags.json ?? false);
  return code === exitCodes.usage || flags.exitCode ? exitCodes.usage : exitCodes.unanswered;
}

function addWhy(program: Command, tools: Tools, finish: Finish, reader: Reader): void {
  const question = 'Question:';
  const option = (flags: string, text: string) => new Option(flags, text).helpGroup(question);
  const command = program
    .command('why')
    .usage('[flags] PATH')
    .description('May this be done by a run with these flags, which rule decides, and what would change it.')
    .argument('[path...]')
    .addHelpText(
      'after',
      '\nExamples:\n  nono why ~/.ssh/id_ed25519\n  nono why --allow . --path src/main.ts --op delete\n  nono why --net-block --host 127.0.0.1 --port 5432\n  nono why --self --command rm',
    )
    .addOption(option('--path <path>', 'what the question is about'))
    .addOption(
      option(
        '--op <operation>',
        'read, write, readwrite, create, delete, rename, truncate, list, execute, chmod, connect, bind, mkdir, link, symlink',
      ),
    )
    .addOption(option('--to <path>', 'where a rename or a link goes'))
    .addOption(option('--host <host>', 'a host to connect to, or to bind'))
    .addOption(option('--port <n>', 'its port').argParser(parsePort))
    .addOption(option('--command <name>', 'a command to execute'))
    .addOption(option('--self', 'ask about the sandbox that this runs in'))
    .addOption(option('--batch', 'answer JSON lines from standard input, one per line'))
    .addOption(option('--exit-code', '0 allowed, 1 denied, 2 error'))
    .action((words: string[]) => {
      const flags = foldAliases(command.opts()) as WhyFlags;
      try {
        finish(tools.why?.(words, flags, reader) ?? 0);
      } catch (error) {
        finish(whyError(error, flags));
      }
    });
  for (const each of policyOptions) command.addOption(each);
}

/** In the order of help. */
export function addTools(program: Command, tools: Tools, finish: Finish, reader: Reader): void {
  addWhy(program, tools, finish, reader);
  addUndo(program, tools, finish);
  addProfile(program, tools, finish, reader);
  addDoctor(program, tools, finish);
  addCompletion(program, tools, finish);
  addCompile(program, tools, finish, reader);
  addExec(program, finish);
  addSelftest(program, tools, finish);
}
