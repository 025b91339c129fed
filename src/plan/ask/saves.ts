// Saves of files that are granted by themselves: what may be made beside one, and take its place.
import type { Grant } from '../grant.ts';
import type { AbsolutePath } from '../host.ts';
import { parentOf } from '../path.ts';
import { savedBeside } from '../saves.ts';
import type { Prepared } from './askable.ts';
import type { Right } from './reach.ts';

/** The granted file for whose sake these rights are given at a path, be it the file's own or one beside it. */
export function savedFor({ saved }: Prepared, path: AbsolutePath, rights: readonly Right[]): Grant | null {
  const grant = savedBeside(saved, path);
  if (grant === null) return null;
  return rights.every((right) => grant.access === 'readwrite' || grant.access === right) ? grant : null;
}

/** Made by the session beside a granted file. */
export function isSibling({ saved, isNew }: Prepared, path: AbsolutePath): boolean {
  const grant = savedBeside(saved, path);
  return grant !== null && grant.path !== path && isNew(path);
}

/** What the session made beside a file takes its place, or another name of the kind that is free. */
export function isSave(prepared: Prepared, from: AbsolutePath, to: AbsolutePath): boolean {
  const { saved, host } = prepared;
  if (!isSibling(prepared, from) || parentOf(from) !== parentOf(to)) return false;
  const target = savedBeside(saved, to);
  if (target === null) return false;
  return target.path === to || host.status(to) === null || isSibling(prepared, to);
}
