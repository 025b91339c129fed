// Where the session's control group can be made: beside nono's own, or below it, as far as the user may.
import type { AbsolutePath, Host } from './host.ts';
import { childOf, contains, isAbsolute, parentOf } from './path.ts';

/** What a control group can hold. CPU time is counted without any controller. */
export type Controller = 'memory' | 'pids';

export type CgroupPlace =
  | {
      /** Where the file system of control groups is mounted. */
      readonly mount: AbsolutePath;
      /** The group that the session's would be made in. */
      readonly parent: AbsolutePath;
      readonly controllers: readonly Controller[];
    }
  | { readonly none: string };

type Mount = { readonly root: string; readonly at: AbsolutePath };

/** The mount of version 2, from `/proc/self/mountinfo`. */
function mountIn(text: string): Mount | null {
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', at = ''] = before.split(' ');
    if (after.startsWith('cgroup2 ') && isAbsolute(at) && !at.includes('\\')) return { root, at };
  }
  return null;
}

/** nono's own group as a path below the mount; null where the mount does not show it. */
function ownGroup(text: string, { root, at }: Mount): AbsolutePath | null {
  const path = /^0::(\/.*)$/m.exec(text)?.[1];
  if (path === undefined || path.split('/').includes('..')) return null;
  const below =
    root === '/' ? path : path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : null;
  return below === null ? null : below === '' || below === '/' ? at : (`${at}${below}` as AbsolutePath);
}

function controllersOf(group: AbsolutePath, host: Host): Controller[] {
  const enabled = (host.text(childOf(group, 'cgroup.subtree_control')) ?? '').trim().split(/\s+/);
  return (['memory', 'pids'] as const).filter((controller) => enabled.includes(controller));
}

/** Making a group in it, and moving a process from nono's own into that. */
function isDelegated(group: AbsolutePath, host: Host): boolean {
  return host.writable(group) && host.writable(childOf(group, 'cgroup.procs'));
}

/** The place with most of what is wanted, nearest the own group. */
export function cgroupPlace(host: Host, wanted: readonly Controller[]): CgroupPlace {
  const mount = mountIn(host.text('/proc/self/mountinfo') ?? '');
  if (mount === null) return { none: 'no control groups of version 2 are mounted' };
  const own = ownGroup(host.text('/proc/self/cgroup') ?? '', mount);
  if (own === null) return { none: 'the control group of this process is not visible' };
  const around = own === mount.at || !contains(mount.at, own) ? [] : [parentOf(own)];
  const places = [...around, own]
    .filter((group) => isDelegated(group, host))
    .map((parent) => ({ mount: mount.at, parent, controllers: controllersOf(parent, host) }));
  const held = ({ controllers }: { controllers: readonly Controller[] }) =>
    wanted.filter((each) => controllers.includes(each)).length;
  const [best] = places.toSorted((one, other) => held(other) - held(one));
  return best ?? { none: 'no control group is delegated to this user' };
}
