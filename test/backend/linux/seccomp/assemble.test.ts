// The assembled program against a plain reading of the same rules, for these rules and for any.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Action, actionNumber } from '../../../../src/backend/linux/seccomp/action.ts';
import { auditArchitecture } from '../../../../src/backend/linux/seccomp/architecture.ts';
import { assemble } from '../../../../src/backend/linux/seccomp/assemble.ts';
import { opcode } from '../../../../src/backend/linux/seccomp/instruction.ts';
import type { ArgumentTest, SyscallRule } from '../../../../src/backend/linux/seccomp/rule.ts';
import { filterRules } from '../../../../src/backend/linux/seccomp/rules.ts';
import {
  lastReviewed,
  type Syscall,
  syscallNumbers,
} from '../../../../src/backend/linux/seccomp/syscalls.ts';
import type { Architecture } from '../../../../src/plan/machine.ts';
import { simulate, verify } from './simulate.ts';

const architectures: readonly Architecture[] = ['x64', 'arm64'];
const networks = ['open', 'ports', 'blocked'] as const;
const machines = networks.flatMap((network) =>
  architectures.map((architecture) => ({ network, architecture })),
);
const names = Object.keys(syscallNumbers) as Syscall[];
const foreign = { i386: 0x40000003, arm: 0x40000028, nothing: 0, 'big-endian arm64': 0x800000b7 };

function holds(test: ArgumentTest, values: readonly bigint[]): boolean {
  const low = BigInt.asUintN(32, values[test.argument] as bigint) & BigInt(test.mask ?? 0xffffffff);
  return 'oneOf' in test ? test.oneOf.includes(Number(low)) : !test.noneOf.includes(Number(low));
}

/** What the rules say about a call, read as their documentation reads. */
function evaluate(
  rules: readonly SyscallRule[],
  architecture: Architecture,
  number: number,
  values: readonly bigint[],
): Action {
  if (number > lastReviewed) return { kind: 'errno', errno: 'ENOSYS' };
  const named = ({ calls }: SyscallRule) =>
    calls.some((call) => syscallNumbers[call][architecture] === number);
  const decides = (rule: SyscallRule) =>
    named(rule) && (rule.when ?? []).every((test) => holds(test, values));
  return rules.find(decides)?.action ?? { kind: 'allow' };
}

const register = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Registers whose low halves are often values that some rule asks about. */
function registersFor(rules: readonly SyscallRule[]) {
  const asked = rules
    .flatMap(({ when = [] }) => when)
    .flatMap((test) => ['oneOf' in test ? test.oneOf : test.noneOf, test.mask ?? 0].flat());
  const low = asked.length === 0 ? fc.constant(0) : fc.constantFrom(...asked);
  const upper = fc.constantFrom(0n, 1n, 0xffffffffn);
  const near = fc.tuple(upper, low).map(([high, value]) => (high << 32n) | BigInt(value));
  return fc.array(fc.oneof(near, register), { minLength: 6, maxLength: 6 });
}

const anyNumber = (architecture: Architecture) =>
  fc.oneof(
    fc.constantFrom(...names.map((name) => syscallNumbers[name][architecture] ?? 0)),
    fc.integer({ min: 0, max: 600 }),
    fc.integer({ min: 0, max: 0x3fffffff }),
  );

const word = fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 0xffffffff }));
const mask = fc.oneof(fc.constant(0xffffffff), fc.constantFrom(0xf, 0x7e020000, 0x80000000), word);
const values = fc.array(word, { minLength: 1, maxLength: 6 });
const anyTest: fc.Arbitrary<ArgumentTest> = fc.oneof(
  fc.record({ argument: fc.nat(5), mask, oneOf: values }),
  fc.record({ argument: fc.nat(5), mask, noneOf: values }),
  fc.record({ argument: fc.nat(5), oneOf: values }),
);
const anyAction: fc.Arbitrary<Action> = fc.constantFrom<Action>(
  { kind: 'allow' },
  { kind: 'kill' },
  { kind: 'notify' },
  { kind: 'errno', errno: 'EPERM' },
  { kind: 'errno', errno: 'EAFNOSUPPORT' },
);
const anyRule: fc.Arbitrary<SyscallRule> = fc.record({
  calls: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 12 }),
  when: fc.array(anyTest, { maxLength: 3 }),
  action: anyAction,
  reason: fc.constant('any'),
});

describe.each(machines)('assemble(), network $network on $architecture', ({ network, architecture }) => {
  const rules = filterRules(network, 'judging');
  const filter = assemble(rules, architecture);
  const native = auditArchitecture[architecture];
  const answer = (number: number, registers: readonly bigint[], from = native) =>
    simulate(filter, { architecture: from, number, arguments: registers });

  it('makes a program that the kernel accepts', () => {
    expect(() => verify(filter)).not.toThrow();
    expect(filter.length).toBeLessThan(1024);
  });

  it('answers as the rules read', () => {
    fc.assert(
      fc.property(anyNumber(architecture), registersFor(rules), (number, registers) => {
        expect(answer(number, registers)).toEqual(evaluate(rules, architecture, number, registers));
      }),
      { numRuns: 1000 },
    );
  });

  it('allows every number that was looked at and that no rule names', () => {
    const named = new Set<number | null>(names.map((name) => syscallNumbers[name][architecture]));
    const zeros = [0n, 0n, 0n, 0n, 0n, 0n];
    for (let number = 0; number <= lastReviewed; number++)
      if (!named.has(number)) expect([number, answer(number, zeros)]).toEqual([number, { kind: 'allow' }]);
  });

  it('looks at the lower half of a register alone', () => {
    fc.assert(
      fc.property(anyNumber(architecture), registersFor(rules), register, (number, registers, noise) => {
        const disguised = registers.map((each) => ((each ^ noise) & ~0xffffffffn) | (each & 0xffffffffn));
        expect(answer(number, disguised)).toEqual(answer(number, registers));
      }),
      { numRuns: 500 },
    );
  });

  it.each(Object.entries(foreign))('ends a program that enters as %s', (_, from) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), registersFor(rules), (number, registers) => {
        expect(answer(number, registers, from)).toEqual({ kind: 'kill' });
      }),
      { numRuns: 50 },
    );
  });

  it('ends a program that enters as the other architecture', () => {
    const other = auditArchitecture[architecture === 'x64' ? 'arm64' : 'x64'];
    expect(answer(0, [], other)).toEqual({ kind: 'kill' });
  });
});

describe('assemble()', () => {
  it.each(
    machines,
  )('has no call that is newer than those looked at, network $network on $architecture', (machine) => {
    const filter = assemble(filterRules(machine.network, 'judging'), machine.architecture);
    const answer = (number: number) =>
      simulate(filter, { architecture: auditArchitecture[machine.architecture], number, arguments: [] });
    const refused = { kind: 'errno', errno: 'ENOSYS' };
    for (let number = 0; number < 600; number++) expect(answer(0x40000000 + number)).toEqual(refused); // x32
    for (const number of [470, 471, 512, 547, 0x3fffffff, 0x7fffffff, 0x80000000, 0xffffffff])
      expect(answer(number)).toEqual(refused);
  });

  it('holds for any rules, long halves and shadowed rules too', () => {
    const tables = fc.array(anyRule, { maxLength: 60 });
    const cases = fc.tuple(tables, fc.constantFrom(...architectures)).chain(([rules, architecture]) =>
      fc.record({
        rules: fc.constant(rules),
        architecture: fc.constant(architecture),
        calls: fc.array(fc.tuple(anyNumber(architecture), registersFor(rules)), {
          minLength: 20,
          maxLength: 40,
        }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ rules, architecture, calls }) => {
        const filter = assemble(rules, architecture);
        for (const [number, registers] of calls) {
          const call = { architecture: auditArchitecture[architecture], number, arguments: registers };
          expect(simulate(filter, call)).toEqual(evaluate(rules, architecture, number, registers));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('jumps over a half that is longer than a branch reaches', () => {
    const test: ArgumentTest = { argument: 1, mask: 0xff, noneOf: [1, 2, 3] };
    const rules: SyscallRule[] = [
      { calls: names, when: [test, test], action: { kind: 'kill' }, reason: 'long' },
    ];
    const filter = assemble(rules, 'x64');
    expect(filter.some(({ code }) => code === opcode.jump)).toBe(true);
    for (let number = 0; number < 600; number++)
      for (const registers of [
        [0n, 2n],
        [0n, 4n],
      ]) {
        const call = { architecture: auditArchitecture.x64, number, arguments: registers };
        expect(simulate(filter, call)).toEqual(evaluate(rules, 'x64', number, registers));
      }
  });

  it('allows everything without rules', () => {
    const call = { architecture: auditArchitecture.arm64, number: 1, arguments: [] };
    expect(simulate(assemble([], 'arm64'), call)).toEqual({ kind: 'allow' });
  });

  it('lays nothing after a rule that always decides', () => {
    const rule: SyscallRule = { calls: ['mount'], action: { kind: 'kill' }, reason: 'first' };
    const shadowed: SyscallRule = { ...rule, action: { kind: 'notify' }, reason: 'never reached' };
    expect(assemble([rule, shadowed], 'x64')).toEqual(assemble([rule], 'x64'));
    expect(assemble([rule], 'x64').at(-1)?.k).toBe(actionNumber(rule.action));
  });

  it('refuses a test without values, which would hold always', () => {
    const rule: SyscallRule = {
      calls: ['ioctl'],
      when: [{ argument: 1, oneOf: [] }],
      action: { kind: 'allow' },
      reason: 'a slip',
    };
    expect(() => assemble([rule], 'x64')).toThrow('without values');
  });

  it('refuses a rule too long for a branch rather than cut its distance', () => {
    const many = Array.from({ length: 300 }, (_, index) => index);
    const rule: SyscallRule = {
      calls: ['ioctl'],
      when: [{ argument: 1, oneOf: many }],
      action: { kind: 'allow' },
      reason: 'a slip',
    };
    expect(() => assemble([rule], 'x64')).toThrow(RangeError);
  });
});
