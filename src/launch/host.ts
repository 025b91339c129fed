// Fills the Host: the only place where planning's questions meet the real machine.

import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import type { AbsolutePath, Entry, FileKind, Host, PathFact } from '../plan/host.ts';
import { childOf, isAbsolute, nameOf, parentOf } from '../plan/path.ts';

const shebangBytes = 256;

function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function kindOf(
  status: Pick<Stats, 'isDirectory' | 'isFile' | 'isCharacterDevice' | 'isBlockDevice'>,
): FileKind {
  if (status.isDirectory()) return 'directory';
  if (status.isFile()) return 'file';
  return status.isCharacterDevice() || status.isBlockDevice() ? 'device' : 'other';
}

function linkTarget(path: AbsolutePath): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // not a link: the caller asked in order to know
  }
}

type Inspect = (path: AbsolutePath) => PathFact;

function missing(path: AbsolutePath, inspect: Inspect): PathFact {
  const target = path.endsWith('/') ? null : linkTarget(path);
  const parent = inspect(parentOf(path));
  if (!('canonical' in parent)) return parent;
  const canonical = childOf(parent.canonical, nameOf(path));
  if (target !== null) {
    const led = inspect(isAbsolute(target) ? target : childOf(parent.canonical, target));
    return { kind: 'dangling', canonical: 'canonical' in led ? led.canonical : canonical, target };
  }
  return { kind: 'missing', canonical, nearest: 'nearest' in parent ? parent.nearest : parent.canonical };
}

function lookUp(path: AbsolutePath, inspect: Inspect): PathFact {
  try {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) return missing(path, inspect);
    const canonical = realpathSync.native(path) as AbsolutePath;
    return { kind: kindOf(status), canonical, mode: status.mode };
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ELOOP') return { kind: 'loop' };
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return missing(path, inspect);
    return { kind: 'inaccessible', errno };
  }
}

function memoized(): Inspect {
  const known = new Map<AbsolutePath, PathFact>();
  const inspect: Inspect = (path) => {
    const fact = known.get(path) ?? lookUp(path, inspect);
    known.set(path, fact);
    return fact;
  };
  return inspect;
}

function list(directory: AbsolutePath): readonly Entry[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return []; // what cannot be listed is granted nothing
  }
  return names.flatMap((name): Entry[] => {
    const status = lstatSync(childOf(directory, name), { throwIfNoEntry: false });
    if (status === undefined) return [];
    return [{ name, kind: status.isSymbolicLink() ? 'symlink' : kindOf(status), mode: status.mode }];
  });
}

function shebang(file: AbsolutePath): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null; // an executable that cannot be read is no script that could run
  }
  try {
    const start = Buffer.alloc(shebangBytes);
    const text = start.toString('latin1', 0, readSync(descriptor, start));
    return text.startsWith('#!') ? (text.slice(2).split('\n')[0] ?? '') : null;
  } finally {
    closeSync(descriptor);
  }
}

function executable(file: AbsolutePath): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // the answer, not a failure
  }
}

function accountHome(): string | null {
  try {
    return userInfo().homedir;
  } catch {
    return null; // an account without an entry: containers run as any number
  }
}

function workingDirectory(): AbsolutePath | null {
  try {
    return process.cwd() as AbsolutePath;
  } catch {
    return null; // it was deleted: the plan says so
  }
}

function terminals(): AbsolutePath[] {
  const targets = [0, 1, 2].map((descriptor) => linkTarget(`/proc/self/fd/${descriptor}`));
  return [
    ...new Set(
      targets.filter((target): target is AbsolutePath => /^\/dev\/(pts\/|tty)\d/.test(target ?? '')),
    ),
  ];
}

function temporaryBase(environment: Record<string, string>): AbsolutePath {
  const base = environment.TMPDIR ?? '';
  return isAbsolute(base) ? base : '/tmp';
}

/** Unique on this machine; secrecy is not needed, since the directory must not exist when it is made. */
function sessionName(): string {
  return `nono-${process.pid}-${process.hrtime.bigint().toString(36)}`;
}

const renamedForPlanner = 'NONO_CALLER_';

/** The caller's environment, with the names back that nono's own process took from Node's sight. */
function callerEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.startsWith(renamedForPlanner) ? name.slice(renamedForPlanner.length) : name,
      value,
    ]),
  );
}

/** This machine, now. The session's private directory is named here and made by the launch. */
export function thisHost(): Host {
  const environment = callerEnvironment();
  const inspect = memoized();
  const candidates = [environment.HOME ?? '', accountHome() ?? ''].filter(isAbsolute);
  const homes = [
    ...new Set(candidates.map((home) => (home === '/' ? home : (home.replace(/\/+$/, '') as AbsolutePath)))),
  ];
  const base = inspect(temporaryBase(environment));
  return {
    platform: process.platform,
    architecture: process.arch,
    home: homes[0] ?? null,
    homes,
    workingDirectory: workingDirectory(),
    environment,
    temporary: childOf('canonical' in base ? base.canonical : '/tmp', sessionName()),
    terminals: terminals(),
    inspect,
    list,
    shebang,
    executable,
  };
}
