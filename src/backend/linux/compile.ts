// Plan → Program for Linux: three Landlock layers, the system call filter, hygiene, and what to execute.
import { allowsWriting, type Grant } from '../../plan/grant.ts';
import { lineage, parentOf } from '../../plan/path.ts';
import type { Plan } from '../../plan/plan.ts';
import { encodeProgram, type Record, record } from './encode.ts';
import { handledBy, keeping, rightsFor, scopesSignals, separation } from './landlock.ts';
import { compileFilter } from './seccomp/filter.ts';
import type { Broker } from './seccomp/rules.ts';

const storeFlag = { keepsDeletions: 1, remembersBirths: 2 } as const;
const hygieneFlag = { signalScope: 1, localDescriptors: 2 } as const;
const ruleFlag = { directory: 1, optional: 2 } as const;

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

function hygiene(plan: Plan): Record {
  const scope = scopesSignals(plan.machine.landlockAbi) ? hygieneFlag.signalScope : 0;
  const local = plan.network.mode === 'blocked' ? hygieneFlag.localDescriptors : 0;
  return record.hygiene(keptCapabilities, scope | local);
}

type Rights = ReturnType<typeof rightsFor>;

/** A rule adds nothing where an ancestor's allows as much already. */
function withoutRedundant(grants: readonly Grant[], rightsOf: Rights): Grant[] {
  const rights = new Map(
    grants.filter(({ kind }) => kind === 'directory').map((each) => [each.path, rightsOf(each)]),
  );
  return grants.filter((grant) => {
    if (grant.path === '/') return true;
    const wanted = rightsOf(grant);
    return !lineage(parentOf(grant.path)).some(
      (ancestor) => ((rights.get(ancestor) ?? 0n) & wanted) === wanted,
    );
  });
}

function rule(grant: Grant, rights: bigint): Record {
  const directory = grant.kind === 'directory' ? ruleFlag.directory : 0;
  const optional = grant.required ? 0 : ruleFlag.optional;
  const layers = allowsWriting(grant) ? layer.keeper | layer.grants : layer.grants;
  return record.rule(rights, layers, directory | optional, grant.path);
}

const mostShown = 1000;

/** What the journal of originals says about the session; the environment is no part of it. */
function about({ session, command, workdir }: Plan): string {
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
    record.text('about', about(plan)),
  ];
}

function brokerOf({ originals }: Plan): Broker {
  if (originals.kind !== 'kept') return 'absent';
  return originals.remembersBirths ? 'remembering' : 'judging';
}

/** The program that makes the launcher enforce this plan. */
export function compileProgram(plan: Plan): Uint8Array {
  const abi = plan.machine.landlockAbi;
  const handled = handledBy(abi, plan.network.mode);
  const rightsOf = rightsFor(abi, plan.originals.kind === 'withheld');
  const keeper = keeping(abi);
  const { handled: apart, everywhere } = separation(abi);
  return encodeProgram([
    hygiene(plan),
    ...[keeper, handled, apart].map(({ fs, net, scoped }) => record.layer(fs, net, scoped)),
    ...(everywhere === 0n ? [] : [record.rule(everywhere, layer.command, ruleFlag.directory, '/')]),
    ...withoutRedundant(plan.grants, rightsOf).map((grant) => rule(grant, rightsOf(grant))),
    ...storeRecords(plan, rightsOf),
    record.filter(compileFilter(plan.network.mode, brokerOf(plan), plan.machine.architecture)),
    record.text('executable', plan.command.executable),
    ...plan.command.argv.map((argument) => record.text('argument', argument)),
    ...plan.environment.variables.map(({ name, value }) => record.text('variable', `${name}=${value}`)),
    ...(plan.workdir === null ? [] : [record.text('workdir', plan.workdir)]),
    record.text('temporary', plan.temporary),
  ]);
}
