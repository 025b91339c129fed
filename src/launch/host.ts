// Fills the Host: the only place where planning's questions meet the real machine.
import { readlinkSync } from 'node:fs';
import { platformLists } from '#lists';
import type { AbsolutePath, Entry, Host, Status } from '../plan/host.ts';
import { childOf, isAbsolute, parentOf } from '../plan/path.ts';
import type { PlatformLists } from '../policy/lists.ts';
import {
  accountHome,
  accountsText,
  contentOf,
  entriesIn,
  executable,
  fileSystemOf,
  kindOf,
  lookAtEntry,
  startOf,
  writable,
} from './disk.ts';
import { readableIn } from './own-plan.ts';
import { pathLookup } from './path-lookup.ts';

/** Lists each directory once: one run sees one state of the disk. */
function directoryLister(): Host['list'] {
  const known = new Map<string, readonly Entry[]>();
  return (directory, kinds) => {
    const asked = `${directory}\0${kinds?.join(' ') ?? ''}`;
    const entries = known.get(asked) ?? entriesIn(directory, kinds);
    known.set(asked, entries);
    return entries;
  };
}

function statusOf(path: AbsolutePath): Status | null {
  try {
    const status = lookAtEntry(path);
    if (status === undefined) return null;
    const { dev, ino, nlink, size, birthtimeMs } = status;
    const kind = status.isSymbolicLink() ? 'symlink' : kindOf(status);
    return { kind, inode: `${dev}:${ino}`, names: nlink, size, born: birthtimeMs > 0 ? birthtimeMs : null };
  } catch {
    return null; // a name below a file, or one that may not be asked for
  }
}

/** Asked once a path: one run sees one state of the disk. */
function statusLookup(): (path: AbsolutePath) => Status | null {
  const known = new Map<AbsolutePath, Status | null>();
  return (path) => {
    const status = known.get(path) ?? (known.has(path) ? null : statusOf(path));
    known.set(path, status);
    return status;
  };
}

function shebang(file: AbsolutePath): string | null {
  const text = startOf(file)?.toString('latin1') ?? ''; // an executable that cannot be read is no script that could run
  return text.startsWith('#!') ? (text.slice(2).split('\n')[0] ?? '') : null;
}

/** As root, the homes of all who can have one: a grant of /home must not expose what is theirs. */
function otherHomes(own: readonly AbsolutePath[]): AbsolutePath[] {
  if (process.geteuid?.() !== 0) return [];
  const homes = accountsText()
    .split('\n')
    .map((line) => line.split(':')[5] ?? '');
  const isHome = (home: string): home is AbsolutePath =>
    /^\/(home|root|Users|var\/home)\//.test(home) && !own.includes(home as AbsolutePath);
  return [...new Set(homes.filter(isHome))];
}

// nono's own process starts this one elsewhere then: native/node.c.
const goneVariable = 'NONO_WORKING_DIRECTORY_GONE';

function workingDirectory(): AbsolutePath | null {
  if (process.env[goneVariable] !== undefined) return null;
  try {
    return process.cwd() as AbsolutePath;
  } catch {
    return null; // it was deleted: the plan says so
  }
}

function descriptorTarget(descriptor: number): string | null {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return null; // closed, or no /proc: then it is no terminal that could be granted
  }
}

/** The terminals behind descriptors of this process. */
export function terminalsBehind(descriptors: readonly number[]): AbsolutePath[] {
  const targets = descriptors.map(descriptorTarget);
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

// Of one length each, so that one session's name can take another's place in what was compiled before.
const [pidDigits, nanosecondDigits] = [5, 6];

function digits(value: number, length: number): string {
  return value.toString(36).padStart(length, '0').slice(-length);
}

/** Unique on this machine, and in the order of time; secrecy is not needed, since its directories must not exist. */
export function newSession(): Host['session'] {
  const started = new Date().toISOString();
  const [day = '', time = ''] = started.slice(0, 19).replaceAll(/[-:]/g, '').split('T');
  const nanoseconds = Number(process.hrtime.bigint() % 1_000_000_000n);
  return {
    id: `${day}-${time}-${digits(process.pid, pidDigits)}-${digits(nanoseconds, nanosecondDigits)}`,
    started,
  };
}

function stateDirectory(
  environment: Record<string, string>,
  home: AbsolutePath | undefined,
): AbsolutePath | null {
  const set = environment.XDG_STATE_HOME ?? '';
  if (isAbsolute(set)) return set;
  return home === undefined ? null : childOf(home, '.local/state');
}

const mostTextBytes = 1 << 16;

function readText(file: AbsolutePath): string | null {
  return contentOf(file, mostTextBytes)?.toString('utf8') ?? null;
}

/** The directory of the program that runs: nono's, and in a test the test's. */
function installation(inspect: Host['inspect']): AbsolutePath | null {
  const script = process.argv[1] ?? '';
  const fact = isAbsolute(script) ? inspect(parentOf(script)) : null;
  return fact !== null && 'canonical' in fact ? fact.canonical : null;
}

const renamedForPlanner = 'NONO_CALLER_';
const plannerTunables =
  'glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=67108864:glibc.malloc.top_pad=8388608';

/** The caller's environment, with the names back that nono's own process took from Node's sight, and less what it added. */
export function callerEnvironment(): Record<string, string> {
  const isAdded = (name: string, value: string) =>
    name === goneVariable || (name === 'GLIBC_TUNABLES' && value === plannerTunables);
  const entries = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isAdded(entry[0], entry[1]),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name.startsWith(renamedForPlanner) ? name.slice(renamedForPlanner.length) : name,
      value,
    ]),
  );
}

/** What the caller knows better than this process: a library is asked about other places than its own. */
export type Caller = {
  readonly lists?: PlatformLists;
  readonly environment?: Readonly<Record<string, string>>;
  readonly workingDirectory?: AbsolutePath;
  readonly installation?: AbsolutePath;
  readonly terminals?: readonly AbsolutePath[];
  readonly session?: Host['session'];
};

/** This machine, now. The session's private directory is named here and made by the launch. */
export function thisHost(here: Caller = {}): Host {
  const environment = here.environment ?? callerEnvironment();
  const inspect = pathLookup();
  const candidates = [environment.HOME ?? '', accountHome() ?? ''].filter(isAbsolute);
  const homes = [
    ...new Set(candidates.map((home) => (home === '/' ? home : (home.replace(/\/+$/, '') as AbsolutePath)))),
  ];
  const base = inspect(temporaryBase(environment));
  const session = here.session ?? newSession();
  return {
    platform: process.platform,
    architecture: process.arch,
    lists: here.lists ?? platformLists,
    uid: process.getuid?.() ?? 0,
    home: homes[0] ?? null,
    homes,
    otherHomes: otherHomes(homes),
    workingDirectory: here.workingDirectory ?? workingDirectory(),
    environment,
    session,
    state: stateDirectory(environment, homes[0]),
    installation: here.installation ?? installation(inspect),
    temporary: childOf('canonical' in base ? base.canonical : '/tmp', `nono-${session.id}`),
    terminals: here.terminals ?? terminalsBehind([0, 1, 2]),
    inspect,
    status: statusLookup(),
    fileSystem: fileSystemOf,
    list: directoryLister(),
    readableAround: () => readableIn(environment),
    text: readText,
    shebang,
    writable,
    executable,
  };
}

/** The same machine later, or from another place: what was looked up before is looked up again. */
export function hostAgain(host: Host, here: Pick<Caller, 'environment' | 'workingDirectory'>): Host {
  return {
    ...host,
    environment: here.environment ?? host.environment,
    workingDirectory: here.workingDirectory ?? workingDirectory(),
    inspect: pathLookup(),
    status: statusLookup(),
    list: directoryLister(),
  };
}

/** The same machine for as long as one asks: every answer is of the moment. */
export function liveHost(host: Host): Host {
  return {
    ...host,
    inspect: (path) => pathLookup()(path),
    status: statusOf,
    list: entriesIn,
  };
}
