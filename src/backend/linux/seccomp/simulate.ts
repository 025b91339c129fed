// Runs a filter as the kernel would: what the tests and the explanations believe is what the bytes say.
import { type Action, actionFromNumber } from './action.ts';
import { dataOffset, type Instruction, opcode } from './instruction.ts';

/** `struct seccomp_data` less the instruction pointer; arguments are whole 64-bit registers. */
export type Call = {
  readonly architecture: number;
  readonly number: number;
  readonly arguments: readonly bigint[];
};

const mostInstructions = 4096;
const dataBytes = 64;

function wordAt(call: Call, offset: number): number {
  if (offset % 4 !== 0 || offset < 0 || offset >= dataBytes) throw new RangeError(`a load at ${offset}`);
  if (offset === dataOffset.number) return call.number >>> 0;
  if (offset === dataOffset.architecture) return call.architecture >>> 0;
  if (offset < dataOffset.argument(0)) throw new RangeError('a load of the instruction pointer');
  const argument = call.arguments[(offset - dataOffset.argument(0)) >> 3] ?? 0n;
  return Number(BigInt.asUintN(32, offset % 8 === 0 ? argument : argument >> 32n));
}

/**
 * The kernel's own conditions for loading a filter: known instructions, forward jumps within it, an end in a return.
 *
 * @throws {RangeError} naming the instruction.
 */
export function verify(instructions: readonly Instruction[]): void {
  const { length } = instructions;
  if (length === 0 || length > mostInstructions) throw new RangeError(`a filter of ${length} instructions`);
  instructions.forEach(({ code, jt, jf, k }, at) => {
    const isBranch = code === opcode.jumpEqual || code === opcode.jumpAtLeast;
    const reach = isBranch ? Math.max(jt, jf) : code === opcode.jump ? k : 0;
    const ends = code === opcode.return;
    if (!Object.values<number>(opcode).includes(code))
      throw new RangeError(`instruction ${at}: unknown code ${code}`);
    if (!ends && at + 1 + reach >= length) throw new RangeError(`instruction ${at}: leaves the filter`);
  });
}

/** What the filter answers to a call. */
export function simulate(instructions: readonly Instruction[], call: Call): Action {
  verify(instructions);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const { code, jt, jf, k } = instructions[at] as Instruction;
    if (code === opcode.load) accumulator = wordAt(call, k);
    else if (code === opcode.and) accumulator = (accumulator & k) >>> 0;
    else if (code === opcode.jump) at += k;
    else if (code === opcode.jumpEqual) at += accumulator === k >>> 0 ? jt : jf;
    else if (code === opcode.jumpAtLeast) at += accumulator >= k >>> 0 ? jt : jf;
    else return actionFromNumber(k);
  }
}
