// The command: which file runs, and what its own installation needs to be read.
import type { Issue } from '../errors.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, isFaithful, lineage, nameOf, parentOf, toAbsolute } from './path.ts';
import { quoteForShell } from './quote.ts';
import type { Protection } from './sensitive.ts';
import { installationGrants, searchPath } from './toolchains.ts';

export type Command = {
  /** The file as it was found: links are left in, since programs look at the name they were started by. */
  readonly executable: AbsolutePath;
  readonly argv: readonly string[];
};

function candidates(name: string, host: Host, from: AbsolutePath | null): AbsolutePath[] {
  if (name === '') return [];
  if (!name.includes('/')) return searchPath(host).map((directory) => childOf(directory, name));
  const path = toAbsolute(name, from === null ? host : { ...host, workingDirectory: from });
  return path === null ? [] : [path];
}

function notExecutable(name: string, why: string, remedy: string): Issue {
  return { code: 'command/not-executable', message: `"${name}" ${why}`, remedy };
}

/** Finds the command as a shell would: by PATH, or by its path from the directory where it will start. */
export function findCommand(
  argv: readonly string[],
  host: Host,
  workdir: AbsolutePath | null,
): Command | Issue {
  const unfaithful = argv.find((argument) => !isFaithful(argument));
  if (unfaithful !== undefined)
    return {
      code: 'command/encoding',
      message: `the argument "${unfaithful}" is not valid UTF-8 and would arrive changed`,
      remedy: 'put the command into a script, and run the script',
    };
  const [name = ''] = argv;
  const found = candidates(name, host, workdir).map((path) => ({ path, fact: host.inspect(path) }));
  const runnable = found.find(({ path, fact }) => fact.kind === 'file' && host.executable(path));
  if (runnable !== undefined) return { executable: runnable.path, argv };
  const unusable = found.find(({ fact }) => 'mode' in fact || fact.kind === 'inaccessible');
  if (unusable?.fact.kind === 'directory')
    return notExecutable(name, 'is a directory', `nono run --workdir ${quoteForShell(name)} -- COMMAND`);
  if (unusable !== undefined)
    return notExecutable(name, 'is not executable', `chmod +x ${quoteForShell(unusable.path)}`);
  return {
    code: 'command/not-found',
    message:
      name === '' ? 'the command is empty' : `"${name}" was not found${name.includes('/') ? '' : ' on PATH'}`,
    remedy: name.includes('/') ? `ls -l ${quoteForShell(name)}` : `command -v ${quoteForShell(name)}`,
  };
}

/**
 * The interpreter that a script's first line names: `/usr/bin/env NAME` is looked up on PATH. The script's author
 * writes that line, not the user: `env -u ~/.ssh/id_ed25519 bash` must not make the key readable.
 */
function interpreterOf(file: AbsolutePath, host: Host, protection: Protection): AbsolutePath | null {
  const words = (host.shebang(file) ?? '').trim().split(/\s+/);
  const interpreter = words[0] ?? '';
  const named =
    nameOf(`/${interpreter}`) === 'env' ? words.slice(1).find((word) => !/^-|=/.test(word)) : interpreter;
  if (named === undefined || named === '') return null;
  const found = candidates(named, host, null).find((path) => {
    const fact = host.inspect(path);
    return fact.kind === 'file' && host.executable(path) && protection.exposedBy(fact.canonical).length === 0;
  });
  return found ?? null;
}

/** A package finds what it depends on in the outermost `node_modules` around it. */
function packageRoot(file: AbsolutePath): AbsolutePath | null {
  return lineage(file).findLast((ancestor) => nameOf(ancestor) === 'node_modules') ?? null;
}

function fileGrant(file: AbsolutePath, host: Host): Grant[] {
  const fact = host.inspect(file);
  if (fact.kind !== 'file') return [];
  return [{ path: fact.canonical, kind: 'file', access: 'read', origin: 'command', required: false }];
}

function packageGrant(file: AbsolutePath, host: Host, protection: Protection): Grant[] {
  const root = packageRoot(file);
  const fact = root === null ? null : host.inspect(root);
  if (fact?.kind !== 'directory' || protection.exposedBy(fact.canonical).length > 0) return [];
  return [{ path: fact.canonical, kind: 'directory', access: 'read', origin: 'command', required: false }];
}

/** The file with the package and the installation that it belongs to. */
function installedGrants(file: AbsolutePath, host: Host, protection: Protection): Grant[] {
  const fact = host.inspect(file);
  if (fact.kind !== 'file') return [];
  return [
    ...fileGrant(file, host),
    ...packageGrant(fact.canonical, host, protection),
    ...[parentOf(file), parentOf(fact.canonical)].flatMap((directory) =>
      installationGrants(directory, 'command', host, protection),
    ),
  ];
}

/** What a plan says about paths: whether the command may write there, or could have led them away by a link. */
type Told = (path: AbsolutePath) => boolean;

/**
 * True for a tool that the user installed: found by its name, and out of the command's own reach. A project's script or
 * link is written by who knows whom: what it names must not open the directories around it.
 */
function isInstalled(command: Command, host: Host, mayWrite: Told, isLedAway: Told): boolean {
  const { executable, argv } = command;
  const fact = host.inspect(executable);
  const isOutOfReach = !mayWrite(executable) && !isLedAway(executable) && 'canonical' in fact;
  return isOutOfReach && !(argv[0] ?? '').includes('/');
}

/** What the command itself needs to start: its file, its package, its interpreter and their installations. */
export function commandGrants(
  command: Command,
  host: Host,
  protection: Protection,
  mayWrite: Told,
  isLedAway: Told,
): Grant[] {
  const interpreter = interpreterOf(command.executable, host, protection);
  const files = [command.executable, ...(interpreter === null ? [] : [interpreter])];
  if (isInstalled(command, host, mayWrite, isLedAway))
    return files.flatMap((file) => installedGrants(file, host, protection));
  const own = files.flatMap((file) => fileGrant(file, host));
  const isSpelledOut = (command.argv[0] ?? '').includes('/');
  if (!isSpelledOut && isLedAway(parentOf(command.executable))) return own;
  return [
    ...own,
    // The directories that the user spelled out, such as a virtual environment's.
    ...packageGrant(command.executable, host, protection),
    ...installationGrants(parentOf(command.executable), 'command', host, protection),
  ];
}
