// FNV-1a of 64 bits, as native/exec-facts.c has it: tells whether something is still the same, not who made it so.

const offset = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

export function hash(bytes: Uint8Array): bigint {
  let sum = offset;
  for (const byte of bytes) sum = BigInt.asUintN(64, (sum ^ BigInt(byte)) * prime);
  return sum;
}
