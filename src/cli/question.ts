// A question about a plan: from the words of a command line, or from a line of JSON.
import { z } from 'zod';
import { type Issue, NonoError } from '../errors.ts';
import type { Question } from '../plan/ask/question.ts';
import { fileOperations, nameOperations } from '../plan/ask/request.ts';
import { largestPort } from '../policy/quantity.ts';

export const operations = [...fileOperations, ...nameOperations, 'connect', 'bind'] as const;
export type Operation = (typeof operations)[number];

const path = z.string().min(1);
const port = z.int().min(1).max(largestPort);

/** One question, as it stands in a line of `why --batch`. */
const questionSchema = z.union([
  z.strictObject({ op: z.enum(fileOperations), path }),
  z.strictObject({ op: z.enum(nameOperations), path, to: path }),
  z.strictObject({ op: z.enum(['connect', 'bind']), path }),
  z.strictObject({ op: z.enum(['connect', 'bind']), host: z.string().min(1), port: port.optional() }),
  z.strictObject({ op: z.literal('execute'), command: z.string().min(1) }),
]);

/** The flags of `nono why` that say what is asked. */
export type QuestionFlags = {
  readonly path?: string;
  readonly op?: string;
  readonly to?: string;
  readonly host?: string;
  readonly port?: number;
  readonly command?: string;
};

function usage(message: string, remedy: string): Issue {
  return { code: 'usage/flag-value', message, remedy };
}

const example = `{"op":"read","path":"a"}`;

function check(value: unknown, remedy: string): Question {
  const checked = questionSchema.safeParse(value);
  if (checked.success) return checked.data;
  throw new NonoError([usage('this is no question that nono why answers', remedy)]);
}

/** What is asked of a subject where nothing else is said. */
function usualOperation(subject: object): Operation {
  if ('command' in subject) return 'execute';
  if ('host' in subject) return 'connect';
  return 'to' in subject ? 'rename' : 'read';
}

function isOperation(op: unknown): boolean {
  return operations.some((each) => each === op);
}

/** @throws {NonoError} `usage/flag-value`: nothing is asked, or more than one thing. */
export function questionFromFlags(flags: QuestionFlags, words: readonly string[]): Question {
  const { op, to, host, port: number, command } = flags;
  const [word = flags.path] = words;
  const subjects = [word, host, command].filter((each) => each !== undefined);
  if (subjects.length !== 1 || words.length > 1 || (words.length > 0 && flags.path !== undefined))
    throw new NonoError([usage('why answers one question: a path, a host or a command', 'nono why ~/.ssh')]);
  if (op !== undefined && !isOperation(op))
    throw new NonoError([usage(`"${op}" is no operation`, `--op with one of ${operations.join(', ')}`)]);
  const remedy = 'nono why --path FILE --op write, --host 127.0.0.1 --port 80, or --command rm';
  if (to === undefined && nameOperations.some((each) => each === op))
    throw new NonoError([usage(`${op} is from one name to another`, `nono why --path a --op ${op} --to b`)]);
  const subject = {
    ...(command === undefined ? {} : { command }),
    ...(host === undefined ? {} : { host }),
    ...(number === undefined ? {} : { port: number }),
    ...(word === undefined ? {} : { path: word }),
    ...(to === undefined ? {} : { to }),
  };
  return check({ op: op ?? usualOperation(subject), ...subject }, remedy);
}

/** Questions come on standard input alone. */
export function refuseQuestionsBeside(flags: QuestionFlags, words: readonly string[]): void {
  const { path: asked, op, to, host, port: number, command } = flags;
  if (words.length === 0 && [asked, op, to, host, number, command].every((each) => each === undefined))
    return;
  throw new NonoError([
    usage('--batch takes its questions from standard input alone', `echo '${example}' | nono why --batch`),
  ]);
}

/** @throws {NonoError} `usage/flag-value` */
export function questionFromLine(line: string): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new NonoError([usage('this is not JSON', example)]);
  }
  const asked = typeof value === 'object' && value !== null ? { op: usualOperation(value), ...value } : value;
  return check(asked, example);
}
