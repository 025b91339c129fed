// Denies under the other names of what they deny: a directory that is mounted in two places is the same in both.
import type { Pattern } from './deny.ts';
import { compileName, foldCase, globBelow } from './glob.ts';
import type { Grant } from './grant.ts';
import type { AbsolutePath, Host } from './host.ts';
import { aliasesOf, type Mount, otherNamesOf, parseMounts } from './mounts.ts';
import { contains, namesOf } from './path.ts';

/** What is left of a glob below a directory, in each way that it matches the way there: null where it means all of it. */
function restsOf(glob: AbsolutePath, directory: AbsolutePath): string[] | null {
  const components = namesOf(glob);
  const isMeant = namesOf(foldCase(glob)).map((each) => (each === '**' ? null : compileName(each)));
  const closure = (states: Set<number>) => {
    for (let at = 0; at < components.length; at++)
      if (states.has(at) && isMeant[at] === null) states.add(at + 1);
    return states;
  };
  let states = closure(new Set([0]));
  for (const name of namesOf(foldCase(directory))) {
    if (states.has(components.length)) return null;
    const next = [...states].flatMap((at) => {
      if (isMeant[at] === null) return [at];
      return isMeant[at]?.(name) ? [at + 1] : [];
    });
    states = closure(new Set(next));
  }
  return states.has(components.length) ? null : [...states].map((at) => components.slice(at).join('/'));
}

/** Two names of one directory. */
type Pair = readonly [known: AbsolutePath, other: AbsolutePath];

function pairsOf(mounts: readonly Mount[]): Pair[] {
  const counts = new Map<string, number>();
  for (const { device } of mounts) counts.set(device, (counts.get(device) ?? 0) + 1);
  const shared = mounts.filter(({ device }) => (counts.get(device) ?? 0) > 1); // most are alone, and there may be many
  return shared.flatMap(({ point }) =>
    otherNamesOf(point, shared).flatMap((other): Pair[] => [
      [point, other],
      [other, point],
    ]),
  );
}

function globAliases<D extends Pattern>(deny: D, pairs: readonly Pair[]): D[] {
  return pairs.flatMap(([known, other]): D[] => {
    const rests = restsOf(deny.text, known);
    if (rests === null) return [{ ...deny, kind: 'path', text: other }];
    return rests.map((rest) => ({ ...deny, text: globBelow(other, rest) }));
  });
}

/** The same denies, and those that other mounts of what they mean make necessary within the grants. */
export function withAliases<D extends Pattern>(
  host: Host,
  asked: readonly Grant[],
  rules: readonly D[],
): readonly D[] {
  if (rules.length === 0) return rules;
  const mounts = parseMounts(host.text('/proc/self/mountinfo') ?? '');
  const isReached = (path: AbsolutePath) =>
    asked.some((grant) => contains(grant.path, path) || contains(path, grant.path));
  const pairs = pairsOf(mounts).filter(([, other]) => isReached(other));
  const aliases = rules.flatMap((deny): D[] => {
    if (deny.kind === 'glob') return globAliases(deny, pairs);
    return aliasesOf(deny.text, mounts)
      .filter(isReached)
      .map((text) => ({ ...deny, text }));
  });
  return [...rules, ...aliases];
}
