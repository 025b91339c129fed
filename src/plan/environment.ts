// The command's environment: what is passed, what is withheld and why, what nono sets.
import { environmentList } from '../policy/lists.ts';
import { type NameWish, nameOrigin, type Policy, type Variable } from '../policy/policy.ts';
import type { AbsolutePath, Host } from './host.ts';
import { placesOf } from './listed-paths.ts';
import { childOf, isAbsolute, isFaithful } from './path.ts';

export type Withheld = { readonly name: string; readonly reason: string };

export type Environment = {
  /** The whole environment, values included; printed nowhere. */
  readonly variables: readonly Variable[];
  readonly withheld: readonly Withheld[];
  /** Names that were to be passed and are not set. */
  readonly absent: readonly string[];
  /** The names that nono itself set: the private directories and its own mark. */
  readonly set: readonly string[];
};

/** The place in the list is kept: where two fit, the first says why. */
type NamePattern = { readonly place: number; readonly parts: readonly string[]; readonly reason: string };

// By what a name must start with, or else end with, so that a name is held against few.
const patternsByFirst = new Map<string, NamePattern[]>();
const patternsByLast = new Map<string, NamePattern[]>();
const wholeNames = new Map<string, string>();

function shelve(name: string, reason: string, place: number): void {
  const parts = name.toLowerCase().split('*');
  const first = name.startsWith('*') ? '' : name.charAt(0).toLowerCase();
  const last = first === '' ? (parts.at(-1) ?? '').slice(-1) : '';
  const [shelf, key] = first === '' ? [patternsByLast, last] : [patternsByFirst, first];
  shelf.set(key, [...(shelf.get(key) ?? []), { place, parts, reason }]);
}

environmentList.withhold
  .flatMap(({ names, reason }) => names.map((name) => ({ name, reason })))
  .forEach(({ name, reason }, place) => {
    if (name.includes('*')) shelve(name, reason, place);
    else wholeNames.set(name.toLowerCase(), reason);
  });

/** Whether the parts stand in the text in this order, the first at its start and the last at its end. */
function fits(parts: readonly string[], text: string): boolean {
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    at = text.indexOf(part, at);
    if (at < 0) return false;
    at += part.length;
  }
  return at + last.length <= text.length;
}

function matchesName(pattern: string, name: string): boolean {
  return pattern.includes('*') ? fits(pattern.split('*'), name) : pattern === name;
}

// Plain matching on purpose: as regular expressions these 200 patterns would cost 15 ms at every start.
function reasonByName(name: string): string | null {
  const lower = name.toLowerCase();
  const whole = wholeNames.get(lower);
  if (whole !== undefined) return whole;
  let found: NamePattern | null = null;
  for (const shelf of [
    patternsByFirst.get(lower.charAt(0)),
    patternsByLast.get(lower.slice(-1)),
    patternsByLast.get(''),
  ])
    for (const pattern of shelf ?? [])
      if ((found === null || pattern.place < found.place) && fits(pattern.parts, lower)) found = pattern;
  return found?.reason ?? null;
}

const anyValuePattern = new RegExp(environmentList.values.map(({ pattern }) => `(?:${pattern})`).join('|'));

function reasonByValue(value: string): string | null {
  if (!anyValuePattern.test(value)) return null;
  return environmentList.values.find(({ pattern }) => new RegExp(pattern).test(value))?.reason ?? null;
}

function reasonToWithhold(name: string, value: string): string | null {
  if (!isFaithful(name) || !isFaithful(value)) return 'not valid UTF-8, so it would arrive changed';
  return reasonByName(name) ?? reasonByValue(value);
}

/** What a list or a profile says of a name; who passes it on the command line knows better than either. */
function reasonFor(name: string, value: string, { pass, withhold }: Policy['environment']): string | null {
  const passing = pass.filter((each) => each.name === name);
  if (!isFaithful(value)) return reasonToWithhold(name, value);
  if (passing.some(isOnCommandLine)) return null;
  const withheld = withhold.find((each) => matchesName(each.name.toLowerCase(), name.toLowerCase()));
  if (withheld !== undefined) return `withheld by ${nameOrigin(withheld.origin)}`;
  return passing.length > 0 ? null : reasonToWithhold(name, value);
}

function isOnCommandLine({ origin }: NameWish): boolean {
  return origin.startsWith('flag:');
}

/** One rule over names, as it is looked up later: the first that fits decides, and after them the values. */
export type NameRule = {
  readonly passes: boolean;
  /** A name as it is; else in either case, and with `*` for any run of characters. */
  readonly isExact: boolean;
  readonly text: string;
};

/** The order in which `reasonFor` decides, as a table. */
export function nameRules({ pass, withhold }: Policy['environment']): NameRule[] {
  const exact = (wishes: readonly NameWish[]): NameRule[] =>
    wishes.map(({ name }) => ({ passes: true, isExact: true, text: name }));
  const pattern = (text: string): NameRule => ({ passes: false, isExact: false, text: text.toLowerCase() });
  return [
    ...exact(pass.filter(isOnCommandLine)),
    ...withhold.map(({ name }) => pattern(name)),
    ...exact(pass.filter((each) => !isOnCommandLine(each))),
    ...environmentList.withhold.flatMap(({ names }) => names.map(pattern)),
  ];
}

/** What is set for every run, whatever it inherits; `ifSet`: only in the place of another value. */
export type FixedVariable = Variable & { readonly ifSet: boolean };

/** What a plan sets, for an environment that is not known yet. */
export function fixedVariables(
  policy: Policy,
  { variables, set }: Environment,
  temporary: AbsolutePath,
): FixedVariable[] {
  const chosen = new Set(policy.environment.set.map(({ name }) => name));
  const value = (name: string) => variables.find((each) => each.name === name)?.value ?? temporary;
  const named = [...new Set([...set, ...chosen])].filter(
    (name) => chosen.has(name) || !echoes.includes(name),
  );
  return [
    ...named.map((name) => ({ name, value: value(name), ifSet: false })),
    ...echoes.filter((name) => !chosen.has(name)).map((name) => ({ name, value: temporary, ifSet: true })),
  ];
}

// Set where the caller has them, to the same directory as TMPDIR.
const echoes = ['TMP', 'TEMP', 'TEMPDIR'];

/** Caches and their kin move into the private directory unless the plan lets the command write to the usual place. */
function privatePlaces(host: Host, mayWrite: (path: AbsolutePath) => boolean): Variable[] {
  return environmentList.private.flatMap(({ variable, default: usual, name }) => {
    const set = host.environment[variable] ?? '';
    const places = isAbsolute(set) ? [set] : placesOf(usual, host);
    const value = name === '' ? host.temporary : childOf(host.temporary, name);
    return places.some(mayWrite) ? [] : [{ name: variable, value }];
  });
}

function temporaryNames(host: Host): string[] {
  return ['TMPDIR', ...echoes.filter((name) => host.environment[name] !== undefined)];
}

export function planEnvironment(
  policy: Policy,
  host: Host,
  workdir: AbsolutePath | null,
  planFile: AbsolutePath,
  mayWrite: (path: AbsolutePath) => boolean,
): Environment {
  const passed = new Set(policy.environment.pass.map(({ name }) => name));
  const inherited = Object.entries(host.environment).map(([name, value]) => ({
    name,
    value,
    reason: reasonFor(name, value, policy.environment),
  }));
  const own: Variable[] = [
    ...temporaryNames(host).map((name) => ({ name, value: host.temporary })),
    ...privatePlaces(host, mayWrite).filter(({ name }) => !passed.has(name)),
    ...(workdir === null ? [] : [{ name: 'PWD', value: workdir }]),
    { name: 'NONO', value: '1' },
    { name: 'NONO_PLAN', value: planFile },
    ...(policy.guided ? [{ name: 'NONO_GUIDE', value: `${host.temporary}.md` }] : []),
  ];
  const variables = new Map<string, string>();
  for (const { name, value, reason } of inherited) if (reason === null) variables.set(name, value);
  for (const { name, value } of [...own, ...policy.environment.set]) variables.set(name, value);
  return {
    variables: [...variables].map(([name, value]) => ({ name, value })),
    withheld: inherited.flatMap(({ name, reason }) =>
      reason === null || variables.has(name) ? [] : [{ name, reason }],
    ),
    absent: policy.environment.pass
      .filter(isOnCommandLine)
      .map(({ name }) => name)
      .filter((name) => host.environment[name] === undefined),
    set: own.map(({ name }) => name),
  };
}
