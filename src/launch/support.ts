// What the kernel offers, from the launcher's first frame.
import { getSystemErrorName } from 'node:util';
import { NonoError } from '../errors.ts';
import type { Support } from '../plan/host.ts';
import type { Frame } from './frames.ts';

const seccompBits = { filter: 1, kill: 2, notify: 4 } as const;
const sessionBits = { present: 8, reads: 16, creations: 32 } as const;

export function mismatch(why: string): NonoError {
  return new NonoError([
    {
      code: 'launch/launcher-mismatch',
      message: `the launcher does not fit: ${why}`,
      remedy: 'npm run build',
    },
  ]);
}

/**
 * @param format the version of the program format that will be spoken
 * @throws {NonoError} `launch/launcher-mismatch` when the launcher is of another version.
 */
export function supportOf(hello: Frame | undefined, format: number): Support {
  if (hello?.kind !== 'hello') throw mismatch('it did not say hello');
  if (hello.format !== format) throw mismatch(`it takes format ${hello.format}, and this is ${format}`);
  const has = (bit: number) => (hello.seccomp & bit) !== 0;
  return {
    // Two names of one number, of which Node takes the other.
    landlock:
      hello.landlock >= 0
        ? { abi: hello.landlock }
        : { errno: getSystemErrorName(hello.landlock).replace('ENOTSUP', 'EOPNOTSUPP') },
    seccomp: {
      filter: has(seccompBits.filter),
      kill: has(seccompBits.kill),
      notify: has(seccompBits.notify),
    },
    around: has(sessionBits.present)
      ? { reads: has(sessionBits.reads), creations: has(sessionBits.creations) }
      : null,
  };
}

/** The bits of the hello that say the same. */
export function seccompBitsOf({ seccomp, around }: Support): number {
  const said = { ...seccomp, ...(around === null ? {} : { ...around, present: true }) };
  return Object.entries({ ...seccompBits, ...sessionBits }).reduce(
    (bits, [name, bit]) => bits | (said[name as keyof typeof said] ? bit : 0),
    0,
  );
}
