// What around nono decides what it can hold: kernel, sandboxes that it is in already, security modules, file systems. Each is
// read as this user may read it; what cannot be read is left out, never guessed.
import type { AbsolutePath, Host, Support } from './host.ts';
import { fileSystemOf } from './originals.ts';

/** One thing that was found. */
export type Surrounding = {
  readonly id: string;
  readonly text: string;
  /** Present where it stops runs, and what would help. */
  readonly remedy?: string;
};

type Machine = { readonly host: Host; readonly support: Support };

type Look = (machine: Machine) => Omit<Surrounding, 'id'> | null;

function wordOf(host: Host, file: AbsolutePath): string | null {
  const text = host.text(file)?.replaceAll('\0', '').trim() ?? '';
  return text === '' ? null : text;
}

/** A field of `/proc/self/status`. */
function statusOf(host: Host, field: string): string | null {
  const line = host
    .text('/proc/self/status')
    ?.split('\n')
    .find((each) => each.startsWith(`${field}:`));
  return line?.slice(field.length + 1).trim() ?? null;
}

const landlock: Look = ({ support }) => ({
  text: 'abi' in support.landlock ? `ABI ${support.landlock.abi}` : `none (${support.landlock.errno})`,
});

const seccomp: Look = ({ support: { seccomp: offers } }) => {
  const offered = Object.entries({
    filters: offers.filter,
    'ending a process': offers.kill,
    notifications: offers.notify,
  }).flatMap(([name, has]) => (has ? [name] : []));
  return { text: offered.join(', ') || 'none' };
};

const kernel: Look = ({ host }) => {
  const release = wordOf(host, '/proc/sys/kernel/osrelease');
  return { text: `Linux${release === null ? '' : ` ${release}`}, ${host.architecture}` };
};

const wsl: Look = ({ host }) => {
  const release = wordOf(host, '/proc/sys/kernel/osrelease') ?? '';
  if (!/microsoft/i.test(release)) return null;
  if (/WSL2|microsoft-standard/.test(release))
    return {
      text: 'WSL2: drives of Windows (9p) record no births, so every new file there goes by the broker',
    };
  return { text: 'WSL1: it has no Landlock', remedy: 'wsl --set-version DISTRIBUTION 2' };
};

const containerFiles: readonly (readonly [AbsolutePath, string])[] = [
  ['/.dockerenv', 'Docker'],
  ['/run/.containerenv', 'Podman'],
  ['/run/systemd/container', 'systemd'],
];

/** By the marks that container engines leave; without `/proc/1`, which only root may read. */
function containerOf(host: Host): string | null {
  const marked = containerFiles.find(([file]) => host.inspect(file).kind === 'file');
  if (marked !== undefined) return wordOf(host, '/run/systemd/container') ?? marked[1];
  if (host.environment.KUBERNETES_SERVICE_HOST !== undefined) return 'Kubernetes';
  const named = host.environment.container ?? '';
  if (named !== '') return named;
  const engine = /(docker|lxc|kubepods|containerd|libpod)/.exec(host.text('/proc/1/cgroup') ?? '');
  return engine?.[1] ?? null;
}

const container: Look = ({ host }) => {
  const engine = containerOf(host);
  return engine === null ? null : { text: `${engine}: its own rules decide what is offered here` };
};

const nested: Look = ({ support }) => {
  if (support.around !== null)
    return { text: 'this is inside a run of nono, whose broker judges for the runs in it' };
  if (!support.nested || 'abi' in support.landlock) return null;
  return {
    text: 'this is inside a run of nono that is itself inside one, and there is none further in',
    remedy: 'run commands as they are, since they are confined already; or start nono further out',
  };
};

const filtered = '2';

const otherSandbox: Look = ({ host, support }) => {
  if (support.nested || support.around !== null || statusOf(host, 'Seccomp') !== filtered) return null;
  const count = statusOf(host, 'Seccomp_filters');
  return { text: `a system call filter is in force already${count === null ? '' : ` (${count})`}` };
};

// Those with which a process passes Landlock: dropped from what root keeps inside.
const passing: Readonly<Record<string, bigint>> = {
  DAC_READ_SEARCH: 2n,
  SYS_PTRACE: 19n,
  SYS_ADMIN: 21n,
  PERFMON: 38n,
};

const capabilities: Look = ({ host }) => {
  const effective = statusOf(host, 'CapEff');
  const user = host.uid === 0 ? 'root' : `user ${host.uid}`;
  if (effective === null || !/^[0-9a-f]+$/.test(effective)) return { text: user };
  const set = BigInt(`0x${effective}`);
  const held = Object.entries(passing).flatMap(([name, bit]) => ((set >> bit) & 1n ? [`CAP_${name}`] : []));
  if (held.length === 0)
    return { text: set === 0n ? `${user}, no capabilities` : `${user}, lesser capabilities` };
  return { text: `${user} with ${held.join(', ')}: dropped inside` };
};

const modules: Look = ({ host, support }) => {
  const list = wordOf(host, '/sys/kernel/security/lsm');
  if (list === null) return null;
  if (list.split(',').includes('landlock') || 'abi' in support.landlock) return { text: list };
  return { text: `${list}: landlock is not among them`, remedy: `lsm=landlock,${list} as a boot parameter` };
};

const apparmor: Look = ({ host }) => {
  if (wordOf(host, '/sys/module/apparmor/parameters/enabled') !== 'Y') return null;
  const profile = wordOf(host, '/proc/self/attr/apparmor/current') ?? wordOf(host, '/proc/self/attr/current');
  return { text: `on${profile === null ? '' : `, this process: ${profile}`}` };
};

const selinux: Look = ({ host }) => {
  const enforcing = wordOf(host, '/sys/fs/selinux/enforce');
  if (enforcing === null) return null;
  const label = wordOf(host, '/proc/self/attr/current');
  return { text: `${enforcing === '1' ? 'enforcing' : 'permissive'}${label === null ? '' : `, ${label}`}` };
};

const strictest = 1;

/** The broker reads its callers' memory: they are its children, which 1 allows. */
const tracing: Look = ({ host }) => {
  const scope = wordOf(host, '/proc/sys/kernel/yama/ptrace_scope');
  if (scope === null) return null;
  const text = `kernel.yama.ptrace_scope = ${scope}`;
  if (!(Number(scope) > strictest)) return { text };
  return {
    text: `${text}: the broker may not read the paths that the command names`,
    remedy:
      scope === '3'
        ? '3 lasts until the next boot: set 1 in /etc/sysctl.d'
        : 'sysctl kernel.yama.ptrace_scope=1',
  };
};

const hardLinks: Look = ({ host }) => {
  const protection = wordOf(host, '/proc/sys/fs/protected_hardlinks');
  if (protection !== '1' || host.uid === 0) return null;
  return { text: "fs.protected_hardlinks = 1: originals of others' files are copied, not linked" };
};

const namespaces: Look = ({ host }) => {
  const limits: readonly (readonly [AbsolutePath, string, string])[] = [
    ['/proc/sys/user/max_user_namespaces', '0', 'user.max_user_namespaces = 0'],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0', 'kernel.unprivileged_userns_clone = 0'],
    [
      '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
      '1',
      'kernel.apparmor_restrict_unprivileged_userns = 1',
    ],
  ];
  const closed = limits.filter(([file, value]) => wordOf(host, file) === value).map(([, , name]) => name);
  return closed.length === 0 ? null : { text: `${closed.join(', ')}: nono needs none` };
};

const birthWords = {
  recorded: 'births are recorded',
  remembered: 'births do not last: every new file goes by the broker',
  unknown: 'births are not known: what a run makes there counts as from before',
} as const;

/** The file system that a path is on, or would be. */
function placed(placeOf: (host: Host) => AbsolutePath | null): Look {
  return ({ host }) => {
    const place = placeOf(host);
    const fact = place === null ? null : host.inspect(place);
    const type =
      place === null || fact === null ? null : host.fileSystem('nearest' in fact ? fact.nearest : place);
    if (type === null) return null;
    const { name, births } = fileSystemOf(type);
    return { text: `${name}: ${birthWords[births]}` };
  };
}

const home: Look = ({ host }) =>
  host.state === null
    ? {
        text: 'there is no home: no place for originals',
        remedy: 'HOME=/a/directory, or XDG_STATE_HOME=/a/directory',
      }
    : null;

const looks: Readonly<Record<string, Look>> = {
  kernel,
  Landlock: landlock,
  seccomp,
  WSL: wsl,
  container,
  nono: nested,
  sandbox: otherSandbox,
  user: capabilities,
  'security modules': modules,
  AppArmor: apparmor,
  SELinux: selinux,
  tracing,
  'hard links': hardLinks,
  'user namespaces': namespaces,
  'working directory': placed(({ workingDirectory }) => workingDirectory),
  'temporary files': placed(({ temporary }) => temporary),
  originals: placed(({ state }) => state),
  home,
};

/** All that was found, in the order of the table. */
export function lookAround(host: Host, support: Support): Surrounding[] {
  return Object.entries(looks).flatMap(([id, look]) => {
    const found = look({ host, support });
    return found === null ? [] : [{ id, ...found }];
  });
}
