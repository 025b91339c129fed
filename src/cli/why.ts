// `nono why`: what a run with these flags could do, or what the session that this runs in can.
import { readFileSync } from 'node:fs';
import { machine } from '#machine';
import { platform } from '#platform';
import { type Issue, NonoError } from '../errors.ts';
import { readOwnPlan } from '../launch/own-plan.ts';
import { prepareToAsk } from '../plan/ask/ask.ts';
import type { Askable } from '../plan/ask/askable.ts';
import { requestOf } from '../plan/ask/question.ts';
import type { Request } from '../plan/ask/request.ts';
import type { Verdict } from '../plan/ask/verdict.ts';
import type { Host } from '../plan/host.ts';
import type { PolicyFlags } from '../policy/from-flags.ts';
import { anyCommand } from '../policy/policy.ts';
import { renderVerdict, verdictToJson } from '../term/verdict.ts';
import { printJson, printResult, styleFor } from './output.ts';
import { type ProfileFlags, policyWithProfiles, type Reader } from './profiles.ts';
import { type QuestionFlags, questionFromFlags, questionFromLine } from './question.ts';

export type WhyFlags = PolicyFlags &
  ProfileFlags &
  QuestionFlags & {
    readonly self?: boolean;
    readonly batch?: boolean;
    readonly exitCode?: boolean;
    readonly json?: boolean;
  };

const standardInput = 0;

function planned(flags: WhyFlags, host: Host, reader: Reader): Askable {
  const { policy } = policyWithProfiles(flags, anyCommand, host, reader);
  return platform.planner(host)(policy);
}

const bothPlans: Issue = {
  code: 'usage/flag-value',
  message: '--self asks about the sandbox that this runs in, and takes no flags of a run',
  remedy: 'nono why --self PATH',
};

const ownFlags = ['path', 'op', 'to', 'host', 'port', 'command', 'self', 'batch', 'exitCode', 'json'];

function planToAsk(flags: WhyFlags, host: Host, reader: Reader): Askable | null {
  if (!flags.self) return planned(flags, host, reader);
  if (Object.keys(flags).some((name) => !ownFlags.includes(name))) throw new NonoError([bothPlans]);
  return readOwnPlan(host.environment);
}

const notSandboxed = 'not_sandboxed';

function answerBatch(ask: ((request: Request) => Verdict) | null, host: Host): void {
  const lines = readFileSync(standardInput, 'utf8').split('\n');
  const answers = lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const request = requestOf(questionFromLine(line, index + 1), host);
    return [
      JSON.stringify(
        ask === null ? { version: 1, status: notSandboxed } : verdictToJson(request, ask(request), host.home),
      ),
    ];
  });
  if (answers.length > 0) printResult(answers.join('\n'));
}

/**
 * Answers one question, or each line of standard input.
 *
 * @returns the exit code: 0, or with `--exit-code` 1 for what is denied
 * @throws {NonoError} where the question or the flags cannot be understood
 */
export function why(words: readonly string[], flags: WhyFlags, reader: Reader): number {
  const host = machine.host();
  const plan = planToAsk(flags, host, reader);
  const ask = plan === null ? null : prepareToAsk(plan, host);
  if (flags.batch) {
    answerBatch(ask, host);
    return 0;
  }
  const request = requestOf(questionFromFlags(flags, words), host);
  if (ask === null) {
    if (flags.json) printJson({ version: 1, status: notSandboxed });
    else printResult('Status: not in a sandbox of nono');
    return 0;
  }
  const verdict = ask(request);
  if (flags.json) printJson(verdictToJson(request, verdict, host.home));
  else printResult(renderVerdict(request, verdict, host.home, styleFor(1)));
  return flags.exitCode && verdict.status === 'denied' ? 1 : 0;
}
