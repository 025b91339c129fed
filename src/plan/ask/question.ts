// A question about a plan as people write it: paths as they are spelled, one operation each.
import { NonoError } from '../../errors.ts';
import type { AbsolutePath, Host } from '../host.ts';
import { isFaithful, toAbsolute } from '../path.ts';
import type { FileOperation, NameOperation, Request } from './request.ts';

/**
 * One question: about a file, a rename or a link, a Unix socket, a network address or a command.
 *
 * @example
 * ```ts
 * import { buildPlan, type Question } from 'nono';
 *
 * const questions: Question[] = [{ op: 'connect', host: '127.0.0.1', port: 80 }, { op: 'execute', command: 'rm' }];
 * const plan = buildPlan({ netBlock: true });
 * console.log(questions.map((each) => plan.ask(each).reason).join()); // network_blocked,command_blocked
 * ```
 */
export type Question =
  | { readonly op: FileOperation; readonly path: string }
  | { readonly op: NameOperation; readonly path: string; readonly to: string }
  | { readonly op: 'connect' | 'bind'; readonly path: string }
  /** Without a port: any. */
  | { readonly op: 'connect' | 'bind'; readonly host: string; readonly port?: number | undefined }
  | { readonly op: 'execute'; readonly command: string };

function absolute(text: string, host: Host): AbsolutePath {
  const found = isFaithful(text) && text !== '' ? toAbsolute(text, host) : null;
  if (found !== null) return found;
  throw new NonoError([
    {
      code: 'usage/flag-value',
      message: `"${text}" is not a path that can be looked up`,
      remedy: 'name it by its absolute path',
    },
  ]);
}

/**
 * The request that a question means on this machine.
 *
 * @throws {NonoError} `usage/flag-value`: its path cannot be looked up
 */
export function requestOf(question: Question, host: Host): Request {
  if ('command' in question) return { kind: 'command', name: question.command };
  if ('host' in question)
    return { kind: 'network', op: question.op, host: question.host, port: question.port ?? null };
  const at = absolute(question.path, host);
  switch (question.op) {
    case 'rename':
    case 'link':
      return { kind: question.op, path: at, to: absolute((question as { to: string }).to, host) };
    case 'connect':
    case 'bind':
      return { kind: 'socket', op: question.op, path: at };
    default:
      return { kind: 'file', op: question.op, path: at };
  }
}
