// Standard input, line by line, as it comes.
import { readSync } from 'node:fs';
import { NonoError } from '../errors.ts';

const standardInput = 0;
const chunkBytes = 2 ** 16;
const newline = 10;
const retryMs = 5;

/** Numbers begin with 1. */
export type Line = { readonly text: string; readonly number: number };

function unreadable(code = ''): NonoError {
  const message = `standard input cannot be read (${code})`;
  return new NonoError([{ code: 'usage/flag-value', message, remedy: 'nono why --batch < questions.jsonl' }]);
}

/** An empty part is the end. */
function readChunk(): Buffer {
  const chunk = Buffer.alloc(chunkBytes);
  for (;;) {
    try {
      return chunk.subarray(0, readSync(standardInput, chunk));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') throw unreadable(code);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  }
}

/** Whole lines, as many as one read brought; the last one may lack its end. */
export function* linesOfInput(): Generator<readonly Line[]> {
  let parts: Buffer[] = [];
  let number = 0;
  const split = (text: string): Line[] =>
    text.split('\n').map((each) => {
      number += 1;
      return { text: each, number };
    });
  for (let chunk = readChunk(); chunk.length > 0; chunk = readChunk()) {
    // Cut at a byte, so that no letter is torn.
    const end = chunk.lastIndexOf(newline);
    if (end < 0) parts.push(chunk);
    else {
      yield split(Buffer.concat([...parts, chunk.subarray(0, end)]).toString('utf8'));
      parts = [chunk.subarray(end + 1)];
    }
  }
  const rest = Buffer.concat(parts).toString('utf8');
  if (rest !== '') yield split(rest);
}
