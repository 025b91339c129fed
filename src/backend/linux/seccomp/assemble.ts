// Rules → BPF. The program:
//
//   program   = architecture? → newer? → search
//   search    = leaf | "number >= pivot" → search of the upper half, else of the lower
//   leaf      = "number == call" → the call's rules in order, up to one without tests, or allow; else allow
//   rule      = each test holds → its action; else the next rule
//
// Every path ends in a return, so halves and rules are laid one after the other without labels.
import type { Architecture } from '../../../plan/machine.ts';
import { type Action, actionNumber } from './action.ts';
import { auditArchitecture } from './architecture.ts';
import {
  and,
  branch,
  dataOffset,
  finish,
  type Instruction,
  jump,
  largestBranch,
  load,
} from './instruction.ts';
import type { ArgumentTest, SyscallRule } from './rule.ts';
import { lastReviewed, type Syscall, syscallNumbers } from './syscalls.ts';

const wholeWord = 0xffffffff;

type Leaf = { readonly number: number; readonly rules: readonly SyscallRule[] };

const answer = (action: Action): Instruction => finish(actionNumber(action));
const allowed = answer({ kind: 'allow' });

/** Falls through when the test holds, else skips `rest` instructions. */
function testCode(test: ArgumentTest, rest: number): Instruction[] {
  const values = 'oneOf' in test ? test.oneOf : test.noneOf;
  if (values.length === 0) throw new RangeError(`a test of argument ${test.argument} without values`);
  const compare = values.map((value, index) => {
    const following = values.length - 1 - index;
    if ('noneOf' in test) return branch('jumpEqual', value, following + rest, 0);
    return branch('jumpEqual', value, following, following === 0 ? rest : 0);
  });
  const mask = test.mask === undefined || test.mask === wholeWord ? [] : [and(test.mask)];
  return [load(dataOffset.argument(test.argument)), ...mask, ...compare];
}

function ruleCode(rule: SyscallRule): Instruction[] {
  return (rule.when ?? []).reduceRight<Instruction[]>(
    (rest, test) => testCode(test, rest.length).concat(rest),
    [answer(rule.action)],
  );
}

function leafCode({ number, rules }: Leaf): Instruction[] {
  const last = rules.findIndex(({ when = [] }) => when.length === 0);
  const reached =
    last < 0 ? [...rules.flatMap(ruleCode), allowed] : rules.slice(0, last + 1).flatMap(ruleCode);
  return [branch('jumpEqual', number, 1, 0), allowed, ...reached];
}

/** Skips `lower` when the number is at least `pivot`; a branch reaches 255 instructions, a jump any distance. */
function chooseHalf(pivot: number, lower: readonly Instruction[]): Instruction[] {
  if (lower.length <= largestBranch) return [branch('jumpAtLeast', pivot, lower.length, 0)];
  return [branch('jumpAtLeast', pivot, 0, 1), jump(lower.length)];
}

/** Binary search: the filter runs at every system call, and a chain of comparisons would cost each of them. */
function searchCode(leaves: readonly Leaf[]): Instruction[] {
  const [first] = leaves;
  if (first === undefined) return [allowed];
  if (leaves.length === 1) return leafCode(first);
  const middle = leaves.length >> 1;
  const lower = searchCode(leaves.slice(0, middle));
  const upper = searchCode(leaves.slice(middle));
  const pivot = (leaves[middle] as Leaf).number;
  return [...chooseHalf(pivot, lower), ...lower, ...upper];
}

function leavesOf(rules: readonly SyscallRule[], architecture: Architecture): Leaf[] {
  const calls = [...new Set(rules.flatMap((rule) => rule.calls))];
  return calls
    .flatMap((call: Syscall) => {
      const number = syscallNumbers[call][architecture];
      return number === null ? [] : [{ number, rules: rules.filter((rule) => rule.calls.includes(call)) }];
    })
    .sort((a, b) => a.number - b.number);
}

/** The filter of these rules for one machine. */
export function assemble(rules: readonly SyscallRule[], architecture: Architecture): Instruction[] {
  const foreign = [
    load(dataOffset.architecture),
    branch('jumpEqual', auditArchitecture[architecture], 1, 0),
    answer({ kind: 'kill' }), // i386 and 32-bit ARM number their calls otherwise
  ];
  // Includes the x32 calls of x86_64, and −1, the kernel's own mark for a call that a tracer cancelled.
  const newer = [branch('jumpAtLeast', lastReviewed + 1, 0, 1), answer({ kind: 'errno', errno: 'ENOSYS' })];
  return [...foreign, load(dataOffset.number), ...newer, ...searchCode(leavesOf(rules, architecture))];
}
