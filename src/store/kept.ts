// What the journal says of an original as it is now: everything that putting it back takes, but for a file's content.
import { type BigIntStats, readlinkSync } from 'node:fs';
import type { BytePath, Kept } from './journal.ts';

/**
 * @param path what it is called
 * @param file where it is looked at, which may be called otherwise
 * @param object which object of the store holds a file's content
 */
export function keptOf(
  path: BytePath,
  file: Buffer,
  status: BigIntStats,
  object: bigint,
  reason: Kept['reason'],
): Kept {
  return {
    kind: 'kept',
    reason,
    held: status.isFile() ? 'copy' : 'record',
    object,
    mode: Number(status.mode),
    uid: Number(status.uid),
    gid: Number(status.gid),
    size: status.size,
    device: status.dev,
    inode: status.ino,
    accessed: status.atimeNs,
    modified: status.mtimeNs,
    path,
    target: status.isSymbolicLink() ? readlinkSync(file, 'latin1') : '',
  };
}
