// Which exit code a collection of issues means.
import { describe, expect, it } from 'vitest';
import { exitCodes, type Issue, type IssueCode, NonoError } from '../../src/errors.ts';

const issue = (code: IssueCode): Issue => ({ code, message: `about ${code}`, remedy: 'try' });
const exitCode = (...codes: IssueCode[]) => new NonoError(codes.map(issue)).exitCode;

describe('NonoError', () => {
  it.each<[number, IssueCode[]]>([
    [127, ['command/not-found']],
    [126, ['command/not-executable']],
    [125, ['command/encoding']],
    [125, ['plan/path-missing']],
    [125, ['support/guarantee']],
    [125, ['command/not-found', 'plan/path-missing']],
    [125, ['command/not-executable', 'support/guarantee']],
    [2, ['usage/unknown-flag']],
    [2, ['usage/flag-value', 'command/not-found']],
    [2, ['plan/path-missing', 'usage/flag-value']],
  ])('means %i for %j', (expected, codes) => {
    expect(exitCode(...codes)).toBe(expected);
  });

  it('keeps every issue and names each', () => {
    const error = new NonoError([issue('plan/path-loop'), issue('plan/path-dangling')]);
    expect(error.issues.map(({ code }) => code)).toEqual(['plan/path-loop', 'plan/path-dangling']);
    expect(error.message).toBe(
      'plan/path-loop: about plan/path-loop\nplan/path-dangling: about plan/path-dangling',
    );
    expect(error).toBeInstanceOf(Error);
  });
});

describe('exitCodes', () => {
  it('are those of the documentation', () => {
    expect(exitCodes).toEqual({
      undo: 1,
      unanswered: 1,
      notReady: 1,
      usage: 2,
      notStarted: 125,
      notExecutable: 126,
      notFound: 127,
    });
  });
});
