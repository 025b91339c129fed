// `nono why`: what a run with these flags could do, or what the session that this runs in can.
import { machine } from '#machine';
import { platform } from '#platform';
import { exitCodes, type Issue, isNonoError, NonoError } from '../errors.ts';
import { planVariable, readOwnPlan } from '../launch/own-plan.ts';
import { prepareToAsk } from '../plan/ask/ask.ts';
import type { Askable } from '../plan/ask/askable.ts';
import { requestOf } from '../plan/ask/question.ts';
import type { Request } from '../plan/ask/request.ts';
import type { Verdict } from '../plan/ask/verdict.ts';
import type { Host } from '../plan/host.ts';
import type { PolicyFlags } from '../policy/from-flags.ts';
import { anyCommand } from '../policy/policy.ts';
import { renderVerdict, verdictToJson } from '../term/verdict.ts';
import { linesOfInput } from './input.ts';
import { printJson, printResult, styleFor } from './output.ts';
import { type ProfileFlags, policyWithProfiles, type Reader } from './profiles.ts';
import {
  type QuestionFlags,
  questionFromFlags,
  questionFromLine,
  refuseQuestionsBeside,
} from './question.ts';

export type WhyFlags = PolicyFlags &
  ProfileFlags &
  QuestionFlags & {
    readonly self?: boolean;
    readonly batch?: boolean;
    readonly exitCode?: boolean;
    readonly json?: boolean;
  };

const insideSession: Issue = {
  code: 'support/guarantee',
  message: 'this is inside a nono session, where no other run can be planned',
  remedy: 'nono why --self PATH, which asks about this session',
};

function planned(flags: WhyFlags, host: Host, reader: Reader): Askable {
  const { policy } = policyWithProfiles(flags, anyCommand, host, reader);
  try {
    return platform.planner(host)(policy);
  } catch (error) {
    const isNested = host.environment[planVariable] !== undefined;
    const isOfMachine = isNonoError(error) && error.issues.every(({ code }) => code === 'support/guarantee');
    throw isNested && isOfMachine ? new NonoError([insideSession]) : error;
  }
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

type Ask = (request: Request) => Verdict;

// So that a file that is no list of questions does not fill the screen.
const mostIssues = 20;

/** One answer a question, in their order, each batch of them as it comes: whoever asks may wait for it. */
function answerBatch(ask: Ask | null, host: Host): 'allowed' | 'denied' {
  const issues: Issue[] = [];
  let denied = false;
  const answerOf = (line: string, number: number): object => {
    try {
      const request = requestOf(questionFromLine(line), host);
      if (ask === null) return { version: 1, status: notSandboxed };
      const verdict = ask(request);
      denied ||= verdict.status === 'denied';
      return verdictToJson(request, verdict, host.home);
    } catch (error) {
      if (!isNonoError(error)) throw error;
      const here = error.issues.map((issue) => ({ ...issue, origin: `line ${number}` }));
      if (issues.length < mostIssues) issues.push(...here);
      return { version: 1, status: 'error', exitCode: exitCodes.usage, issues: here };
    }
  };
  for (const lines of linesOfInput()) {
    const answers = lines
      .filter(({ text }) => text.trim() !== '')
      .map(({ text, number }) => JSON.stringify(answerOf(text, number)));
    if (answers.length > 0) printResult(answers.join('\n'));
  }
  if (issues.length > 0) throw new NonoError(issues);
  return denied ? 'denied' : 'allowed';
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
  const codeOf = (status: Verdict['status']) => (flags.exitCode && status === 'denied' ? 1 : 0);
  if (flags.batch) {
    refuseQuestionsBeside(flags, words);
    return codeOf(answerBatch(ask, host));
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
  return codeOf(verdict.status);
}
