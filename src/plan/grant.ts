// One grant as it will be enforced, and the way from a fact about a path to it.
import { type Access, isByUser, type Origin } from '../policy/policy.ts';
import type { AbsolutePath, FileKind } from './host.ts';
import { contains } from './path.ts';

/**
 * A path, and what may be done with it and with all below it.
 *
 * @example
 * ```ts
 * import { buildPlan, type Grant } from 'nono';
 *
 * const byUser = ({ origin }: Grant) => origin === 'flag:--read';
 * console.log(buildPlan({ read: ['/usr/share'] }).grants.filter(byUser).map(({ path, access }) => `${path} ${access}`).join());
 * ```
 */
export type Grant = {
  /** Canonical: no component of it is a link. */
  readonly path: AbsolutePath;
  readonly kind: FileKind;
  readonly access: Access;
  /** The flag, profile, list or variable that asked for it. */
  readonly origin: Origin;
  /** Asked for by name: if it is gone when the run starts, the run stops. Other grants are passed over then. */
  readonly required: boolean;
  /** It does not exist yet and is made before the command starts, a file with this content. */
  readonly make?: string;
  /** A program's own state: what is deleted below it is kept for undo, and no socket below it is connected to. */
  readonly isState?: true;
};

export function allowsWriting(grant: Grant): boolean {
  return grant.access !== 'read';
}

/** The user named it; all else is nono's own choice. */
export function isAskedFor(grant: Grant): boolean {
  return isByUser(grant.origin);
}

export function allowsReading(grant: Grant): boolean {
  return grant.access !== 'write';
}

/** Whether a path lies in what some grant calls a program's own state. */
export function isInState(grants: readonly Grant[], path: AbsolutePath): boolean {
  return grants.some((grant) => grant.isState && grant.path !== path && contains(grant.path, path));
}

/** The directories among what is granted. */
export function directoriesOf(grants: readonly Grant[]): AbsolutePath[] {
  return grants.filter(({ kind }) => kind === 'directory').map(({ path }) => path);
}

const unions: Record<Access, Record<Access, Access>> = {
  read: { read: 'read', write: 'readwrite', readwrite: 'readwrite' },
  write: { read: 'readwrite', write: 'write', readwrite: 'readwrite' },
  readwrite: { read: 'readwrite', write: 'readwrite', readwrite: 'readwrite' },
};

/** One grant a path: grants add up; the first that may write gives the origin, else the first of all. */
export function mergeGrants(grants: readonly Grant[]): Grant[] {
  const merged = new Map<AbsolutePath, Grant>();
  for (const grant of grants) {
    const known = merged.get(grant.path);
    if (known === undefined) merged.set(grant.path, grant);
    else
      merged.set(grant.path, {
        ...known,
        access: unions[known.access][grant.access],
        required: known.required || grant.required,
        ...(grant.isState && { isState: true }),
        origin: allowsWriting(known) || !allowsWriting(grant) ? known.origin : grant.origin,
      });
  }
  return [...merged.values()];
}

/** Looks up what a set of grants allows at a path: every grant of the path and of its ancestors counts. */
export function indexGrants(grants: readonly Grant[]): (path: AbsolutePath) => Grant | undefined {
  const byPath = new Map(grants.map((grant) => [grant.path, grant]));
  return (path) => byPath.get(path);
}
