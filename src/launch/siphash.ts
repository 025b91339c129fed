// SipHash-2-4, as native/siphash.c has it: without its key nobody can make two texts that it takes for one.

const mask = 0xffff_ffff_ffff_ffffn;
const wordBytes = 8;

/** How many bytes a key has. */
export const sipKeyBytes = 16;

type State = [bigint, bigint, bigint, bigint];

function rotated(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & mask;
}

function round([a, b, c, d]: State): State {
  const first = (a + b) & mask;
  const second = (c + d) & mask;
  const b1 = rotated(b, 13n) ^ first;
  const d1 = rotated(d, 16n) ^ second;
  const third = (rotated(first, 32n) + d1) & mask;
  const fourth = (second + b1) & mask;
  return [third, rotated(b1, 17n) ^ fourth, rotated(fourth, 32n), rotated(d1, 21n) ^ third];
}

function absorb(state: State, word: bigint): State {
  const [a, b, c, d] = round(round([state[0], state[1], state[2], state[3] ^ word]));
  return [a ^ word, b, c, d];
}

/** The hash by a key of 16 bytes. */
export function sipHash(key: Uint8Array): (bytes: Uint8Array) => bigint {
  const words = new DataView(key.buffer, key.byteOffset, sipKeyBytes);
  const [k0, k1] = [words.getBigUint64(0, true), words.getBigUint64(wordBytes, true)];
  return (bytes) => {
    const padded = new Uint8Array((Math.floor(bytes.length / wordBytes) + 1) * wordBytes);
    padded.set(bytes);
    padded[padded.length - 1] = bytes.length & 0xff;
    const view = new DataView(padded.buffer);
    let state: State = [
      k0 ^ 0x736f6d6570736575n,
      k1 ^ 0x646f72616e646f6dn,
      k0 ^ 0x6c7967656e657261n,
      k1 ^ 0x7465646279746573n,
    ];
    for (let at = 0; at < padded.length; at += wordBytes) state = absorb(state, view.getBigUint64(at, true));
    state = [state[0], state[1], state[2] ^ 0xffn, state[3]];
    const [a, b, c, d] = round(round(round(round(state))));
    return a ^ b ^ c ^ d;
  };
}
