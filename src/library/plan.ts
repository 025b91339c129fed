// A policy → what will be enforced on this machine, to be looked at, asked and compiled.
import { isNonoError, NonoError } from '../errors.ts';
import { liveHost, thisHost } from '../launch/host.ts';
import { profileFinder } from '../launch/profiles.ts';
import { prepareToAsk } from '../plan/ask/ask.ts';
import { type Question, requestOf } from '../plan/ask/question.ts';
import type { Request } from '../plan/ask/request.ts';
import type { Verdict } from '../plan/ask/verdict.ts';
import type { Deny } from '../plan/deny.ts';
import type { Grant } from '../plan/grant.ts';
import type { Guarantee } from '../plan/guarantee.ts';
import type { Host, Support } from '../plan/host.ts';
import { ownPlanOf } from '../plan/own-plan.ts';
import { toAbsolute } from '../plan/path.ts';
import { placeholder } from '../plan/placeholder.ts';
import { buildPlan as planFor } from '../plan/plan.ts';
import { policyFromFlags } from '../policy/from-flags.ts';
import { layerFromProfile } from '../policy/from-profile.ts';
import { anyCommand, type NetworkMode, type Policy } from '../policy/policy.ts';
import { resolveProfiles } from '../policy/resolve-profile.ts';
import { askSupport, installation, profileReader } from './installation.ts';
import { definePolicy, type PolicyOptions } from './policy.ts';
import { openSandbox, type Sandbox } from './sandbox.ts';

/**
 * Where a policy is read from: other than the working directory and the environment of this process.
 *
 * @example
 * ```ts
 * import { buildPlan } from 'nono';
 *
 * const plan = buildPlan({ allow: ['.'] }, { cwd: '/tmp', env: process.env });
 * ```
 */
export type Place = {
  /** Where relative paths start. */
  readonly cwd?: string;
  /** What `~`, `PATH` and the variables of profiles mean, and where sessions keep originals. */
  readonly env?: Readonly<Record<string, string | undefined>>;
};

/**
 * What will be enforced. Plain data, and two things to do with it.
 *
 * @example
 * ```ts
 * import { buildPlan, type Plan } from 'nono';
 *
 * const plan: Plan = buildPlan({ read: ['/usr/share'] });
 * for (const { promise, mechanism } of plan.guarantees) console.log(promise, mechanism);
 * ```
 */
export type Plan = {
  /** Canonical paths, the caller's own first. */
  readonly grants: readonly Grant[];
  /** What is denied inside the grants; it beats every one of them. */
  readonly denies: readonly Deny[];
  readonly network: {
    readonly mode: NetworkMode;
    readonly connect: readonly number[];
    readonly listen: readonly number[];
  };
  /** Every promise with what holds it on this machine. */
  readonly guarantees: readonly Guarantee[];
  /**
   * What a command in it may do, and which rule decides. Microseconds a question.
   *
   * @throws {NonoError} `usage/option`: it is no question, or its path cannot be looked up
   */
  readonly ask: (question: Question) => Verdict;
  /** Compiles it for this machine; the sandbox runs any number of commands. */
  readonly compile: () => Sandbox;
};

function defined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function hostAt({ cwd, env }: Place): Host {
  const environment = defined(env ?? process.env);
  const here = { environment, installation, terminals: [], session: placeholder };
  if (cwd === undefined) return thisHost(here);
  const workingDirectory = toAbsolute(cwd, thisHost(here));
  return thisHost({ ...here, ...(workingDirectory !== null && { workingDirectory }) });
}

/** Errors of the bundle that reads profiles are of another class of the same name. */
function ownErrors<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw isNonoError(error) ? new NonoError(error.issues) : error;
  }
}

// Of a run that is still to come, nothing that is there can be its own.
const never = '9999-12-31T23:59:59.999Z';

function policyOf({ profiles = [], ...flags }: PolicyOptions, host: Host): Policy {
  const here = { platform: 'linux', environment: host.environment } as const;
  const found = ownErrors(() => resolveProfiles(profiles, profileFinder(host, profileReader)));
  return policyFromFlags(
    flags,
    anyCommand,
    found.map((each) => layerFromProfile(each, here)),
  );
}

// Asked once: a kernel does not change under a process.
let known: Support | null = null;

function support(nested: boolean): Support {
  known ??= askSupport();
  return { ...known, nested };
}

/**
 * Decides what a policy means on this machine.
 *
 * @throws {NonoError} every issue at once: `usage/option`, `plan/…` for paths, `profile/…`, `support/…` for what this
 * machine cannot hold, `launch/launcher-missing`.
 *
 * @example
 * ```ts
 * import { buildPlan, NonoError } from 'nono';
 *
 * try {
 *   buildPlan({ allow: ['/no/such/directory'] });
 * } catch (error) {
 *   if (error instanceof NonoError) console.log(error.issues[0]?.code); // plan/path-missing
 * }
 * ```
 */
export function buildPlan(options: PolicyOptions, place: Place = {}): Plan {
  const host = hostAt(place);
  const policy = policyOf(definePolicy(options), host);
  const plan = planFor(policy, host, support(host.environment.NONO === '1'));
  const { grants, denies, guarantees } = plan;
  const { mode, connect, listen } = plan.network;
  const session = { id: placeholder.id, started: never };
  let answer: ((request: Request) => Verdict) | null = null;
  return {
    grants,
    denies: denies.rules,
    network: { mode, connect, listen },
    guarantees,
    ask: (question) => {
      answer ??= prepareToAsk({ ...ownPlanOf(plan), session }, liveHost(host)); // some of a plan is made when it is looked at
      return answer(requestOf(question, host));
    },
    compile: () => openSandbox(plan, policy, host),
  };
}
