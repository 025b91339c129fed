// The flags of run, wrap and shell as data: help, parsing and aliases all come from these rows.
import { InvalidArgumentError, Option } from 'commander';
import { commandName } from '../policy/names.ts';
import { largestPort, mostProcesses, parseSeconds, parseSize } from '../policy/quantity.ts';

type Row = {
  /** As help shows it. */
  readonly flags: string;
  /** Other spellings that people already use; accepted, not shown. */
  readonly aliases?: readonly string[];
  readonly text: string;
  /** Given several times, its values add up. */
  readonly repeats?: true;
  /** What it may be. */
  readonly choices?: readonly string[];
  /** The value of a text; throws an InvalidArgumentError. */
  readonly parse?: (text: string) => unknown;
};

/** Bytes. */
function sizeOf(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== null) return bytes;
  throw new InvalidArgumentError('It should be a size, such as 500M or 4G.');
}

function memoryOf(text: string): number {
  const bytes = sizeOf(text);
  if (bytes > 0) return bytes;
  throw new InvalidArgumentError('It should be a size, such as 500M or 4G.');
}

/** Seconds. */
function secondsOf(text: string): number {
  const seconds = parseSeconds(text) ?? 0;
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError('It should be a time, such as 90, 10m or 2h.');
}

function processesOf(text: string): number {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count > 0 && count <= mostProcesses) return count;
  throw new InvalidArgumentError(`It should be a number, 1 to ${mostProcesses}.`);
}

export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port > 0 && port <= largestPort) return port;
  throw new InvalidArgumentError('It should be a port, 1 to 65535.');
}

function parseCommandName(text: string): string {
  if (commandName.test(text)) return text;
  throw new InvalidArgumentError('It should be the name of a command, without a path.');
}

type Group = { readonly heading: string; readonly rows: readonly Row[] };

export const flagGroups: readonly Group[] = [
  {
    heading: 'Profile:',
    rows: [
      { flags: '-p, --profile <profile|file>', text: "instead of the command's own and the project's" },
      { flags: '--extends <profile>', text: 'add a profile', repeats: true },
      { flags: '--no-profile', text: 'only what flags grant' },
    ],
  },
  {
    heading: 'Files:',
    rows: [
      { flags: '-a, --allow <path>', text: 'read and write a directory and all below it', repeats: true },
      { flags: '-r, --read <path>', text: 'only read it', repeats: true },
      { flags: '-w, --write <path>', text: 'only write it: no reading, no listing', repeats: true },
      { flags: '--allow-file <file>', text: 'read and write one file', repeats: true },
      { flags: '--read-file <file>', text: 'only read it', repeats: true },
      { flags: '--write-file <file>', text: 'only write it', repeats: true },
      { flags: '--allow-cwd', text: 'read and write the working directory' },
      { flags: '--deny <path|glob>', text: 'beats every grant: no reading, no writing', repeats: true },
      { flags: '--deny-write <path|glob>', text: 'beats every grant: no writing', repeats: true },
      {
        flags: '--bypass-protection <path>',
        aliases: ['--override-deny <path>'],
        text: 'lift a built-in deny, for a path that is also granted',
        repeats: true,
      },
    ],
  },
  {
    heading: 'Network:',
    rows: [
      { flags: '--net-block', aliases: ['--block-net'], text: 'no network at all' },
      {
        flags: '--allow-port <n>',
        aliases: ['--open-port <n>'],
        text: "no network but this port of loopback's",
        repeats: true,
        parse: parsePort,
      },
      {
        flags: '--listen-port <n>',
        aliases: ['--allow-bind <n>'],
        text: 'the same, to serve it',
        repeats: true,
        parse: parsePort,
      },
    ],
  },
  {
    heading: 'Unix sockets outside the grants:',
    rows: [
      { flags: '--allow-unix-socket <path>', text: 'connect to it', repeats: true },
      { flags: '--allow-unix-socket-bind <path>', text: 'create it', repeats: true },
      { flags: '--allow-unix-socket-dir <dir>', text: 'connect to those in a directory', repeats: true },
      { flags: '--allow-unix-socket-dir-bind <dir>', text: 'create them', repeats: true },
      { flags: '--allow-unix-socket-subtree <dir>', text: 'connect to all below it', repeats: true },
      { flags: '--allow-unix-socket-subtree-bind <dir>', text: 'create them', repeats: true },
    ],
  },
  {
    heading: 'Originals:',
    rows: [
      {
        flags: '--on-delete <what>',
        text: 'deleting what existed before the run: refuse, or keep it for undo',
        choices: ['refuse', 'keep'],
      },
      {
        flags: '--keep-limit <size>',
        text: 'how much a run may keep, such as 500M or 4G (1G); a file: a quarter',
        parse: sizeOf,
      },
    ],
  },
  {
    heading: 'Command:',
    rows: [
      {
        flags: '--allow-command <command>',
        text: 'let it run, such as rm, which is blocked',
        repeats: true,
        parse: parseCommandName,
      },
      {
        flags: '--block-command <command>',
        text: 'block it for the command and its children',
        repeats: true,
        parse: parseCommandName,
      },
      { flags: '--env <name[=value]>', text: 'pass or set a variable', repeats: true },
      { flags: '--no-guide', text: 'no text for agents that says what is allowed' },
      { flags: '--workdir <dir>', text: 'where the command starts' },
      { flags: '--best-effort', text: 'go on where a guarantee cannot be held; print each loss' },
    ],
  },
  {
    heading: 'Limits:',
    rows: [
      { flags: '--memory <size>', text: 'how much memory, such as 4G', parse: memoryOf },
      { flags: '--pids <n>', text: 'how many processes and threads at a time', parse: processesOf },
      { flags: '--cpu-time <time>', text: 'how much CPU time: seconds, or such as 10m', parse: secondsOf },
      { flags: '--timeout <time>', text: 'when it ends: exit code 124', parse: secondsOf },
    ],
  },
  {
    heading: 'Output:',
    rows: [
      { flags: '--dry-run', text: 'print what would be enforced, run nothing' },
      {
        flags: '--platform <name>',
        text: 'with --dry-run: what a Mac would enforce (macos)',
        choices: ['macos'],
      },
      { flags: '-s, --silent', text: 'say nothing before the run' },
      { flags: '--no-diagnostics', text: 'say nothing after it' },
      { flags: '--explain', text: 'see denied reads too; every read then costs more' },
      { flags: '--report <file>', text: 'write the end report there as JSON' },
      { flags: '-v, --verbose', text: 'say everything before the run' },
      { flags: '--json', text: 'results and errors as JSON' },
    ],
  },
];

/** The list so far comes back and is added to: a copy for each of ten thousand grants would take a second. */
function collect<T>(parse: (text: string) => T) {
  return (value: string, previous: T[] | undefined): T[] => {
    const values = previous ?? [];
    values.push(parse(value));
    return values;
  };
}

function attributeOf(flags: string): string {
  return new Option(flags).attributeName();
}

/** `--deny --net-block` forgot what is denied, and would take the next flag for it: the network stayed open. */
function refusingFlags<T>(parse: (text: string) => T): (text: string) => T {
  return (text) => {
    if (!/^(?:--|-[a-z]$)/.test(text)) return parse(text);
    throw new InvalidArgumentError(`Its value is missing; a file of that name is ./${text}`);
  };
}

/** One option; an alias stores under the attribute of the spelling that help shows. */
function optionOf(row: Row, flags: string, heading: string): Option {
  const option = new Option(flags, row.text).helpGroup(heading);
  const parse = refusingFlags(row.parse ?? ((text: string) => text));
  if (row.repeats) option.argParser(collect(parse));
  else if (row.choices) option.choices(row.choices);
  else if (option.required) option.argParser(parse);
  if (flags !== row.flags) option.hideHelp();
  return option;
}

/** Every option of a policy, made once: a command only reads them. */
export const policyOptions: readonly Option[] = flagGroups.flatMap(({ heading, rows }) =>
  rows.flatMap((row) => [row.flags, ...(row.aliases ?? [])].map((flags) => optionOf(row, flags, heading))),
);

/** The attributes of every alias and of the spelling that help shows. */
const aliasAttributes = flagGroups.flatMap(({ rows }) =>
  rows.flatMap(({ flags, aliases = [], repeats = false }) =>
    aliases.map((alias) => ({ from: attributeOf(alias), to: attributeOf(flags), repeats })),
  ),
);

/** Folds every alias into the attribute of its canonical spelling. */
export function foldAliases(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const folded = { ...values };
  // What commander sets where --no-… is not given.
  if (folded.diagnostics === true) delete folded.diagnostics;
  if (folded.guide === true) delete folded.guide;
  for (const { from, to, repeats } of aliasAttributes) {
    if (!(from in folded)) continue;
    folded[to] = repeats
      ? [...((folded[to] as string[]) ?? []), ...(folded[from] as string[])]
      : folded[from];
    delete folded[from];
  }
  return folded;
}
