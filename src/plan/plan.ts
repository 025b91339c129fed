// What will be enforced: the one value that run, dry-run and every explanation ask.
import { type Issue, NonoError } from '../errors.ts';
import type { PathWish, Policy } from '../policy/policy.ts';
import { type Command, commandGrants, findCommand } from './command.ts';
import { type BlockedCommand, blockedCommands } from './commands.ts';
import { ownPrograms, planDenies } from './denies.ts';
import { type Denies, judgedFor, protectsNames } from './deny.ts';
import { type Environment, planEnvironment } from './environment.ts';
import { expandPolicy } from './expand.ts';
import { allowsWriting, type Grant, indexGrants, mergeGrants } from './grant.ts';
import type { Guarantee } from './guarantee.ts';
import type { AbsolutePath, Host, SeatbeltSupport, Support } from './host.ts';
import { type Limits, planLimits } from './limits.ts';
import type { LinuxMachine, Machine, MacMachine } from './machine.ts';
import { mechanismOf } from './mechanism.ts';
import { type Originals, reachesOriginals, sessionsDirectory } from './originals.ts';
import { isFaithful, lineage, nameOf, parentOf, toAbsolute } from './path.ts';
import { type Protection, protect, type SensitivePath } from './sensitive.ts';
import { isSkippedSocket, type SocketGrant, socketOf } from './sockets.ts';
import { systemGrants } from './system.ts';
import { toolchainGrants } from './toolchains.ts';
import { bypassOf, grantOf, isSkipped, workdirOf } from './wishes.ts';

export type Plan<M extends Machine = Machine> = {
  readonly version: 1;
  readonly machine: M;
  readonly command: Command;
  /** null: where nono was started. */
  readonly workdir: AbsolutePath | null;
  /** One grant a path, canonical, in the order in which they were asked for: the user's first. */
  readonly grants: readonly Grant[];
  /** What no grant may expose; spelled out only when asked for. */
  readonly protected: readonly SensitivePath[];
  /** What is denied inside the grants. */
  readonly denies: Denies;
  /** Unix sockets outside the write grants that may be reached or made. */
  readonly sockets: readonly SocketGrant[];
  /** Commands that nothing inside executes. */
  readonly blocked: readonly BlockedCommand[];
  readonly originals: Originals;
  /** The broker sees every read and everything that is made. */
  readonly explained: boolean;
  readonly network: Policy['network'];
  readonly environment: Environment;
  readonly limits: Limits;
  readonly session: Host['session'];
  /** The session's private directory. */
  readonly temporary: AbsolutePath;
  /** The file by which the command may read its plan. */
  readonly planFile: AbsolutePath;
  /** A text for agents about what is allowed; null: there is none. */
  readonly guide: AbsolutePath | null;
  /** The profiles that it was made from, bases first. */
  readonly profiles: Policy['profiles'];
  /** What profiles grant and this machine does not have. */
  readonly skipped: readonly PathWish[];
  readonly guarantees: readonly Guarantee[];
};

export type LinuxPlan = Plan<LinuxMachine>;
export type MacPlan = Plan<MacMachine>;

type Sink = <T extends object | string>(value: T | Issue) => T | null;

/** Keeps the issues of every step, so that all are shown at once; a step that failed gives null. */
function collectInto(issues: Issue[]): Sink {
  return <T extends object | string>(value: T | Issue) => {
    if (typeof value === 'string' || !('remedy' in (value as object))) return value as T;
    issues.push(value as Issue);
    return null;
  };
}

const platforms: Readonly<Record<string, readonly string[]>> = {
  linux: ['x64', 'arm64'],
  darwin: ['x64', 'arm64'],
};

const platformRemedies: Readonly<Record<string, string>> = {
  win32: 'WSL2, where it does: wsl --install, then nono inside it',
};

function platformIssue({ platform, architecture }: Host): Issue[] {
  if (platforms[platform]?.includes(architecture)) return [];
  return [
    {
      code: 'support/platform',
      message: `nono cannot confine programs on ${platform} (${architecture})`,
      remedy: platformRemedies[platform] ?? 'Linux or macOS, on x86_64 or arm64',
    },
  ];
}

function variableIssues({ environment: { pass, set } }: Policy): Issue[] {
  const unnamed = [...pass, ...set].filter(({ name }) => name === '' || !isFaithful(name));
  const changed = set.filter(({ value }) => !isFaithful(value));
  return [
    ...unnamed.map(({ name, origin }) => ({
      code: 'usage/flag-value' as const,
      message: `"${name}" is not the name of a variable`,
      origin,
      remedy: '--env NAME or --env NAME=VALUE',
    })),
    ...changed.map(({ name, origin }) => ({
      code: 'command/encoding' as const,
      message: `the value of "${name}" is not valid UTF-8 and would arrive changed`,
      origin,
      remedy: 'put it and the command into a script, and run the script',
    })),
  ];
}

/** The private directory, the plan to read, and nono itself to ask about it. */
function sessionGrants(host: Host, files: readonly AbsolutePath[], protection: Protection): Grant[] {
  const session = { origin: 'session', required: true } as const;
  const readable = ownPrograms(host).filter((path) => protection.exposedBy(path).length === 0);
  return [
    { ...session, path: host.temporary, kind: 'directory', access: 'readwrite' },
    ...files.map((path): Grant => ({ ...session, path, kind: 'file', access: 'read' })),
    ...readable.flatMap((path): Grant[] => {
      const { kind } = host.inspect(path);
      if (kind !== 'directory' && kind !== 'file') return [];
      return [{ ...session, path, kind, access: 'read', required: false }];
    }),
  ];
}

/** What this run was decided from must not be written for the next one. */
function profileFiles({ profiles }: Policy, host: Host): AbsolutePath[] {
  const files = profiles.flatMap(({ file }) => (file === null ? [] : (toAbsolute(file, host) ?? [])));
  return files.flatMap((file) => {
    const fact = host.inspect(file);
    return 'canonical' in fact ? [file, fact.canonical] : [file];
  });
}

export function writableAt(grants: readonly Grant[], host: Host): (path: AbsolutePath) => boolean {
  const grantAt = indexGrants(grants.filter(allowsWriting));
  return (path) => {
    const fact = host.inspect(path);
    if (!('canonical' in fact)) return false;
    return lineage(fact.canonical).some((ancestor) => grantAt(ancestor) !== undefined);
  };
}

/**
 * Whether whoever writes there could have led a path out of the grants: by a link in place of it, or of a directory on
 * the way. Found by the command's name or PATH, it is nobody's wish that what is there can be read.
 */
export function ledAwayAt(grants: readonly Grant[], host: Host): (path: AbsolutePath) => boolean {
  const mayWrite = writableAt(grants, host);
  return (path) => {
    const fact = host.inspect(path);
    if (!('canonical' in fact) || fact.canonical === path || mayWrite(path)) return false;
    return lineage(path).some((each) => each !== '/' && mayWrite(parentOf(each)));
  };
}

function gatherGrants(
  asked: readonly Grant[],
  command: Command,
  host: Host,
  protection: Protection,
  files: readonly AbsolutePath[],
): Grant[] {
  const isLedAway = ledAwayAt(asked, host);
  return mergeGrants([
    ...asked,
    ...sessionGrants(host, files, protection),
    ...systemGrants(host, protection, isLedAway),
    ...toolchainGrants(host, protection, isLedAway),
    ...commandGrants(command, host, protection, writableAt(asked, host), isLedAway),
  ]);
}

/** The command that is to run must not be one that would be refused at once. */
export function blockedIssues(command: Command | null, blocked: readonly BlockedCommand[]): Issue[] {
  const found = blocked.find(({ name }) => command !== null && nameOf(`/${command.argv[0]}`) === name);
  if (found === undefined) return [];
  return [
    {
      code: 'command/blocked',
      message: `"${found.name}" ${found.reason}`,
      origin: found.origin,
      remedy: found.origin.startsWith('built-in:') ? `--allow-command ${found.name}` : 'another command',
    },
  ];
}

function workdirHere(host: Host): Issue[] {
  if (host.workingDirectory !== null) return [];
  return [
    {
      code: 'host/no-working-directory',
      message: 'the working directory was deleted',
      remedy: 'cd to a directory that exists, or --workdir DIR',
    },
  ];
}

/**
 * Decides what a policy means on a machine.
 *
 * @throws {NonoError} with every issue at once: paths that are missing or would expose what is sensitive, a command
 * that cannot be run, guarantees that the machine cannot hold.
 */
export function buildPlan(wished: Policy, host: Host, support: Support): LinuxPlan;
export function buildPlan(wished: Policy, host: Host, support: SeatbeltSupport): MacPlan;
export function buildPlan(wished: Policy, host: Host, support: Support | SeatbeltSupport): Plan {
  const mechanism = mechanismOf(host, support);
  const found: Issue[] = [];
  const take = collectInto(found);
  const workdir = wished.workdir === null ? null : take(workdirOf(wished.workdir, host));
  const { policy, issues: unexpanded } = expandPolicy(wished, host, workdir);
  found.push(...unexpanded);
  const bypasses = policy.bypasses.flatMap((wish) => take(bypassOf(wish, host)) ?? []);
  const protection = protect(host, bypasses, policy.excludedGroups);
  const skipped = policy.grants.filter((wish) => isSkipped(wish, host));
  const wishes =
    skipped.length === 0 ? policy.grants : policy.grants.filter((wish) => !skipped.includes(wish));
  const asked = wishes.flatMap((wish) => take(grantOf(wish, host, protection, mechanism.holdsDenies)) ?? []);
  const command = take(findCommand(policy.command, host, workdir));
  const planFile: AbsolutePath = `${host.temporary}.json`;
  const guide: AbsolutePath | null = policy.guided ? `${host.temporary}.md` : null;
  const files = guide === null ? [planFile] : [planFile, guide];
  const limits = planLimits(policy.limits, host);
  const own = {
    sessions: sessionsDirectory(host),
    files,
    profiles: profileFiles(policy, host),
    cgroups: limits.cgroup?.mount ?? null,
  };
  const { denies, issues: denyIssues } = planDenies(
    policy,
    host,
    [...asked, ...mechanism.alsoDenied],
    protection,
    bypasses,
    own,
  );
  found.push(...denyIssues);
  const skippedSockets = policy.sockets.filter((wish) => isSkippedSocket(wish, host));
  const sockets = policy.sockets
    .filter((wish) => !skippedSockets.includes(wish))
    .flatMap((wish) => take(socketOf(wish, host, denies)) ?? []);
  const blocked = blockedCommands(policy);
  const grants = command === null ? [] : gatherGrants(asked, command, host, protection, files);
  const demands = {
    network: policy.network.mode,
    writes: reachesOriginals(asked),
    denies: !denies.rules.every(protectsNames),
    protects: denies.rules.some(protectsNames),
    judged: judgedFor(denies, grants),
  };
  const guarantees = [...mechanism.guarantees(demands), ...mechanism.limits(limits)];
  const originals = take(mechanism.originals(policy, grants));
  const issues = [
    ...platformIssue(host),
    ...(policy.workdir === null ? workdirHere(host) : []),
    ...found,
    ...variableIssues(policy),
    ...blockedIssues(command, blocked),
    ...mechanism.unavailable(policy, sockets),
    ...mechanism.issues(guarantees, policy.bestEffort),
  ];
  if (issues.length > 0 || command === null || originals === null) throw new NonoError(issues);
  return {
    version: 1,
    machine: mechanism.machine,
    command,
    workdir,
    grants,
    get protected() {
      return protection.paths();
    },
    denies,
    sockets,
    blocked,
    originals,
    explained: policy.explained,
    network: policy.network,
    environment: planEnvironment(policy, host, workdir, planFile, writableAt(grants, host)),
    limits,
    session: host.session,
    temporary: host.temporary,
    planFile,
    guide,
    profiles: policy.profiles,
    skipped: [...skipped, ...skippedSockets],
    guarantees,
  };
}
