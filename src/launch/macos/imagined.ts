// A Mac for `--platform macos` on another system: this machine's disk with what every Mac has on top of it.
import type { AbsolutePath, Host, PathFact } from '../../plan/host.ts';
import { childOf, contains, nameOf, parentOf } from '../../plan/path.ts';
import { macosLists, macSystemList } from '../../policy/macos-lists.ts';

const linked = /^\/(?=(?:etc|tmp|var)(?:\/|$))/;
const permissions = { directory: 0o755, file: 0o644, device: 0o666 } as const;

/** What the list of the system names, and the directories around it. */
const known: ReadonlyMap<AbsolutePath, PathFact> = (() => {
  const facts = new Map<AbsolutePath, PathFact>();
  for (const { path, kind } of macSystemList.entries) {
    const canonical = path as AbsolutePath;
    for (let at = parentOf(canonical); at !== '/'; at = parentOf(at))
      facts.set(at, { kind: 'directory', canonical: at, mode: permissions.directory });
    facts.set(canonical, { kind, canonical, mode: permissions[kind] });
  }
  return facts;
})();

// What anyone may read of /private/etc: the real one is not here to be listed.
const etc: readonly string[] = [
  'bashrc',
  'hosts',
  'localtime',
  'passwd',
  'paths',
  'profile',
  'protocols',
  'resolv.conf',
  'services',
  'shells',
  'ssl',
  'zprofile',
  'zshrc',
];

function kindOf(name: string): 'directory' | 'file' {
  return name === 'ssl' ? 'directory' : 'file';
}

function factOfEtc(path: AbsolutePath): PathFact | null {
  const name = nameOf(path);
  if (parentOf(path) !== '/private/etc' || !etc.includes(name)) return null;
  return { kind: kindOf(name), canonical: path, mode: permissions[kindOf(name)] };
}

function renamed(fact: PathFact): PathFact {
  if (!('canonical' in fact)) return fact;
  const canonical = fact.canonical.replace(linked, '/private/') as AbsolutePath;
  return 'nearest' in fact
    ? { ...fact, canonical, nearest: fact.nearest.replace(linked, '/private/') as AbsolutePath }
    : { ...fact, canonical };
}

export function imaginedMac(host: Host): Host {
  const inspect = (asked: AbsolutePath): PathFact => {
    const path = asked.replace(linked, '/private/') as AbsolutePath;
    const own = known.get(path) ?? factOfEtc(path);
    if (own !== null) return own;
    return renamed(host.inspect(path.replace(/^\/private(?=\/(?:tmp|var)\/)/, '') as AbsolutePath));
  };
  return {
    ...host,
    platform: 'darwin',
    architecture: 'arm64',
    lists: macosLists,
    temporary: childOf('/private/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T', nameOf(host.temporary)),
    terminals: [],
    inspect,
    list: (directory, kinds) => {
      if (directory === '/private/etc') return etc.map((name) => ({ name, kind: kindOf(name) }));
      return contains('/private/etc', directory) ? [] : host.list(directory, kinds);
    },
  };
}
