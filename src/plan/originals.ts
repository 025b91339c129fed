// What existed before the run: whether the grants can reach it, and how none of it is lost.
import type { Issue } from '../errors.ts';
import type { Policy } from '../policy/policy.ts';
import { allowsWriting, type Grant, isAskedFor } from './grant.ts';
import { type AbsolutePath, canonicalOf, type Host } from './host.ts';
import { childOf, contains, parentOf } from './path.ts';

export type Originals =
  /** No grant allows writing to what existed before, save devices. */
  | { readonly kind: 'untouched' }
  /** The broker refuses what only destroys, and keeps what is rewritten in the session's store. */
  | {
      readonly kind: 'kept';
      readonly store: AbsolutePath;
      /** What deleting a file from before does: fail, or move it to the store. */
      readonly onDelete: 'refuse' | 'keep';
      /** How much the store may hold, in bytes: of the session, and of one file. */
      readonly mostBytes: number;
      readonly mostBytesAFile: number;
      /**
       * The broker makes everything that is made, and remembers it where that helps: a file system that the grants reach
       * keeps no lasting record of births, so what is new could not be told from what is old, nor looked after at the end.
       */
      readonly remembersBirths: boolean;
    }
  /** No broker here, and the user goes on without: nothing can be removed or cut, but what is rewritten is lost. */
  | { readonly kind: 'withheld' }
  /** The session around this one does, as it was told: for what existed before that one. */
  | { readonly kind: 'around' };

/** Who keeps what is rewritten: this session, the one around it, or nobody here. */
export type Keeper = 'session' | 'around' | 'nobody';

/** One file may take this part of what a run may keep. */
export const filesToALimit = 4;

type Births = 'recorded' | 'remembered' | 'unknown';

// As native/births.c has them. On an overlay, a file of a lower layer is born anew with its first change.
const fileSystems: Readonly<Record<number, { readonly name: string; readonly births: Births }>> = {
  61267: { name: 'ext4', births: 'recorded' },
  1481003842: { name: 'xfs', births: 'recorded' },
  2435016766: { name: 'btrfs', births: 'recorded' },
  16914836: { name: 'tmpfs', births: 'recorded' },
  4076150800: { name: 'f2fs', births: 'recorded' },
  3393526350: { name: 'bcachefs', births: 'recorded' },
  801189825: { name: 'zfs', births: 'recorded' },
  2035054128: { name: 'overlayfs', births: 'remembered' },
  16914839: { name: '9p', births: 'remembered' },
  26985: { name: 'nfs', births: 'remembered' },
};

/** How what is new is told from what existed before, on a file system as `statfs` numbers it. */
export function fileSystemOf(type: number): { readonly name: string; readonly births: Births } {
  return fileSystems[type] ?? { name: `file system 0x${type.toString(16)}`, births: 'unknown' };
}

/** What is not there yet will be on the file system of its nearest directory. */
function standIn(grant: Grant, host: Host): AbsolutePath {
  if (grant.origin === 'session') return parentOf(grant.path);
  const fact = grant.make === undefined ? null : host.inspect(grant.path);
  return fact?.kind === 'missing' ? fact.nearest : grant.path;
}

function needsMemory(grants: readonly Grant[], host: Host): boolean {
  return grants.some((grant) => {
    if (!allowsWriting(grant) || grant.kind === 'device') return false;
    const type = host.fileSystem(standIn(grant, host));
    return type !== null && fileSystemOf(type).births !== 'recorded';
  });
}

function writesToOriginals(grant: Grant): boolean {
  return allowsWriting(grant) && grant.kind !== 'device' && grant.origin !== 'session';
}

/** True where what existed before the run could be written to. */
export function reachesOriginals(grants: readonly Grant[]): boolean {
  return grants.some(writesToOriginals);
}

const noState: Issue = {
  code: 'host/no-state-directory',
  message: 'there is no directory where originals could be kept: no home, and no XDG_STATE_HOME',
  remedy: 'XDG_STATE_HOME=/a/directory nono run …',
};

function exposedStore(store: AbsolutePath, grant: Grant): Issue {
  return {
    code: 'plan/store-exposed',
    message: `"${grant.path}" covers the store of originals "${store}"`,
    origin: grant.origin,
    remedy: 'grant a directory that does not, or XDG_STATE_HOME=/another/directory',
  };
}

/** Where sessions keep originals; null where there is no place for them. */
export function sessionsDirectory(host: Host): AbsolutePath | null {
  if (host.state === null) return null;
  return childOf(canonicalOf(host.state, host), 'nono/sessions');
}

/**
 * How what existed before survives a run with these grants, or the issue that stops it.
 *
 */
export function planOriginals(
  policy: Policy,
  host: Host,
  keeper: Keeper,
  grants: readonly Grant[],
): Originals | Issue {
  if (!reachesOriginals(grants)) return { kind: 'untouched' };
  if (keeper === 'nobody') return { kind: 'withheld' };
  if (keeper === 'around') return { kind: 'around' };
  if (host.state === null) return noState;
  const store = childOf(sessionsDirectory(host) as AbsolutePath, host.session.id);
  const cover = grants.find((grant) => contains(grant.path, store) && !isAskedFor(grant));
  if (cover !== undefined) return exposedStore(store, cover);
  const { onDelete, mostBytes } = policy.originals;
  return {
    kind: 'kept',
    store,
    onDelete,
    mostBytes,
    mostBytesAFile: Math.floor(mostBytes / filesToALimit),
    remembersBirths: needsMemory(grants, host),
  };
}
