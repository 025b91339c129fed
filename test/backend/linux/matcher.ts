// Runs compiled patterns as native/exec-values.c does, and counts what that takes: every step, and every byte that it looks at.
import { compilePatterns } from '../../../src/backend/linux/patterns.ts';

const setBytes = 32;
const stepWords = 4;
const kinds = ['match', 'set', 'split', 'jump', 'boundary', 'start', 'not-behind'] as const;

const isWord = (byte: number | undefined) => byte !== undefined && /\w/.test(String.fromCharCode(byte));

/** A pattern as a matcher of texts: whether it is in one, and how many steps it took to say so. */
export function countingMatcher(pattern: string): (text: string) => { found: boolean; steps: number } {
  const compiled = Buffer.from(compilePatterns([pattern]));
  const setCount = compiled.readUInt32LE(0);
  const sets = compiled.subarray(4, 4 + setCount * setBytes);
  const code = compiled.subarray(4 + setCount * setBytes);
  const words = Array.from({ length: code.length / 4 }, (_, at) => code.readUInt32LE(4 * at));
  const holds = (set: number, byte: number) =>
    (((sets[set * setBytes + (byte >> 3)] as number) >> (byte & 7)) & 1) === 1;

  return (text) => {
    const bytes = Buffer.from(text);
    let steps = 0;
    const match = (first: number, at: number): boolean => {
      for (let pc = first; ; pc++) {
        steps++;
        const [kind = 0, a = 0, b = 0, c = 0] = words.slice(pc * stepWords, (pc + 1) * stepWords);
        switch (kinds[kind]) {
          case 'match':
            return true;
          case 'set': {
            let count = 0;
            while (count < c && at + count < bytes.length && holds(a, bytes[at + count] as number)) count++;
            steps += count;
            for (let taken = count; taken >= b; taken--) if (match(pc + 1, at + taken)) return true;
            return false;
          }
          case 'split':
            if (match(a, at)) return true;
            pc = b - 1;
            break;
          case 'jump':
            pc = a - 1;
            break;
          case 'boundary':
            if (isWord(bytes[at - 1]) === isWord(bytes[at])) return false;
            break;
          case 'start':
            if (at > 0) return false;
            break;
          case 'not-behind':
            if (at > 0 && holds(a, bytes[at - 1] as number)) return false;
        }
      }
    };
    for (let at = 0; at < bytes.length; at++) if (match(0, at)) return { found: true, steps };
    return { found: false, steps };
  };
}
