// Plan → Program for Linux: three Landlock layers, the system call filter, hygiene, and what to execute.
import { brokersWork } from '../../plan/broker.ts';
import type { BlockedCommand } from '../../plan/commands.ts';
import { isBuiltIn, type Pattern } from '../../plan/deny.ts';
import { allowsWriting, type Grant } from '../../plan/grant.ts';
import { hasKeeper } from '../../plan/machine.ts';
import { lineage, parentOf } from '../../plan/path.ts';
import type { LinuxPlan as Plan } from '../../plan/plan.ts';
import { savedFiles } from '../../plan/saves.ts';
import type { LimitKind } from '../../policy/limits.ts';
import { encodeProgram, encodeRecords, type Record, record } from './encode.ts';
import {
  handledBy,
  keeping,
  removal,
  rightsFor,
  savingRights,
  scopesSignals,
  separation,
  socketRights,
  terminalRights,
} from './landlock.ts';
import { compileFilter } from './seccomp/filter.ts';
import type { Broker } from './seccomp/rules.ts';

const storeFlag = { keepsDeletions: 1, remembersBirths: 2 } as const;
const hygieneFlag = {
  signalScope: 1,
  localDescriptors: 2,
  listener: 4,
  standsIn: 8,
  inside: 16,
  judgesReads: 32,
  judgesCreations: 64,
} as const;
const denyFlag = { read: 1, write: 2, exception: 4, builtIn: 8, glob: 16 } as const;
const socketFlag = { connect: 1, bind: 2, socket: 0, entries: 4, subtree: 8 } as const;
const limitsFlag = { memory: 1, pids: 2, 'cpu-time': 4, timeout: 0 } as const;
const portFlag = { connect: 1, listen: 2 } as const;
const ruleFlag = { directory: 1, optional: 2, state: 4, saved: 8 } as const;

// Nested, outermost first. The keeper of originals reaches the store; the broker, one further in, has the grants alone,
// which is the wall; the command has as much, and is set apart from the broker, which it can neither signal nor trace.
const layer = { keeper: 0b001, grants: 0b010, command: 0b100 } as const;

// What root may keep: none of these reads or reaches what Landlock withholds. CAP_SETUID, CAP_SYS_PTRACE,
// CAP_PERFMON, CAP_DAC_READ_SEARCH, CAP_SYS_ADMIN and the rest each open a way around it.
const capability = {
  chown: 0n,
  dacOverride: 1n,
  fowner: 3n,
  fsetid: 4n,
  kill: 5n,
  netBindService: 10n,
} as const;
const keptCapabilities = Object.values<bigint>(capability).reduce((set, bit) => set | (1n << bit), 0n);

/** Who watches the launcher: nono's own process, or a program that takes it for the command. */
export type Watcher = 'nono' | 'library';

function judging(broker: Broker): number {
  if (broker === 'absent') return 0;
  if (broker === 'around') return hygieneFlag.inside;
  const reads = broker.includes('+reads') ? hygieneFlag.judgesReads : 0;
  const creations = broker.startsWith('making') ? hygieneFlag.judgesCreations : 0;
  return hygieneFlag.listener | reads | creations;
}

function hygiene(plan: Plan, broker: Broker, watcher: Watcher): Record {
  const scope = scopesSignals(plan.machine.landlockAbi) ? hygieneFlag.signalScope : 0;
  const local = plan.network.mode === 'open' ? 0 : hygieneFlag.localDescriptors;
  const standsIn = watcher === 'library' ? hygieneFlag.standsIn : 0;
  return record.hygiene(keptCapabilities, scope | local | standsIn | judging(broker));
}

type Rights = ReturnType<typeof rightsFor>;

/** A rule adds nothing where an ancestor's allows as much already. */
function withoutRedundant(grants: readonly Grant[], rightsOf: Rights): Grant[] {
  const granted = new Map<string, bigint>();
  for (const each of grants) if (each.kind === 'directory') granted.set(each.path, rightsOf(each));
  const above = new Map<string, readonly bigint[]>(); // by directory: thousands may be granted in one
  const grantedAbove = (directory: Grant['path']): readonly bigint[] => {
    const known = above.get(directory) ?? lineage(directory).flatMap((each) => granted.get(each) ?? []);
    above.set(directory, known);
    return known;
  };
  return grants.filter((grant) => {
    if (grant.path === '/' || grant.isState) return true;
    const wanted = rightsOf(grant);
    return !grantedAbove(parentOf(grant.path)).some((rights) => (rights & wanted) === wanted);
  });
}

function rule(grant: Grant, rights: bigint, isSaved: boolean): Record {
  const directory = grant.kind === 'directory' ? ruleFlag.directory : 0;
  const optional = grant.required ? 0 : ruleFlag.optional;
  const state = grant.isState ? ruleFlag.state : 0;
  const layers = allowsWriting(grant) ? layer.keeper | layer.grants : layer.grants;
  const saved = isSaved ? ruleFlag.saved : 0;
  return record.rule(rights, layers, directory | optional | state | saved, grant.path);
}

const mostShown = 1000;

/** What the journal of originals says about the session; the environment is no part of it. */
function about({ session, command, workdir }: RunParts): string {
  const shown = command.argv.join(' ').slice(0, mostShown);
  return JSON.stringify({ version: 1, ...session, command: shown, workdir: workdir?.slice(0, mostShown) });
}

function storeRecords(plan: Plan, rightsOf: Rights): Record[] {
  if (plan.originals.kind !== 'kept') return [];
  const { store, onDelete, mostBytes, mostBytesAFile, remembersBirths } = plan.originals;
  const keeps = onDelete === 'keep' ? storeFlag.keepsDeletions : 0;
  const flags = keeps | (remembersBirths ? storeFlag.remembersBirths : 0);
  return [
    record.rule(rightsOf({ kind: 'directory', access: 'write' }), layer.keeper, ruleFlag.directory, store),
    record.store(BigInt(mostBytes), BigInt(mostBytesAFile), flags, store),
  ];
}

function kindOf({ kind }: Pattern): number {
  return kind === 'glob' ? denyFlag.glob : 0;
}

function denyRecords({ denies }: Plan): Record[] {
  const rules = denies.rules.map((deny) => {
    const rights = deny.access === 'write' ? denyFlag.write : denyFlag.read | denyFlag.write;
    return record.deny(rights | kindOf(deny) | (isBuiltIn(deny) ? denyFlag.builtIn : 0), deny.text);
  });
  const lifted = denies.lifted.map((each) => record.deny(denyFlag.exception | kindOf(each), each.text));
  return [...rules, ...lifted];
}

function socketRecords({ sockets, machine }: Plan): Record[] {
  const layers = layer.keeper | layer.grants;
  return sockets.flatMap(({ path, right, extent }) => {
    const directory = extent === 'socket' ? parentOf(path) : path;
    const rights = socketRights(machine.landlockAbi, right);
    return [
      record.socket(socketFlag[right] | socketFlag[extent], path),
      ...(rights === 0n ? [] : [record.rule(rights, layers, ruleFlag.directory, directory)]),
    ];
  });
}

/** The other ends of pseudo-terminals: for the keeper alone, which opens those that the broker saw being made. */
function terminalRecords(plan: Plan): Record[] {
  if (!hasKeeper(plan.machine)) return [];
  return [record.rule(terminalRights, layer.keeper, ruleFlag.directory | ruleFlag.optional, '/dev/pts')];
}

function portRecords({ network }: Plan): Record[] {
  return [
    ...network.connect.map((port) => record.port(port, portFlag.connect)),
    ...network.listen.map((port) => record.port(port, portFlag.listen)),
  ];
}

/** The guard, in the keeper's layer, removes the group at the end. */
function limitsRecords({ limits: { list, cgroup }, machine }: Plan): Record[] {
  if (list.length === 0) return [];
  const most = (kind: LimitKind) => list.find((limit) => limit.kind === kind)?.most ?? 0;
  const flags = list
    .filter(({ holder }) => holder === 'group')
    .reduce((set, { kind }) => set | limitsFlag[kind], 0);
  const numbers = [BigInt(most('memory')), most('pids'), most('cpu-time'), most('timeout'), flags];
  if (cgroup === null) return [record.limits(numbers, null)];
  const around = parentOf(cgroup.path);
  return [
    record.limits(numbers, cgroup.path),
    record.rule(removal(machine.landlockAbi), layer.keeper, ruleFlag.directory, around),
  ];
}

/** What the agent reads where it tried a blocked command. */
function messageOf({ origin, reason, instead }: BlockedCommand): string {
  const lift = origin.startsWith('built-in:') ? ' The user can allow it: nono run --allow-command {}' : '';
  return `nono: {} ${reason} here. ${instead}${lift}\n`;
}

function blockedRecords({ blocked }: Plan): Record[] {
  const byMessage = new Map<string, string[]>();
  for (const each of blocked) {
    const message = messageOf(each);
    byMessage.set(message, [...(byMessage.get(message) ?? []), each.name]);
  }
  return [...byMessage].map(([message, names]) => record.blocked(message, names));
}

/** Saved by the keeper, which alone may change their directories: without one there are no saves. */
function savedIn(plan: Plan): ReadonlySet<Grant> {
  return new Set(hasKeeper(plan.machine) ? savedFiles(plan.grants) : []);
}

/** The directories of files that are granted by themselves: the keeper's, and nobody else's. */
function savingRecords(saved: ReadonlySet<Grant>, abi: number): Record[] {
  const parents = new Set([...saved].map(({ path }) => parentOf(path)));
  return [...parents].map((path) =>
    record.rule(savingRights(abi), layer.keeper, ruleFlag.directory | ruleFlag.optional, path),
  );
}

function brokerOf(plan: Plan): Broker {
  const work = brokersWork(plan);
  if (work === null) return 'absent';
  if (plan.machine.inside) return 'around';
  if (plan.sockets.some(({ takesDatagrams }) => takesDatagrams))
    return work.forks ? 'making+reads+datagrams+forks' : 'making+reads+datagrams';
  const level = work.creations ? 'making' : 'judging';
  const reading = work.reads ? (`${level}+reads` as const) : level;
  return work.forks ? `${reading}+forks` : reading;
}

/** Who runs where, with what: all that differs between the runs of a plan, but for its session's name. */
export type RunParts = Pick<Plan, 'command' | 'workdir' | 'session'> & {
  readonly variables: Plan['environment']['variables'];
};

type Compiler = { readonly rightsOf: Rights; readonly records: readonly Record[] };

function lastingRecords(plan: Plan, watcher: Watcher): Compiler {
  const abi = plan.machine.landlockAbi;
  const handled = handledBy(abi, plan.network.mode);
  const rightsOf = rightsFor(abi, plan.originals.kind === 'withheld');
  const keeper = keeping(abi);
  const saved = savedIn(plan);
  const broker = brokerOf(plan);
  const { handled: apart, everywhere } = separation(abi);
  const records = [
    hygiene(plan, broker, watcher),
    ...[keeper, handled, apart].map(({ fs, net, scoped }) => record.layer(fs, net, scoped)),
    ...(everywhere === 0n ? [] : [record.rule(everywhere, layer.command, ruleFlag.directory, '/')]),
    ...withoutRedundant(plan.grants, rightsOf).map((grant) => rule(grant, rightsOf(grant), saved.has(grant))),
    ...savingRecords(saved, abi),
    ...terminalRecords(plan),
    ...storeRecords(plan, rightsOf),
    ...denyRecords(plan),
    ...socketRecords(plan),
    ...portRecords(plan),
    ...blockedRecords(plan),
    ...limitsRecords(plan),
    record.filter(compileFilter(plan.network.mode, broker, plan.machine.architecture)),
    record.text('temporary', plan.temporary),
  ];
  return { rightsOf, records };
}

function runRecords(run: RunParts, hasStore: boolean): Record[] {
  return [
    ...(hasStore ? [record.text('about', about(run))] : []),
    record.text('executable', run.command.executable),
    ...run.command.argv.map((argument) => record.text('argument', argument)),
    ...run.variables.map(({ name, value }) => record.text('variable', `${name}=${value}`)),
    ...(run.workdir === null ? [] : [record.text('workdir', run.workdir)]),
  ];
}

/** What all runs of a plan have in common: compiled once, completed for each. */
export type LastingProgram = {
  /** Its records: a program without a command. */
  readonly bytes: Uint8Array;
  /** The records of one run, as bytes: what it executes, and grants of its own that the plan does not cover yet. */
  readonly complete: (run: RunParts, grants: readonly Grant[]) => Uint8Array;
};

/** What a rule for a terminal says, but for its path: the terminal is a run's own. */
export function terminalRule(plan: Plan): {
  readonly rights: bigint;
  readonly layers: number;
  readonly flags: number;
} {
  const rightsOf = rightsFor(plan.machine.landlockAbi, plan.originals.kind === 'withheld');
  return {
    rights: rightsOf({ kind: 'device', access: 'readwrite' }),
    layers: layer.keeper | layer.grants,
    flags: ruleFlag.optional,
  };
}

export function compileLasting(plan: Plan, watcher: Watcher): LastingProgram {
  const { rightsOf, records } = lastingRecords(plan, watcher);
  const hasStore = plan.originals.kind === 'kept';
  const uncovered = (grants: readonly Grant[]) =>
    grants.length === 0
      ? []
      : withoutRedundant([...plan.grants, ...grants], rightsOf).filter((each) => grants.includes(each));
  return {
    bytes: encodeRecords(records),
    complete: (run, grants) =>
      encodeRecords([
        ...uncovered(grants).map((grant) => rule(grant, rightsOf(grant), false)),
        ...runRecords(run, hasStore),
      ]),
  };
}

function programRecords(plan: Plan, variables: RunParts['variables']): Record[] {
  const { command, workdir, session } = plan; // not all of it: some is made when it is looked at
  const run = { command, workdir, session, variables };
  return [...lastingRecords(plan, 'nono').records, ...runRecords(run, plan.originals.kind === 'kept')];
}

/** The program that makes the launcher enforce this plan. */
export function compileProgram(plan: Plan): Uint8Array {
  return encodeProgram(programRecords(plan, plan.environment.variables));
}

/** Its records without the environment's. */
export function compileWithoutVariables(plan: Plan): Uint8Array {
  return encodeRecords(programRecords(plan, []));
}
