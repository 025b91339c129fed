// The options of a command, as node:child_process takes them: what they mean inside, and what cannot be.
import type { SpawnOptions as NodeSpawnOptions, StdioOptions } from 'node:child_process';
import { type Issue, NonoError } from '../errors.ts';
import { terminalsBehind } from '../launch/host.ts';
import type { AbsolutePath } from '../plan/host.ts';

/**
 * The options of `child_process.spawn`, less what a confined command cannot have: another user, and descriptors beyond
 * the first three.
 *
 * @example
 * ```ts
 * import type { SpawnOptions } from 'nono';
 *
 * const options: SpawnOptions = { cwd: '/tmp', stdio: ['ignore', 'pipe', 'inherit'], timeout: 1000 };
 * ```
 */
export type SpawnOptions = Omit<
  NodeSpawnOptions,
  'uid' | 'gid' | 'windowsHide' | 'windowsVerbatimArguments' | 'serialization'
>;

function issue(message: string, remedy: string): Issue {
  return { code: 'usage/option', message, origin: 'library', remedy };
}

type Stdio = readonly [StdioEntry, StdioEntry, StdioEntry];
type StdioEntry = Extract<StdioOptions, readonly unknown[]>[number];

const descriptors = [0, 1, 2] as const;

/** Standard input, output and error, each with its own entry. */
export function stdioOf({ stdio = 'pipe' }: SpawnOptions): Stdio {
  const entries = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  if (entries.length > descriptors.length || entries.includes('ipc'))
    throw new NonoError([
      issue(
        'a confined command has standard input, output and error alone',
        "stdio: ['pipe', 'pipe', 'pipe']",
      ),
    ]);
  return descriptors.map((at) => entries[at] ?? 'pipe') as unknown as Stdio;
}

function descriptorOf(entry: StdioEntry, at: number): number | null {
  if (entry === 'inherit') return at;
  if (typeof entry === 'number') return entry;
  const fd = (entry as { readonly fd?: unknown } | null | undefined)?.fd;
  return typeof fd === 'number' ? fd : null;
}

/** The terminals that are handed over, so that opening them by name works as well. */
export function terminalsIn(stdio: Stdio): AbsolutePath[] {
  return terminalsBehind(stdio.flatMap((entry, at) => descriptorOf(entry, at) ?? []));
}

/** The command as it will be executed: a shell's words are the shell's own. */
export function argvOf(file: string, words: readonly string[], { shell }: SpawnOptions): string[] {
  if (shell === undefined || shell === false || shell === '') return [file, ...words];
  return [shell === true ? '/bin/sh' : shell, '-c', [file, ...words].join(' ')];
}

const refused = ['uid', 'gid', 'serialization'] as const;

/** @throws {NonoError} `usage/option`: what TypeScript would not have let through. */
export function checkOptions(options: SpawnOptions): void {
  const found = refused.filter((key) => (options as Record<string, unknown>)[key] !== undefined);
  if (found.length > 0)
    throw new NonoError(
      found.map((key) => issue(`"${key}" cannot be chosen for a confined command`, `leave ${key} out`)),
    );
}
