// Classic BPF: the instructions that a seccomp filter may use, and their bytes.

/** `struct sock_filter`: jumps are relative to the next instruction. */
export type Instruction = {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
};

/** Opcodes of include/uapi/linux/bpf_common.h, composed. */
export const opcode = {
  load: 0x20,
  and: 0x54,
  jump: 0x05,
  jumpEqual: 0x15,
  jumpAtLeast: 0x35,
  return: 0x06,
} as const;

/** `struct seccomp_data`, little-endian: the low half of an argument comes first. */
export const dataOffset = {
  number: 0,
  architecture: 4,
  argument: (index: number) => 16 + 8 * index,
} as const;

export const load = (offset: number): Instruction => ({ code: opcode.load, jt: 0, jf: 0, k: offset });

export const and = (mask: number): Instruction => ({ code: opcode.and, jt: 0, jf: 0, k: mask });

export const jump = (distance: number): Instruction => ({ code: opcode.jump, jt: 0, jf: 0, k: distance });

export const finish = (action: number): Instruction => ({ code: opcode.return, jt: 0, jf: 0, k: action });

export const largestBranch = 255;

/** A comparison: `jt` and `jf` are the distances when it holds and when it does not. */
export function branch(kind: 'jumpEqual' | 'jumpAtLeast', k: number, jt: number, jf: number): Instruction {
  if (Math.max(jt, jf) > largestBranch) throw new RangeError(`a branch of ${Math.max(jt, jf)} instructions`);
  return { code: opcode[kind], jt, jf, k };
}

/**
 * Eight bytes an instruction, little-endian.
 *
 * @throws {RangeError} for a field that does not fit: cut off, it would be another filter.
 */
export function encodeInstructions(instructions: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(8 * instructions.length);
  instructions.forEach(({ code, jt, jf, k }, index) => {
    bytes.writeUInt16LE(code, 8 * index);
    bytes.writeUInt8(jt, 8 * index + 2);
    bytes.writeUInt8(jf, 8 * index + 3);
    bytes.writeUInt32LE(k, 8 * index + 4);
  });
  return bytes;
}
