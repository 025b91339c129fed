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

function fileGrants(file: AbsolutePath, host: Host, protection: Protection): Grant[] {
  const fact = host.inspect(file);
  if (fact.kind !== 'file') return [];
  const root = packageRoot(fact.canonical);
  const rootFact = root === null ? null : host.inspect(root);
  const grant = { access: 'read', origin: 'command', required: false } as const;
  return [
    { ...grant, path: fact.canonical, kind: 'file' },
    ...(rootFact?.kind === 'directory' && protection.exposedBy(rootFact.canonical).length === 0
      ? [{ ...grant, path: rootFact.canonical, kind: 'directory' as const }]
      : []),
    ...[parentOf(file), parentOf(fact.canonical)].flatMap((directory) =>
      installationGrants(directory, 'command', host, protection),
    ),
  ];
}

/** What the command itself needs to start: its file, its package, its interpreter and their installations. */
export function commandGrants(command: Command, host: Host, protection: Protection): Grant[] {
  const interpreter = interpreterOf(command.executable, host, protection);
  return [
    ...fileGrants(command.executable, host, protection),
    ...(interpreter === null ? [] : fileGrants(interpreter, host, protection)),
  ];
}
