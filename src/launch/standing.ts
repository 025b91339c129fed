// Whether what a plan was decided from is still so, for programs that start commands in one plan for long: `nono exec`
// asks its compiled plan stricter questions, facts.ts has them.
import type { AbsolutePath, Host } from '../plan/host.ts';
import type { Plan } from '../plan/plan.ts';
import { type LinkHolder, linkHolders } from '../plan/sensitive.ts';
import type { Policy } from '../policy/policy.ts';
import {
  hooksIn,
  identityOf,
  linksIn,
  mountsIn,
  namedPaths,
  settledAfterMs,
  writtenDirectories,
} from './facts.ts';

/** What something is called → what it is, as text. */
type Standing = ReadonlyMap<string, string>;

type Entry = readonly [name: string, value: string];

function linksOf(holders: readonly LinkHolder[]): Entry[] {
  return holders.flatMap((holder): Entry[] => {
    try {
      const sum = linksIn(holder);
      return sum === 0n ? [] : [[`the links in "${holder.directory}"`, String(sum)]];
    } catch {
      return []; // it cannot be listed, so nothing was decided from it
    }
  });
}

/** What a directory is as long as nobody changes it; null: that cannot be told. */
function stampOf(directory: AbsolutePath, sinceMs: number): string | null {
  try {
    const { device, inode, modified, changed } = identityOf(directory);
    const isSettled = changed < BigInt(Math.floor(sinceMs - settledAfterMs)) * 1_000_000n;
    return isSettled ? `${device} ${inode} ${modified} ${changed}` : null;
  } catch {
    return null; // it is gone
  }
}

/** Reads the links that say where protected files are; again only where a directory that holds them was changed. */
export function linkReader(): (host: Host) => readonly Entry[] {
  let stamps: ReadonlyMap<AbsolutePath, string | null> = new Map();
  let entries: readonly Entry[] = [];
  return (host) => {
    const now = Date.now();
    const isUnchanged = ([directory, stamp]: readonly [AbsolutePath, string | null]) =>
      stamp !== null && stampOf(directory, now) === stamp;
    if (stamps.size > 0 && [...stamps].every(isUnchanged)) return entries;
    const holders = linkHolders(host);
    entries = linksOf(holders);
    // Whatever was changed while it was read is not settled at the time before.
    stamps = new Map(holders.map(({ directory }) => [directory, stampOf(directory, now)]));
    return entries;
  };
}

function leadsTo(path: AbsolutePath, host: Host): string {
  const fact = host.inspect(path);
  return 'canonical' in fact ? fact.canonical : fact.kind;
}

/** Where the named paths lead, the links that say where protected files are, directories of hooks, and mounts. */
export function standingOf(plan: Plan, policy: Policy, host: Host, links: readonly Entry[]): Standing {
  return new Map([
    ...namedPaths(plan, policy, host).map((path): Entry => [`"${path}"`, leadsTo(path, host)]),
    ...links,
    ...writtenDirectories(plan).map(
      (directory): Entry => [
        `the directory of git's hooks in "${directory}"`,
        hooksIn(directory, host) ?? '',
      ],
    ),
    ['what is mounted in granted directories', String(mountsIn(plan))],
  ]);
}

/** The first thing that is another; null: everything is as it was. */
export function changeBetween(before: Standing, now: Standing): string | null {
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].find((name) => (before.get(name) ?? '') !== (now.get(name) ?? '')) ?? null;
}
