// Runs nono for real, as root and as an ordinary user, in a scratch home of its own.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, inject } from 'vitest';

export type Identity = { readonly name: string; readonly uid: number; readonly gid: number };

export type Result = {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function accountNumbers(name: string): { uid: number; gid: number } | null {
  const found = spawnSync('getent', ['passwd', name], { encoding: 'utf8' }).stdout.split(':');
  return found.length < 4 ? null : { uid: Number(found[2]), gid: Number(found[3]) };
}

/** Root runs everything twice; an ordinary user can only be itself. */
function identities(): readonly Identity[] {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return [{ name: 'an ordinary user', uid, gid: process.getgid?.() ?? -1 }];
  const account = accountNumbers('nono-test') ?? accountNumbers('nobody');
  if (account === null) throw new Error('there is no account nono-test and none nobody to test with');
  return [
    { name: 'root', uid: 0, gid: 0 },
    { name: 'an ordinary user', ...account },
  ];
}

export type Sandbox = {
  readonly identity: Identity;
  /** A scratch directory that is gone after the test; the home and the project lie in it. */
  readonly base: string;
  readonly home: string;
  readonly project: string;
  /** The directory of what tests run inside, in C; `probe` is one of them. */
  readonly tools: string;
  readonly probe: string;
  readonly nono: string;
  readonly env: Record<string, string>;
  /** Makes a file with its directories, owned by the identity. */
  readonly file: (path: string, content?: string, mode?: number) => string;
  /** nono with these words. */
  readonly run: (words: readonly string[], options?: RunOptions) => Result;
  /** The same command without nono: what the kernel says outside. */
  readonly outside: (words: readonly string[], options?: RunOptions) => Result;
  /** nono run, quiet, with these flags; the first line that the probe prints. */
  readonly probed: (flags: readonly string[], words: readonly string[], options?: RunOptions) => string;
  readonly start: (words: readonly string[], options?: RunOptions) => ReturnType<typeof spawn>;
};

export type RunOptions = {
  readonly cwd?: string;
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
  readonly stdio?: Parameters<typeof spawnSync>[2] extends infer O
    ? O extends { stdio?: infer S }
      ? S
      : never
    : never;
};

function definedOnly(env: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function openSandbox(identity: Identity): Sandbox {
  const base = mkdtempSync(join(tmpdir(), 'nono-case-'));
  const { uid, gid } = identity;
  const own = (path: string) => chownSync(path, uid, gid);
  const directory = (path: string) => {
    mkdirSync(path, { recursive: true });
    own(path);
    return path;
  };
  chmodSync(base, 0o755);
  own(base);
  const home = directory(join(base, 'home'));
  const project = directory(join(base, 'project'));
  const temporary = directory(join(base, 'tmp'));
  const env = { PATH: systemPath, HOME: home, TERM: 'xterm', LANG: 'C.UTF-8', TMPDIR: temporary };
  const installation = inject('installation');
  const nono = join(installation, 'nono/dist/nono');
  const tools = join(installation, 'tools');
  const probe = join(tools, 'probe');

  const options = ({ cwd = project, env: more = {}, input, stdio }: RunOptions = {}) => ({
    cwd,
    env: definedOnly({ ...env, ...more }),
    uid,
    gid,
    encoding: 'utf8' as const,
    timeout: 120_000,
    maxBuffer: 64 << 20,
    ...(input === undefined ? {} : { input }),
    ...(stdio === undefined ? {} : { stdio }),
  });
  const outside = ([file = '', ...rest]: readonly string[], more?: RunOptions): Result => {
    const done = spawnSync(file, rest, options(more));
    if (done.error) throw done.error;
    return { code: done.status, signal: done.signal, stdout: done.stdout ?? '', stderr: done.stderr ?? '' };
  };
  const run = (words: readonly string[], more?: RunOptions) => outside([nono, ...words], more);
  return {
    identity,
    base,
    home,
    project,
    tools,
    probe,
    nono,
    env,
    file: (path, content = '', mode = 0o644) => {
      const missing = [];
      for (let at = dirname(path); at.startsWith(base) && at !== base; at = dirname(at)) missing.unshift(at);
      for (const each of missing) directory(each);
      writeFileSync(path, content);
      chmodSync(path, mode);
      own(path);
      return path;
    },
    outside,
    run,
    probed: (flags, words, more) => {
      const { stdout, stderr, code, signal } = run(
        ['run', '--silent', ...flags, '--', probe, ...words],
        more,
      );
      return stdout.split('\n')[0] || `(${signal ?? code}) ${stderr.trim()}`;
    },
    start: (words, more) => {
      const { timeout: _timeout, maxBuffer: _maxBuffer, encoding: _encoding, ...rest } = options(more);
      return spawn(nono, words, rest);
    },
  };
}

/** Lifts the guard over what these tests are made of: they are about the wall, and another about the guard. */
export const unguarded = ['rm', 'rmdir', 'shred', 'unlink', 'dd', 'chmod', 'chown', 'su'].flatMap((name) => [
  '--allow-command',
  name,
]);

/** Flags of a run that may write in the project, read the tools and execute what is blocked; the command follows. */
export function inProject({ tools }: Sandbox): string[] {
  return ['-s', ...unguarded, '--allow', '.', '--read', tools, '--'];
}

type Tests = (sandbox: () => Sandbox) => void;

/** Declares the tests once for every identity that this process can take. */
export function asEveryone(title: string, tests: Tests): void {
  declare(describe, title, tests);
}

/** Declares the tests for an ordinary user alone: what is tried takes long, and root adds nothing to it. */
export function asOrdinaryUser(title: string, tests: Tests): void {
  declare(describe, title, tests, identities().slice(-1));
}

/** The same, but for what cannot be tried here; the reason belongs beside the condition. */
asEveryone.skipIf = (condition: boolean) => (title: string, tests: Tests) =>
  declare(describe.skipIf(condition), title, tests);

function declare(
  suite: { each: typeof describe.each },
  title: string,
  tests: Tests,
  everyone = identities(),
): void {
  suite.each(everyone)(`${title}, as $name`, (identity) => {
    const open: Sandbox[] = [];
    afterEach(() => {
      // A nono that a test did not wait for may be at its end still.
      for (const { base } of open.splice(0))
        rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    });
    tests(() => {
      const sandbox = openSandbox(identity);
      open.push(sandbox);
      return sandbox;
    });
  });
}

/** True while the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(
      execFileSync('cat', [`/proc/${pid}/status`], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    );
  } catch {
    return false; // no such process
  }
}

/** Waits until the condition holds; throws after the time is up. */
export async function until(condition: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`still waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The private directories that this sandbox's runs left. */
export function privateDirectories(box: Sandbox): string[] {
  return readdirSync(box.env.TMPDIR as string);
}
