// What a compiled plan was decided from, as this machine has it now: `nono exec` refuses the plan when one is different.
import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { gitConfigFile, hooksPathIn } from '../plan/git-config.ts';
import { isGlob } from '../plan/glob.ts';
import { allowsWriting, type Grant, isAskedFor } from '../plan/grant.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { contains, parentOf, toAbsolute } from '../plan/path.ts';
import type { Plan } from '../plan/plan.ts';
import { type LinkHolder, linkHolders, protectionVariables } from '../plan/sensitive.ts';
import type { Policy } from '../policy/policy.ts';
import { hash } from './hash.ts';

/** A file that is there: which one, and since when. */
export type Identity = {
  readonly device: bigint;
  readonly inode: bigint;
  readonly size: bigint;
  /** Nanoseconds. */
  readonly modified: bigint;
  readonly changed: bigint;
};

/** A directory that was changed a moment ago may change again without its time telling. */
export const settledAfterMs = 2000;

export type PathKind = 'missing' | 'directory' | 'file' | 'device' | 'other';

export type Fact =
  /** A variable that says where things are; null: it is not set. */
  | { readonly kind: 'variable'; readonly name: string; readonly value: string | null }
  /** What a path leads to, by device and inode; a device by its number. */
  | {
      readonly kind: 'path';
      readonly path: AbsolutePath;
      readonly is: PathKind;
      readonly device: bigint;
      readonly inode: bigint;
    }
  | { readonly kind: 'content'; readonly path: AbsolutePath; readonly hash: bigint }
  /** A configuration of git that names no directory of hooks. */
  | { readonly kind: 'config'; readonly path: AbsolutePath }
  /** The links among some names of a directory, or all of them, and where they lead. */
  | ({ readonly kind: 'links'; readonly links: bigint; readonly identity: Identity } & LinkHolder)
  /** What is mounted in these directories. */
  | { readonly kind: 'mounts'; readonly directories: readonly AbsolutePath[]; readonly mounts: bigint };

export function identityOf(path: string): Identity {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
  return { device: dev, inode: ino, size, modified: mtimeNs, changed: ctimeNs };
}

function pathFact(path: AbsolutePath): Fact {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (status === undefined) return { kind: 'path', path, is: 'missing', device: 0n, inode: 0n };
  if (status.isCharacterDevice() || status.isBlockDevice())
    return { kind: 'path', path, is: 'device', device: status.rdev, inode: 0n };
  const is = status.isDirectory() ? 'directory' : status.isFile() ? 'file' : 'other';
  return { kind: 'path', path, is, device: status.dev, inode: status.ino };
}

/** What the user and the profiles named, as they are spelled, and what is granted for it. */
export function namedPaths(plan: Plan, policy: Policy, host: Host): AbsolutePath[] {
  const wishes = [
    ...policy.grants,
    ...policy.bypasses,
    ...policy.sockets,
    ...policy.denies.filter(({ path }) => !isGlob(path)),
    ...(policy.workdir === null ? [] : [policy.workdir]),
  ].flatMap(({ path }) => toAbsolute(path, host) ?? []);
  // Of the system's own directories the outermost: what lies in /etc is granted by its name, whatever it is by then.
  const isOutermost = ({ kind, origin, path }: Grant) =>
    kind === 'directory' &&
    origin !== 'session' &&
    (!origin.startsWith('built-in:') || parentOf(path) === '/');
  const granted = plan.grants.filter((grant) => isAskedFor(grant) || isOutermost(grant));
  return [...new Set([...host.homes, ...wishes, ...granted.map(({ path }) => path)])];
}

function linkHash(path: Buffer, name: Buffer): bigint {
  return hash(Buffer.concat([name, Buffer.from([0]), readlinkSync(path, 'buffer')]));
}

export function linksIn({ directory, names }: LinkHolder): bigint {
  let sum = 0n;
  for (const name of readdirSync(directory, { encoding: 'buffer' })) {
    if (names !== null && !names.includes(name.toString('latin1'))) continue;
    const path = Buffer.concat([Buffer.from(`${directory === '/' ? '' : directory}/`), name]);
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) sum += linkHash(path, name);
  }
  return BigInt.asUintN(64, sum);
}

function linkFact(holder: LinkHolder): Fact[] {
  try {
    const identity = identityOf(holder.directory); // before it is read: what changes meanwhile shows
    return [{ kind: 'links', ...holder, links: linksIn(holder), identity }];
  } catch {
    return []; // it cannot be listed, so nothing was decided from it
  }
}

const mountsFile = '/proc/self/mountinfo';

function grantedDirectories(plan: Plan): Grant[] {
  return plan.grants.filter((grant) => isAskedFor(grant) && grant.kind === 'directory');
}

/** What is mounted in granted directories, as a sum. */
export function mountsIn(plan: Plan): bigint {
  const directories = grantedDirectories(plan).map(({ path }) => path);
  let sum = 0n;
  for (const line of readFileSync(mountsFile, 'latin1').split('\n')) {
    const [, , device = '', root = '', point = ''] = line.split(' ');
    const place = Buffer.from(point, 'latin1').toString('utf8') as AbsolutePath;
    if (directories.some((directory) => contains(directory, place)))
      sum += hash(Buffer.from(`${device} ${root} ${point}`, 'latin1'));
  }
  return BigInt.asUintN(64, sum);
}

function mountFact(plan: Plan): Fact {
  const directories = grantedDirectories(plan).map(({ path }) => path);
  return { kind: 'mounts', directories, mounts: mountsIn(plan) };
}

/** The granted directories whose hooks are protected from writing. */
export function writtenDirectories(plan: Plan): AbsolutePath[] {
  return grantedDirectories(plan)
    .filter(allowsWriting)
    .map(({ path }) => path);
}

/** Where the repository in a directory takes its hooks from, if not from where git puts them. */
export function hooksIn(directory: AbsolutePath, host: Host): string | null {
  return hooksPathIn(host.text(gitConfigFile(directory, host)) ?? '');
}

function configFacts(plan: Plan, host: Host): Fact[] {
  return writtenDirectories(plan).map((directory): Fact => {
    const path = gitConfigFile(directory, host);
    if (hooksIn(directory, host) === null) return { kind: 'config', path };
    return { kind: 'content', path, hash: hash(readFileSync(path)) };
  });
}

/** Everything that a plan was decided from and that may be another when it is used. */
export function factsOf(plan: Plan, policy: Policy, host: Host): Fact[] {
  const profiles = policy.profiles.flatMap(({ file }) =>
    file === null ? [] : (toAbsolute(file, host) ?? []),
  );
  return [
    ...protectionVariables(host.lists).map(
      (name): Fact => ({ kind: 'variable', name, value: host.environment[name] ?? null }),
    ),
    ...namedPaths(plan, policy, host).map(pathFact),
    ...profiles.map((path): Fact => ({ kind: 'content', path, hash: hash(readFileSync(path)) })),
    ...configFacts(plan, host),
    ...linkHolders(host).flatMap(linkFact),
    mountFact(plan),
  ];
}
