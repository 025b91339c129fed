// `nono profile init --hooks`: tells agents of the text that every run has for them, in their own settings.
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { applyEdits, modify, type ParseError, parse } from 'jsonc-parser';
import { exitCodes, type Issue, NonoError } from '../errors.ts';
import { makeDirectory } from '../launch/make-directory.ts';
import { type AbsolutePath, canonicalOf, type Host } from '../plan/host.ts';
import { childOf, isAbsolute, parentOf } from '../plan/path.ts';
import { escapeText } from '../term/escape.ts';
import { confirmed, isTerminal, printJson, printResult, say } from './output.ts';
import { patchOf } from './patch.ts';

type Agent = {
  readonly name: string;
  /** Where it keeps its settings; that it is there shows that the agent is used. */
  readonly directory: (host: Host) => AbsolutePath | null;
  /** The file to change, by what is there. */
  readonly file: (directory: AbsolutePath, host: Host) => AbsolutePath;
  readonly change: (text: string, file: AbsolutePath) => string;
};

const command = '[ -z "$NONO_GUIDE" ] || cat "$NONO_GUIDE"';

const [begin, end] = ['<!-- nono: begin -->', '<!-- nono: end -->'];
const paragraph = `${begin}
Where the environment variable NONO is 1, you run inside nono: read the file that NONO_GUIDE names before you work. It says
what is allowed. Where something is denied, ask \`nono why --self --json PATH\` instead of trying other ways.
${end}
`;

function withParagraph(text: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from >= 0 && to > from)
    return `${text.slice(0, from)}${paragraph.trimEnd()}${text.slice(to + end.length)}`;
  return text.trim() === '' ? paragraph : `${text.trimEnd()}\n\n${paragraph}`;
}

function unfit(file: AbsolutePath, why: string): NonoError {
  const issue: Issue = {
    code: 'profile/unwritable',
    message: `"${file}" ${why}, so it is left as it is`,
    remedy: `put it right, or add a SessionStart hook by hand: ${command}`,
  };
  return new NonoError([issue]);
}

type Settings = { readonly hooks?: { readonly SessionStart?: readonly unknown[] } };

function withHook(text: string, file: AbsolutePath): string {
  const errors: ParseError[] = [];
  const before = text.trim() === '' ? '{}\n' : text;
  const settings = parse(before, errors, { allowTrailingComma: true }) as Settings | null;
  if (errors.length > 0 || typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw unfit(file, 'is no JSON object');
  const hooks: unknown = settings.hooks ?? {};
  const starts: unknown = settings.hooks?.SessionStart ?? [];
  if (typeof hooks !== 'object' || hooks === null || Array.isArray(hooks) || !Array.isArray(starts))
    throw unfit(file, 'has hooks of another form');
  if (JSON.stringify(starts).includes(JSON.stringify(command).slice(1, -1))) return text;
  const entry = { hooks: [{ type: 'command', command }] };
  const edits = modify(before, ['hooks', 'SessionStart', starts.length], entry, {
    isArrayInsertion: true,
    formattingOptions: { insertSpaces: true, tabSize: 2 },
  });
  return applyEdits(before, edits);
}

function inHome(variable: string | null, usual: string): Agent['directory'] {
  return ({ environment, home }) => {
    const set = variable === null ? '' : (environment[variable] ?? '');
    if (isAbsolute(set)) return set;
    return home === null ? null : childOf(home, usual);
  };
}

function holdsText(file: AbsolutePath): boolean {
  return (read(file) ?? '').trim() !== '';
}

const agents: readonly Agent[] = [
  {
    name: 'claude',
    directory: inHome('CLAUDE_CONFIG_DIR', '.claude'),
    file: (directory) => childOf(directory, 'settings.json'),
    change: withHook,
  },
  {
    name: 'codex',
    directory: inHome('CODEX_HOME', '.codex'),
    // It reads the first of the two that holds something.
    file: (directory) => {
      const override = childOf(directory, 'AGENTS.override.md');
      return holdsText(override) ? override : childOf(directory, 'AGENTS.md');
    },
    change: withParagraph,
  },
  {
    name: 'gemini',
    directory: inHome(null, '.gemini'),
    file: (directory) => childOf(directory, 'GEMINI.md'),
    change: withParagraph,
  },
  {
    name: 'opencode',
    directory: (host) => {
      const config = inHome('XDG_CONFIG_HOME', '.config')(host);
      return config === null ? null : childOf(config, 'opencode');
    },
    file: (directory) => childOf(directory, 'AGENTS.md'),
    change: withParagraph,
  },
];

function read(file: AbsolutePath): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unfit(file, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

type Change = {
  readonly agent: string;
  readonly file: AbsolutePath;
  readonly before: string | null;
  readonly after: string;
};

function chosen(names: readonly string[], host: Host): readonly Agent[] {
  const unknown = names.find((name) => agents.every((agent) => agent.name !== name));
  const all = agents.map(({ name }) => name).join(', ');
  if (unknown !== undefined) throw refusal(`there is no hook for "${unknown}"`, `one of ${all}`);
  if (names.length > 0) return agents.filter(({ name }) => names.includes(name));
  const used = agents.filter(({ directory }) => {
    const path = directory(host);
    return path !== null && host.inspect(path).kind === 'directory';
  });
  if (used.length === 0)
    throw refusal('none of the agents was used here', `nono profile init --hooks ${agents[0]?.name}`);
  return used;
}

function refusal(message: string, remedy: string): NonoError {
  return new NonoError([{ code: 'usage/flag-value', message, remedy }]);
}

function changeOf({ name, directory, file, change }: Agent, host: Host): Change {
  const path = directory(host);
  if (path === null) throw refusal('there is no home', 'HOME=/a/directory nono profile init --hooks');
  // A link stays one: what it leads to is written.
  const target = canonicalOf(file(path, host), host);
  const before = read(target);
  return { agent: name, file: target, before, after: change(before ?? '', target) };
}

const ownerOnly = 0o600;

/** Whole or not at all; and not what somebody else wrote since it was shown. */
function write({ file, before, after }: Change, host: Host): void {
  const next: AbsolutePath = `${file}.${host.session.id}`;
  try {
    makeDirectory(parentOf(file));
    const mode = before === null ? ownerOnly : statSync(file).mode & 0o777;
    writeFileSync(next, after, { mode, flag: 'wx' });
    if (read(file) !== before) throw unfit(file, 'was changed meanwhile');
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    if (error instanceof NonoError) throw error;
    throw unfit(file, `cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

export type HookFlags = { readonly json?: boolean; readonly yes?: boolean };

/**
 * Shows what would be changed in the settings of agents, asks, and changes it.
 *
 * @param names of agents; empty: all that are used here
 * @returns the exit code
 * @throws {NonoError} `usage/flag-value`, `profile/unwritable`
 */
export function initHooks(names: readonly string[], host: Host, flags: HookFlags): number {
  const all = chosen(names, host).map((agent) => changeOf(agent, host));
  const changes = all.filter(({ before, after }) => before !== after);
  if (!flags.json)
    for (const { file, before, after } of changes) {
      const [from, to] = [before === null ? '/dev/null' : file, file].map(escapeText) as [string, string];
      printResult(patchOf(from, to, before ?? '', after));
    }
  if (changes.length > 0 && !flags.yes) {
    if (!isTerminal(0) || flags.json)
      throw refusal('init --hooks asks on a terminal', 'nono profile init --hooks --yes');
    if (!confirmed(`Change ${changes.length === 1 ? 'this file' : `these ${changes.length} files`}?`)) {
      say('nono: nothing was changed');
      return exitCodes.unanswered;
    }
  }
  for (const change of changes) write(change, host);
  if (flags.json)
    printJson({
      version: 1,
      hooks: all.map(({ agent, file, before, after }) => ({ agent, file, changed: before !== after })),
    });
  else
    for (const { agent, file, before, after } of all)
      say(`nono: ${agent}: ${escapeText(file)} ${before === after ? 'has it already' : 'was changed'}`);
  return 0;
}
