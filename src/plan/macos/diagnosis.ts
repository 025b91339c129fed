// All that a Mac can hold of what any run may be promised, and what around nono decides it.
import type { Findings, Held } from '../diagnosis.ts';
import { anyLimits } from '../diagnosis.ts';
import type { AbsolutePath, Host, SeatbeltSupport } from '../host.ts';
import { planLimits } from '../limits.ts';
import type { Surrounding } from '../surroundings.ts';
import { decideSeatbeltLimits, everySeatbeltGuarantee } from './guarantees.ts';

type Look = (host: Host, support: SeatbeltSupport) => Omit<Surrounding, 'id'> | null;

const versionFile: AbsolutePath = '/System/Library/CoreServices/SystemVersion.plist';

function versionOf(host: Host, key: string): string {
  const text = host.text(versionFile) ?? '';
  return new RegExp(`<key>${key}</key>\\s*<string>([^<]*)</string>`).exec(text)?.[1] ?? '';
}

const system: Look = (host) => {
  const [version, build] = [versionOf(host, 'ProductVersion'), versionOf(host, 'ProductBuildVersion')];
  const words = [version, build === '' ? '' : `(${build})`].filter((word) => word !== '');
  return { text: `${['macOS', ...words].join(' ')}, ${host.architecture}` };
};

const tool: Look = (_, { seatbelt }) =>
  seatbelt
    ? { text: '/usr/bin/sandbox-exec' }
    : { text: '/usr/bin/sandbox-exec is not there', remedy: 'macOS as Apple ships it' };

/** A sandboxed process cannot enter another sandbox. */
const nested: Look = ({ environment }) =>
  environment.NONO === '1'
    ? {
        text: 'this is inside a run of nono',
        remedy: 'run commands as they are, since they are confined already; or start nono outside',
      }
    : null;

const user: Look = ({ uid }) => ({ text: uid === 0 ? 'root' : `user ${uid}` });

function volumeOf(host: Host, path: AbsolutePath): string | null {
  const fact = host.inspect(path);
  return host.status('nearest' in fact ? fact.nearest : path)?.inode.split(':')[0] ?? null;
}

/** Clones do not leave their volume. */
const originals: Look = (host) => {
  const { state, workingDirectory } = host;
  if (state === null)
    return {
      text: 'there is no home: no place for originals',
      remedy: 'HOME=/a/directory, or XDG_STATE_HOME=/a/directory',
    };
  if (workingDirectory === null || volumeOf(host, state) === volumeOf(host, workingDirectory)) return null;
  return {
    text: `"${state}" is on another volume than the working directory: what may be written here cannot be cloned there; XDG_STATE_HOME names another place`,
  };
};

const looks: Readonly<Record<string, Look>> = {
  macOS: system,
  Seatbelt: tool,
  nono: nested,
  user,
  originals,
};

export function diagnoseMac(host: Host, support: SeatbeltSupport): Findings {
  const limits = decideSeatbeltLimits(planLimits(anyLimits, host));
  const guarantees: Held = { ...everySeatbeltGuarantee(support), limits };
  const surroundings = Object.entries(looks).flatMap(([id, look]) => {
    const found = look(host, support);
    return found === null ? [] : [{ id, ...found }];
  });
  const isStopped = !support.seatbelt || surroundings.some(({ remedy }) => remedy !== undefined);
  return { surroundings, guarantees, isStopped };
}
