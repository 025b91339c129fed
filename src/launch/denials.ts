// What the broker refused, put to the plan: which rule it was, and what would change it.
import { accessSync, constants, statSync } from 'node:fs';
import { prepareToAsk } from '../plan/ask/ask.ts';
import type { FileOperation, Request } from '../plan/ask/request.ts';
import type { Verdict } from '../plan/ask/verdict.ts';
import type { AbsolutePath, Host } from '../plan/host.ts';
import type { OwnPlan } from '../plan/own-plan.ts';
import { isAbsolute, parentOf } from '../plan/path.ts';
import type { DeniedFrame } from './frames.ts';

export type DeniedRequest = {
  readonly request: Request;
  readonly count: number;
  readonly verdict: Verdict;
};

export type Denials = {
  readonly denied: readonly DeniedRequest[];
  /** How many more there were than the broker had room for. */
  readonly unlisted: number;
};

/** The request behind a frame; null for text that names nothing. */
function requestOf({ operation, first, second }: DeniedFrame): Request | null {
  const port = /^\d{1,5}$/.test(second) ? Number(second) : null;
  switch (operation) {
    case 'unlisted':
      return null;
    case 'socket':
      return { kind: 'network', op: 'connect', host: 'any host', port: null };
    case 'rename':
    case 'link':
      return isAbsolute(first) && isAbsolute(second) ? { kind: operation, path: first, to: second } : null;
    case 'connect':
    case 'bind':
      if (isAbsolute(first)) return { kind: 'socket', op: operation, path: first };
      return first === '' ? null : { kind: 'network', op: operation, host: first, port };
    default:
      return isAbsolute(first) ? { kind: 'file', op: operation, path: first } : null;
  }
}

function may(path: AbsolutePath, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false; // the answer, not a failure
  }
}

function owns(path: AbsolutePath): boolean {
  const user = process.geteuid?.() ?? 0;
  try {
    return user === 0 || statSync(path).uid === user;
  } catch {
    return false; // gone, or where the command lets nobody look any more
  }
}

function mayWrite(path: AbsolutePath): boolean {
  return may(path, constants.F_OK) ? may(path, constants.W_OK) : may(parentOf(path), constants.W_OK);
}

function mayMake(path: AbsolutePath): boolean {
  return may(parentOf(path), constants.W_OK);
}

const worksOutside: Record<FileOperation, (path: AbsolutePath) => boolean> = {
  read: (path) => may(path, constants.R_OK),
  list: (path) => may(path, constants.R_OK),
  execute: (path) => may(path, constants.X_OK),
  write: mayWrite,
  readwrite: mayWrite,
  create: mayWrite,
  truncate: (path) => may(path, constants.W_OK),
  delete: mayMake,
  chmod: owns,
  mkdir: mayMake,
  symlink: mayMake,
};

/** What the file system refuses everywhere is no news: many programs try, and go on without. */
function wouldWorkOutside(request: Request): boolean {
  switch (request.kind) {
    case 'file':
      return worksOutside[request.op](request.path);
    case 'rename':
      return [request.path, request.to].every(mayMake);
    case 'link':
      return mayMake(request.to);
    case 'socket':
      return request.op === 'bind' || may(request.path, constants.W_OK);
    default:
      return true;
  }
}

/** Programs copy what they may read and not link, as git does; pnpm tries every directory above, of which none should be granted. */
function isCopiedInstead({ kind }: Request, { reason, suggestion }: Verdict): boolean {
  const isTooWide = reason === 'path_not_granted' && suggestion === null;
  return kind === 'link' && (reason === 'insufficient_access' || isTooWide);
}

/** The refusals that the plan explains; what only looked like one is left out. */
export function explainDenials(frames: readonly DeniedFrame[], plan: OwnPlan, host: Host): Denials {
  const ask = prepareToAsk(plan, host);
  const denied = frames.flatMap((frame): DeniedRequest[] => {
    const request = requestOf(frame);
    if (request === null || !wouldWorkOutside(request)) return [];
    const verdict = ask(request);
    const isNews = verdict.status === 'denied' && !isCopiedInstead(request, verdict);
    return isNews ? [{ request, count: frame.count, verdict }] : [];
  });
  const unlisted = frames.find(({ operation }) => operation === 'unlisted')?.count ?? 0;
  return { denied, unlisted };
}
