// Runs a filter as the kernel would: what the tests believe is what the bytes say.
import { type Action, actionNumber, type ErrnoName } from '../../../../src/backend/linux/seccomp/action.ts';
import { dataOffset, type Instruction, opcode } from '../../../../src/backend/linux/seccomp/instruction.ts';

/** `struct seccomp_data` less the instruction pointer; arguments are whole 64-bit registers. */
export type Call = {
  readonly architecture: number;
  readonly number: number;
  readonly arguments: readonly bigint[];
};

const mostInstructions = 4096;
const dataBytes = 64;
const knownCodes = new Set<number>(Object.values(opcode));

function wordAt(call: Call, offset: number): number {
  if (offset === dataOffset.number) return call.number >>> 0;
  if (offset === dataOffset.architecture) return call.architecture >>> 0;
  if (offset < dataOffset.argument(0)) throw new RangeError('a load of the instruction pointer');
  const argument = call.arguments[(offset - dataOffset.argument(0)) >> 3] ?? 0n;
  return Number(BigInt.asUintN(32, offset % 8 === 0 ? argument : argument >> 32n));
}

const fits = (value: number, largest: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= largest;

function reachOf({ code, jt, jf, k }: Instruction): number {
  if (code === opcode.jumpEqual || code === opcode.jumpAtLeast) return Math.max(jt, jf);
  return code === opcode.jump ? k : 0;
}

/** What the kernel would reject in an instruction with `following` more after it. */
function faultOf(instruction: Instruction, following: number): string | undefined {
  const { code, jt, jf, k } = instruction;
  if (!knownCodes.has(code)) return `unknown code ${code}`;
  // Distances are unsigned, so this is also what keeps jumps forward.
  if (!fits(jt, 0xff) || !fits(jf, 0xff) || !fits(k, 0xffffffff)) return 'a field that does not fit';
  if (code === opcode.load && (k % 4 !== 0 || k >= dataBytes)) return `a load at ${k}`;
  if (code !== opcode.return && reachOf(instruction) >= following) return 'leaves the filter';
  return undefined;
}

/**
 * The kernel's own conditions for loading a filter (bpf_check_classic, seccomp_check_filter): known instructions,
 * aligned loads inside the data, forward jumps within the filter, an end in a return.
 *
 * @throws {RangeError} naming the instruction.
 */
export function verify(instructions: readonly Instruction[]): void {
  const { length } = instructions;
  if (length === 0 || length > mostInstructions) throw new RangeError(`a filter of ${length} instructions`);
  instructions.forEach((instruction, at) => {
    const fault = faultOf(instruction, length - at - 1);
    if (fault !== undefined) throw new RangeError(`instruction ${at}: ${fault}`);
  });
}

const errnos: readonly ErrnoName[] = ['EPERM', 'EACCES', 'ENOSYS', 'EOPNOTSUPP', 'EAFNOSUPPORT'];

/** @throws {RangeError} for a number that no action of ours has. */
function actionFromNumber(number: number): Action {
  const actions: Action[] = [
    { kind: 'allow' },
    { kind: 'kill' },
    { kind: 'notify' },
    { kind: 'pretend' },
    ...errnos.map((errno): Action => ({ kind: 'errno', errno })),
  ];
  const found = actions.find((action) => actionNumber(action) === number);
  if (found === undefined) throw new RangeError(`no action has the number ${number}`);
  return found;
}

/**
 * What the filter answers to a call.
 *
 * @throws {RangeError} for a filter that the kernel would not load, or an answer that is no action of ours.
 */
export function simulate(instructions: readonly Instruction[], call: Call): Action {
  verify(instructions);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const { code, jt, jf, k } = instructions[at] as Instruction;
    if (code === opcode.load) accumulator = wordAt(call, k);
    else if (code === opcode.and) accumulator = (accumulator & k) >>> 0;
    else if (code === opcode.jump) at += k;
    else if (code === opcode.jumpEqual) at += accumulator === k ? jt : jf;
    else if (code === opcode.jumpAtLeast) at += accumulator >= k ? jt : jf;
    else return actionFromNumber(k);
  }
}
