// Where nono's own words go: standard error, never through a stream that would make the command's descriptors
// non-blocking; results go to standard output.
import { readSync, writeSync } from 'node:fs';
import { machine } from '#machine';
import { exitCodes, isNonoError, NonoError } from '../errors.ts';
import { escapeText } from '../term/escape.ts';
import { renderIssues } from '../term/issues.ts';
import { coloured, plain, type Style } from '../term/style.ts';

const retryMs = 5;
const losesResults = ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO'];

function unwritable(code: string | undefined): NonoError {
  return new NonoError([
    {
      code: 'output/unwritable',
      message: `standard output cannot be written (${code})`,
      remedy: 'df . where it leads to, and make room',
    },
  ]);
}

/**
 * Writes all of it, waiting where the reader is slow; a reader that has gone is no failure.
 *
 * @throws {NonoError} `output/unwritable`: a result would be lost, and nobody would know
 */
function writeAll(descriptor: 1 | 2, text: string): void {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (descriptor === 1 && code !== undefined && losesResults.includes(code)) throw unwritable(code);
      if (code !== 'EAGAIN') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs);
    }
  }
}

/** What commander prints; its own way goes through a stream, which fails when the reader has gone. */
export const ownOutput = { writeOut: (text: string) => writeAll(1, text), writeErr: () => {} };

export function printResult(text: string): void {
  writeAll(1, `${text}\n`);
}

/** For programs. */
export function printJson(value: object): void {
  printResult(JSON.stringify(value, null, 2));
}

export function say(text: string): void {
  writeAll(2, `${text}\n`);
}

export const isTerminal = machine.isTerminal;

/** Asks on the terminal; anything but yes is no. */
export function confirmed(question: string): boolean {
  process.stderr.write(`${question} [y/N] `);
  const answer = Buffer.alloc(64);
  return /^y(es)?\s*$/i.test(answer.toString('utf8', 0, readSync(0, answer)));
}

/** Colour on a terminal only, and never with NO_COLOR. */
export function styleFor(descriptor: 1 | 2): Style {
  const colour = isTerminal(descriptor) && !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return colour ? coloured : plain;
}

/** Prints an error; returns the exit code that it means. What is not ours to explain is thrown on. */
export function reportError(error: unknown, json: boolean): number {
  if (!isNonoError(error)) throw error;
  const { issues, exitCode } = error;
  say(
    json
      ? JSON.stringify({ version: 1, status: 'error', exitCode, issues })
      : renderIssues(issues, styleFor(2)),
  );
  return exitCode;
}

/** An error that nono has no words for is a defect of its own: it stops the run, and says so with its trace. */
export function reportDefect(error: unknown): number {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(
    `nono: a defect in nono stopped the run\n${escapeText(trace).replaceAll('\\n', '\n')}\n  Try: report it with this trace`,
  );
  return exitCodes.notStarted;
}
