// A plan and what it was decided from → the file that `nono exec` runs commands by.
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { compileLasting, terminalRule } from '../backend/linux/compile.ts';
import { compilePatterns } from '../backend/linux/patterns.ts';
import { encodePlanFile, type PlanRecord } from '../backend/linux/plan-file.ts';
import { NonoError } from '../errors.ts';
import { fixedVariables, nameRules } from '../plan/environment.ts';
import { allowsWriting } from '../plan/grant.ts';
import type { AbsolutePath, Host, Support } from '../plan/host.ts';
import { ownPlanOf } from '../plan/own-plan.ts';
import { contains } from '../plan/path.ts';
import type { LinuxPlan as Plan } from '../plan/plan.ts';
import { environmentList } from '../policy/lists.ts';
import type { Policy } from '../policy/policy.ts';
import { directoriesOf } from './directories.ts';
import { type Fact, factsOf, identityOf, type PathKind, settledAfterMs } from './facts.ts';
import { hash } from './hash.ts';
import { seccompBitsOf } from './support.ts';

const pathKinds: Readonly<Record<PathKind, number>> = {
  missing: 0,
  directory: 1,
  file: 2,
  device: 3,
  other: 4,
};
const nameFlag = { passes: 1, isExact: 2 } as const;

function settled(time: bigint, now: number): bigint {
  return BigInt(now - settledAfterMs) * 1_000_000n > time ? time : 0n;
}

function factRecord(fact: Fact, now: number): PlanRecord {
  switch (fact.kind) {
    case 'variable': {
      const { name, value } = fact;
      return { tag: 'variable', texts: [value === null ? name : `${name}=${value}`] };
    }
    case 'path':
      return { tag: 'path', numbers: [pathKinds[fact.is], fact.device, fact.inode], texts: [fact.path] };
    case 'content':
      return { tag: 'content', numbers: [fact.hash], texts: [fact.path] };
    case 'config':
      return { tag: 'config', texts: [fact.path] };
    case 'mounts':
      return { tag: 'mounts', numbers: [fact.mounts], texts: fact.directories };
    case 'links': {
      const { device, inode, modified, changed } = fact.identity;
      const times = [settled(modified, now), settled(changed, now)];
      return {
        tag: 'links',
        numbers: [device, inode, ...times, fact.links, fact.names === null ? 1 : 0],
        texts: [fact.directory, ...(fact.names ?? [])],
      };
    }
  }
}

function environmentRecords(plan: Plan, policy: Policy): PlanRecord[] {
  // What is passed by its name is decided by that, and may well be a secret.
  const decided = new Set(
    [...policy.environment.set, ...policy.environment.pass]
      .map(({ name }) => name)
      .concat(plan.environment.set),
  );
  const inherited = plan.environment.variables.filter(({ name }) => !decided.has(name));
  const known = inherited.map(({ name, value }) => hash(Buffer.from(`${name}=${value}`)));
  return [
    ...nameRules(policy.environment).map(({ passes, isExact, text }): PlanRecord => {
      const flags = (passes ? nameFlag.passes : 0) | (isExact ? nameFlag.isExact : 0);
      return { tag: 'name', numbers: [flags], texts: [text] };
    }),
    { tag: 'values', bytes: compilePatterns(environmentList.values.map(({ pattern }) => pattern)) },
    // What was judged already is told by its hash; what was withheld is in no form in the file.
    { tag: 'known', numbers: [...new Set(known)].sort((one, other) => (one < other ? -1 : 1)) },
    ...fixedVariables(policy, plan.environment, plan.temporary).map(
      ({ name, value, ifSet }): PlanRecord => ({
        tag: 'set',
        numbers: [ifSet ? 1 : 0],
        texts: [`${name}=${value}`],
      }),
    ),
  ];
}

/** The launcher that the plan was made for, and what the kernel offered it. */
function needs(launcher: AbsolutePath, support: Support, version: string, uid: number): PlanRecord {
  const { device, inode, size, modified } = identityOf(launcher);
  const abi = 'abi' in support.landlock ? support.landlock.abi : 0;
  return {
    tag: 'needs',
    numbers: [uid, abi, seccompBitsOf(support), device, inode, size, modified],
    texts: [version],
  };
}

export type Compiling = {
  readonly plan: Plan;
  /** With its profiles' paths as this machine spells them. */
  readonly policy: Policy;
  readonly host: Host;
  readonly support: Support;
  readonly launcher: AbsolutePath;
  /** nono's own. */
  readonly version: string;
  /** The text for agents; null: there is none. */
  readonly guide: string | null;
  /** What runs where no command is named; empty: nothing. */
  readonly command: readonly string[];
};

/** The file's bytes: a plan whose session is the placeholder's. */
export function compilePlanFile(compiling: Compiling): Uint8Array {
  const { plan, policy, host, support, launcher, version, guide, command } = compiling;
  const { temporary, store, cgroup } = directoriesOf(plan);
  const { rights, layers, flags } = terminalRule(plan);
  const writable = plan.grants.filter((grant) => allowsWriting(grant) && grant.path !== temporary);
  const now = Date.now();
  return encodePlanFile([
    needs(launcher, support, version, host.uid),
    ...factsOf(plan, policy, host).map((fact) => factRecord(fact, now)),
    { tag: 'program', bytes: compileLasting(plan, 'nono').bytes },
    { tag: 'ownPlan', bytes: Buffer.from(JSON.stringify(ownPlanOf(plan))) },
    { tag: 'temporary', texts: [temporary] },
    ...(store === null ? [] : [{ tag: 'store', texts: [store] } as const]),
    ...(cgroup === null ? [] : [{ tag: 'cgroup', texts: [cgroup] } as const]),
    ...(guide === null ? [] : [{ tag: 'guide', bytes: Buffer.from(guide) } as const]),
    ...environmentRecords(plan, policy),
    ...command.map((word): PlanRecord => ({ tag: 'argument', texts: [word] })),
    ...(plan.workdir === null ? [] : [{ tag: 'workdir', texts: [plan.workdir] } as const]),
    { tag: 'terminal', numbers: [rights, layers, flags] },
    ...writable.map(({ path }): PlanRecord => ({ tag: 'writable', texts: [path] })),
  ]);
}

function outputIssue(message: string, remedy: string): NonoError {
  return new NonoError([{ code: 'compile/output', message, origin: 'flag:-o', remedy }]);
}

/**
 * Writes the file in one step, for its owner alone.
 *
 * @throws {NonoError} `compile/output`: it cannot be written, or the plan would let its commands write it.
 */
export function writePlanFile(file: AbsolutePath, bytes: Uint8Array, plan: Plan, id: string): void {
  const around = plan.grants.find((grant) => allowsWriting(grant) && contains(grant.path, file));
  if (around !== undefined)
    throw outputIssue(
      `"${file}" lies in "${around.path}", which the plan lets its commands write`,
      '-o with a path outside of what is granted, such as ~/plan.nono',
    );
  const next = `${file}.${id}`;
  try {
    writeFileSync(next, bytes, { mode: 0o600, flag: 'wx' });
    renameSync(next, file);
  } catch (error) {
    rmSync(next, { force: true });
    throw outputIssue(`"${file}" cannot be written (${(error as NodeJS.ErrnoException).code})`, '-o another');
  }
}
