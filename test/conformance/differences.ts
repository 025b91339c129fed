// Where the platforms answer differently, and why: each is a heading of docs/platforms.md.
import type { Request } from '../../src/plan/ask/request.ts';
import type { Plan } from '../../src/plan/plan.ts';

export type Answers = { readonly linux: boolean; readonly macos: boolean };

export type Difference = {
  /** The heading. */
  readonly title: string;
  /** Whether it explains these answers to this request. */
  readonly explains: (request: Request, answers: Answers, plan: Plan) => boolean;
};

function isOp(request: Request, ...operations: readonly string[]): boolean {
  return request.kind === 'file' && operations.includes(request.op);
}

function keeps({ originals }: Plan): boolean {
  return originals.kind === 'kept' && originals.onDelete === 'keep';
}

/** A denied path lies below, in whatever letters. */
function leadsToDeniedPath(path: string, { denies }: Plan): boolean {
  const below = `${path}/`.toLowerCase();
  return denies.rules.some(({ kind, text }) => kind === 'path' && text.toLowerCase().startsWith(below));
}

export const differences: readonly Difference[] = [
  {
    title: 'Making what leads to a denied path',
    explains: (request, { linux, macos }, plan) =>
      'path' in request &&
      (isOp(request, 'create', 'mkdir', 'symlink') || request.kind === 'socket') &&
      linux &&
      !macos &&
      leadsToDeniedPath(request.path, plan),
  },
  {
    title: 'Moving a directory to a name that leads to what a glob denies',
    explains: (request, { linux, macos }, plan) =>
      request.kind === 'rename' && macos && !linux && keeps(plan) && !request.to.startsWith(plan.temporary),
  },
  {
    title: 'Cutting a file',
    explains: (request, { linux, macos }) => isOp(request, 'truncate') && macos && !linux,
  },
  {
    title: 'Listing the root',
    explains: (request, { linux, macos }) =>
      request.kind === 'file' && request.op === 'list' && request.path === '/' && macos && !linux,
  },
  {
    title: 'Further names',
    explains: (request, { linux, macos }) => request.kind === 'link' && linux && !macos,
  },
  {
    title: 'Making directories under protected names',
    explains: (request, { linux, macos }) => isOp(request, 'mkdir') && linux && !macos,
  },
  {
    title: 'Links under names that lead to something denied',
    explains: (request, { linux, macos }) => isOp(request, 'symlink') && macos && !linux,
  },
  {
    title: 'Removing from what may only be written',
    explains: (request, { linux, macos }, plan) =>
      linux &&
      !macos &&
      keeps(plan) &&
      'path' in request &&
      !plan.grants.some(
        ({ path, access, kind }) =>
          kind === 'directory' && access !== 'write' && request.path.startsWith(`${path}/`),
      ),
  },
  {
    title: 'Moving a file',
    explains: (request, { linux, macos }, plan) =>
      request.kind === 'rename' && linux && !macos && !keeps(plan),
  },
  {
    title: 'Moving what is called like what leads to something denied',
    explains: (request, { linux, macos }, plan) =>
      request.kind === 'rename' && linux && !macos && keeps(plan),
  },
  {
    title: 'Moving into the private directory',
    explains: (request, { linux, macos }, plan) =>
      request.kind === 'rename' && macos && !linux && request.to.startsWith(plan.temporary),
  },
  {
    title: 'Deleting what leads to something denied',
    explains: (request, { linux, macos }, plan) => isOp(request, 'delete') && linux && !macos && keeps(plan),
  },
  {
    title: 'Blocked commands under another name',
    explains: (request, { linux, macos }) =>
      (request.kind === 'command' || isOp(request, 'execute')) && macos && !linux,
  },
  {
    title: 'Addresses that stand for loopback',
    explains: (request, { linux, macos }) =>
      request.kind === 'network' && linux && !macos && ['0.0.0.0', '127.0.0.2'].includes(request.host),
  },
];
