// Started by nono's own process when a step failed after planning: explains the launcher's frames.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getSystemErrorName } from 'node:util';
import { exitCodes, type Issue, NonoError } from '../errors.ts';
import { decodeFrames, type Frame } from '../launch/frames.ts';
import { aftermathOf } from '../store/aftermath.ts';
import { pruneSessions, readSession } from '../store/sessions.ts';
import { renderAftermath, renderOriginals } from '../term/originals.ts';
import { reportError, say, styleFor } from './output.ts';

const channel = 3;

// wrap is for scripts, and promises to say nothing; what was kept can be listed all the same.
function saysOriginals(words: readonly string[]): boolean {
  const own = words.slice(0, words.includes('--') ? words.indexOf('--') : words.length);
  return own[0] !== 'wrap' && !own.includes('--no-diagnostics');
}

function reportOriginals(store: string): void {
  const journal = join(store, 'journal');
  if (!existsSync(journal)) return;
  const session = readSession(store);
  const line = renderOriginals(session.journal);
  if (line !== null) say(styleFor(2)('faint', `nono: ${line}`));
  for (const warning of renderAftermath(aftermathOf(session)))
    say(styleFor(2)('warning', `nono: ${warning}`));
  pruneSessions(dirname(dirname(dirname(store))), Date.now());
}

type Failure = Extract<Frame, { kind: 'failure' }>;

function executeIssue(file: string, errno: string): Issue {
  if (errno === 'ENOENT')
    return {
      code: 'command/not-found',
      message: `"${file}" or the interpreter that its first line names was not found`,
      remedy: 'head -n 1 it, and check that the interpreter exists',
    };
  return {
    code: 'command/not-executable',
    message: `"${file}" cannot be executed (${errno})`,
    remedy: 'file it: it may be built for another machine, or its interpreter may be outside the grants',
  };
}

/** What a failed step means for the user. */
export function failureIssue({ step, detail, errno }: Failure): Issue {
  const name = getSystemErrorName(-errno);
  if (step === 'execute') return executeIssue(detail, name);
  if (step.startsWith('check for'))
    return {
      code: 'launch/failed',
      message: `${detail} is a socket that would lead around the sandbox`,
      remedy: 'hand over a pipe or a file instead, such as < /dev/null',
    };
  const about = detail === '' ? '' : ` "${detail}"`;
  return {
    code: 'launch/failed',
    message: `the launcher could not ${step}${about} (${name})`,
    remedy: 'the same command again; if it stays, nono run --dry-run shows what it was given',
  };
}

/** Prints the failures and what became of originals; returns the exit code that the failures mean. */
export function report(words: readonly string[]): number {
  const input = readFileSync(channel);
  const end = input.indexOf(0);
  const store = input.toString('utf8', 0, end);
  if (store !== '' && saysOriginals(words)) reportOriginals(store);
  const failures = decodeFrames(input.subarray(end + 1)).filter((frame) => frame.kind === 'failure');
  if (failures.length === 0) return exitCodes.notStarted;
  return reportError(new NonoError(failures.map(failureIssue)), words.includes('--json'));
}
