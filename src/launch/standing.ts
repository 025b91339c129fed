// Whether what a plan was decided from is still so, for programs that start commands in one plan for long: `nono exec`
// asks its plan file stricter questions, facts.ts has them.
import type { AbsolutePath, Host } from '../plan/host.ts';
import type { Plan } from '../plan/plan.ts';
import { linkHolders } from '../plan/sensitive.ts';
import type { Policy } from '../policy/policy.ts';
import { hooksIn, linksIn, mountsIn, namedPaths, writtenDirectories } from './facts.ts';

/** What something is called → what it is, as text. */
type Standing = ReadonlyMap<string, string>;

function linksOf(host: Host): [string, string][] {
  return linkHolders(host).flatMap((holder): [string, string][] => {
    try {
      const sum = linksIn(holder);
      return sum === 0n ? [] : [[`the links in "${holder.directory}"`, String(sum)]];
    } catch {
      return []; // it cannot be listed, so nothing was decided from it
    }
  });
}

function leadsTo(path: AbsolutePath, host: Host): string {
  const fact = host.inspect(path);
  return 'canonical' in fact ? fact.canonical : fact.kind;
}

/** Where the named paths lead, the links that say where protected files are, directories of hooks, and mounts. */
export function standingOf(plan: Plan, policy: Policy, host: Host): Standing {
  return new Map([
    ...namedPaths(plan, policy, host).map((path): [string, string] => [`"${path}"`, leadsTo(path, host)]),
    ...linksOf(host),
    ...writtenDirectories(plan).map((directory): [string, string] => [
      `the directory of git's hooks in "${directory}"`,
      hooksIn(directory, host) ?? '',
    ]),
    ['what is mounted in granted directories', String(mountsIn(plan))],
  ]);
}

/** The first thing that is another; null: everything is as it was. */
export function changeBetween(before: Standing, now: Standing): string | null {
  const names = new Set([...before.keys(), ...now.keys()]);
  return [...names].find((name) => (before.get(name) ?? '') !== (now.get(name) ?? '')) ?? null;
}
