// Plan → Program for Linux: two Landlock layers, the system call filter, hygiene, and what to execute.
import type { Grant } from '../../plan/grant.ts';
import { lineage, parentOf } from '../../plan/path.ts';
import type { Plan } from '../../plan/plan.ts';
import { encodeProgram, type Record, record } from './encode.ts';
import { handledBy, rightsFor, scopesSignals, separation } from './landlock.ts';
import { compileFilter } from './seccomp/filter.ts';

const hygieneFlag = { signalScope: 1, localDescriptors: 2 } as const;
const ruleFlag = { directory: 1, optional: 2 } as const;

// The outer layer is the wall. The inner one only sets the command apart from its supervisor, which it then cannot
// signal or trace; when the broker brings its store, which the command must not reach, the inner layer gets the grants
// as rules of its own.
const outerLayer = 0b01;
const innerLayer = 0b10;

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
  return record.rule(rights, outerLayer, directory | optional, grant.path);
}

/** The program that makes the launcher enforce this plan. */
export function compileProgram(plan: Plan): Uint8Array {
  const abi = plan.machine.landlockAbi;
  const handled = handledBy(abi, plan.network.mode);
  const rightsOf = rightsFor(abi);
  const { handled: apart, everywhere } = separation(abi);
  return encodeProgram([
    hygiene(plan),
    record.layer(handled.fs, handled.net, handled.scoped),
    record.layer(apart.fs, apart.net, apart.scoped),
    ...(everywhere === 0n ? [] : [record.rule(everywhere, innerLayer, ruleFlag.directory, '/')]),
    ...withoutRedundant(plan.grants, rightsOf).map((grant) => rule(grant, rightsOf(grant))),
    record.filter(compileFilter(plan.network.mode, plan.machine.architecture)),
    record.text('executable', plan.command.executable),
    ...plan.command.argv.map((argument) => record.text('argument', argument)),
    ...plan.environment.variables.map(({ name, value }) => record.text('variable', `${name}=${value}`)),
    ...(plan.workdir === null ? [] : [record.text('workdir', plan.workdir)]),
    record.text('temporary', plan.temporary),
  ]);
}
