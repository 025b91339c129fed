// What a profile would have to say for denied requests to be allowed: as little as that takes, and nothing that is secret.
import { grantFlags } from '../policy/from-flags.ts';
import type { Access } from '../policy/policy.ts';
import { directoryKeys } from '../policy/profile.ts';
import type { Request } from './ask/request.ts';
import { type Flag, isTooWide } from './ask/suggest.ts';
import type { Verdict } from './ask/verdict.ts';
import type { AbsolutePath, Host } from './host.ts';
import { contains, nameOf, parentOf } from './path.ts';
import { protect } from './sensitive.ts';
import { spellForProfile } from './spell.ts';

/** One rule that would be added, by its key. */
export type Addition =
  | { readonly key: 'filesystem.allow' | 'filesystem.read' | 'filesystem.write'; readonly value: string }
  | { readonly key: 'filesystem.files'; readonly value: { readonly path: string; readonly access: Access } }
  | { readonly key: 'network.ports' | 'network.listen'; readonly value: number }
  | { readonly key: 'commands.allow'; readonly value: string }
  | { readonly key: 'on_delete'; readonly value: 'keep' };

export type DeniedOnce = { readonly request: Request; readonly verdict: Verdict };

/** What nothing is proposed for, and why: somebody has to decide that. */
export type LeftOut = DeniedOnce & { readonly why: string };

export type Proposal = { readonly additions: readonly Addition[]; readonly left: readonly LeftOut[] };

type Wanted = { readonly kind: 'directory' | 'file'; readonly access: Access };

const secretName =
  /^\.(env|netrc|npmrc|pypirc|pgpass|git-credentials)|^id_[a-z0-9]+$|\.(pem|key|p12|pfx|kdbx|keystore|jks)$|secret|credential|password|passwd|token|private[-_.]?key/i;

function pathsOf(request: Request): readonly AbsolutePath[] {
  if (!('path' in request)) return [];
  return 'to' in request ? [request.path, request.to] : [request.path];
}

const byHand: Partial<Record<Flag['name'], string>> = {
  '--bypass-protection': 'sensitive: never proposed',
  '--allow-unix-socket': 'it leads to a program that is not confined',
  '--allow-unix-socket-bind': 'what is made there, others connect to',
  '--keep-limit': 'no profile sets this limit',
};

/** null: it may be proposed. */
function whyLeftOut({ request, verdict }: DeniedOnce): string | null {
  const { reason, suggestion } = verdict;
  if (reason === 'sensitive_path') return 'sensitive: never proposed';
  if (reason === 'denied_path') return 'it was denied on purpose';
  if (pathsOf(request).some((path) => secretName.test(nameOf(path)))) return 'its name is one of secrets';
  if (suggestion === null) return 'nothing short of too much would allow it';
  return suggestion.map(({ name }) => byHand[name]).find((why) => why !== undefined) ?? null;
}

const grants = new Map(Object.values(grantFlags).map(({ flag, access, kind }) => [flag, { access, kind }]));

function both(one: Access | undefined, other: Access): Access {
  return one === undefined || one === other ? other : 'readwrite';
}

/** What each path is wanted for; several wishes for one path add up. */
function wantedOf(flags: readonly Flag[]): Map<AbsolutePath, Wanted> {
  const wanted = new Map<AbsolutePath, Wanted>();
  for (const { name, value } of flags) {
    const grant = grants.get(name);
    if (grant === undefined) continue;
    const path = value as AbsolutePath;
    wanted.set(path, { kind: grant.kind, access: both(wanted.get(path)?.access, grant.access) });
  }
  return wanted;
}

const filesToADirectory = 8;

/** Many files of one directory that are only read are that directory, unless something secret lies below it. */
function widened(wanted: Map<AbsolutePath, Wanted>, host: Host): Map<AbsolutePath, Wanted> {
  const read = [...wanted].filter(([, { kind, access }]) => kind === 'file' && access === 'read');
  const parents = read.map(([path]) => parentOf(path));
  const protection = protect(host, []);
  const whole = [...new Set(parents)].filter(
    (parent) =>
      parents.filter((each) => each === parent).length >= filesToADirectory &&
      !isTooWide(parent, host) &&
      protection.exposedBy(parent).length === 0 &&
      !host.list(parent).some(({ name }) => secretName.test(name)),
  );
  const wider = new Map(wanted);
  for (const path of whole)
    wider.set(path, { kind: 'directory', access: both(wanted.get(path)?.access, 'read') });
  return wider;
}

function covers(outer: Access, inner: Access): boolean {
  return outer === 'readwrite' || outer === inner;
}

/** Less what a directory that is wanted as well brings along. */
function smallest(wanted: Map<AbsolutePath, Wanted>): [AbsolutePath, Wanted][] {
  const directories = [...wanted].filter(([, { kind }]) => kind === 'directory');
  return [...wanted].filter(
    ([path, { access }]) =>
      !directories.some(
        ([outer, around]) => outer !== path && contains(outer, path) && covers(around.access, access),
      ),
  );
}

function grantAddition({ kind, access }: Wanted, spelled: string): Addition {
  if (kind === 'file') return { key: 'filesystem.files', value: { path: spelled, access } };
  return { key: directoryKeys[access], value: spelled };
}

const others: Partial<Record<Flag['name'], (value: string) => Addition>> = {
  '--allow-port': (value) => ({ key: 'network.ports', value: Number(value) }),
  '--listen-port': (value) => ({ key: 'network.listen', value: Number(value) }),
  '--allow-command': (value) => ({ key: 'commands.allow', value }),
  '--on-delete': () => ({ key: 'on_delete', value: 'keep' }),
};

function distinct(additions: readonly Addition[]): Addition[] {
  return [...new Map(additions.map((each) => [JSON.stringify(each), each])).values()];
}

/**
 * The smallest profile for what was denied.
 *
 * @param workdir what `$WORKDIR` stands for
 */
export function propose(denied: readonly DeniedOnce[], host: Host, workdir: AbsolutePath | null): Proposal {
  const spell = (path: AbsolutePath) => spellForProfile(path, host.home, workdir);
  const left: LeftOut[] = [];
  const flags: Flag[] = [];
  for (const each of denied) {
    const asked = each.verdict.suggestion ?? [];
    const isSpelled = asked.every(
      ({ name, value }) => !grants.has(name) || spell(value as AbsolutePath) !== null,
    );
    const why = whyLeftOut(each) ?? (isSpelled ? null : 'no profile can spell its name');
    if (why === null) flags.push(...asked);
    else left.push({ ...each, why });
  }
  const granted = smallest(widened(wantedOf(flags), host)).flatMap((each): Addition[] => {
    const spelled = spell(each[0]);
    return spelled === null ? [] : [grantAddition(each[1], spelled)];
  });
  const rest = flags.flatMap(({ name, value }) => others[name]?.(value) ?? []);
  return { additions: distinct([...granted, ...rest]), left };
}
