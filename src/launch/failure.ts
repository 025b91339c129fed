// A failed step of the launcher → what it means for the user.
import { getSystemErrorName } from 'node:util';
import type { Issue } from '../errors.ts';
import type { AbsolutePath } from '../plan/host.ts';
import { nameOf } from '../plan/path.ts';
import { quoteForShell } from '../plan/quote.ts';
import type { Frame } from './frames.ts';

type Failure = Extract<Frame, { kind: 'failure' }>;

function executeIssue(file: string, errno: string): Issue {
  const quoted = quoteForShell(file);
  // A run looks before it starts; what comes here was started by a compiled plan.
  if (errno === 'EPERM')
    return {
      code: 'command/blocked',
      message: `"${file}" is blocked`,
      remedy: `nono compile --allow-command ${quoteForShell(nameOf(file as AbsolutePath))} …, and nono exec again`,
    };
  if (errno === 'ENOENT')
    return {
      code: 'command/not-found',
      message: `"${file}" or the interpreter that its first line names was not found`,
      remedy: `head -n 1 ${quoted}, and check that the interpreter exists`,
    };
  return {
    code: 'command/not-executable',
    message: `"${file}" cannot be executed (${errno})`,
    remedy: `file ${quoted}: it may be built for another machine, or its interpreter may be outside the grants`,
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
