// A question about a plan: from the words of a command line, or from a line of JSON.
import { z } from 'zod';
import { type Issue, NonoError } from '../errors.ts';
import type { Question } from '../plan/ask/question.ts';
import { fileOperations, nameOperations } from '../plan/ask/request.ts';
import { largestPort } from '../policy/quantity.ts';

const operations = [...fileOperations, ...nameOperations, 'connect', 'bind'] as const;
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

/** @throws {NonoError} `usage/flag-value`: nothing is asked, or more than one thing. */
export function questionFromFlags(flags: QuestionFlags, words: readonly string[]): Question {
  const { op, to, host, port: number, command } = flags;
  const [word = flags.path] = words;
  const subjects = [word, host, command].filter((each) => each !== undefined);
  if (subjects.length !== 1 || words.length > 1 || (words.length > 0 && flags.path !== undefined))
    throw new NonoError([usage('why answers one question: a path, a host or a command', 'nono why ~/.ssh')]);
  if (op !== undefined && !operations.includes(op as Operation))
    throw new NonoError([usage(`"${op}" is no operation`, `--op with one of ${operations.join(', ')}`)]);
  const remedy = 'nono why --path FILE --op write, --host 127.0.0.1 --port 80, or --command rm';
  if (command !== undefined) return check({ op: op ?? 'execute', command }, remedy);
  if (host !== undefined)
    return check({ op: op ?? 'connect', host, ...(number === undefined ? {} : { port: number }) }, remedy);
  if (to === undefined && nameOperations.some((each) => each === op))
    throw new NonoError([usage(`${op} is from one name to another`, `nono why --path a --op ${op} --to b`)]);
  const target = to === undefined ? {} : { to };
  return check({ op: op ?? (to === undefined ? 'read' : 'rename'), path: word, ...target }, remedy);
}

/** @throws {NonoError} `usage/flag-value`, with the number of the line. */
export function questionFromLine(line: string, number: number): Question {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new NonoError([usage(`line ${number} is not JSON`, example)]);
  }
  const checked = questionSchema.safeParse(value);
  if (checked.success) return checked.data;
  throw new NonoError([usage(`line ${number} is no question that nono why answers`, example)]);
}
