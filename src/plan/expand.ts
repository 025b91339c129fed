// Paths and values of profiles on this machine: `~` and variables, read by a parser, never put in as text to be read again.
import type { Issue } from '../errors.ts';
import type { Origin, PathWish, Policy } from '../policy/policy.ts';
import { spelledParts, xdgDefaults } from '../policy/spelling.ts';
import { escapeGlob, isGlob } from './glob.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, isAbsolute } from './path.ts';

/** The value of a variable that a profile may name; null: it is not set here. */
function variableValue(name: string, host: Host, workdir: AbsolutePath | null): string | null {
  if (name === 'UID') return String(host.uid);
  if (name === 'HOME') return host.home;
  if (name === 'WORKDIR') return workdir ?? host.workingDirectory;
  // A variable may be called `constructor`, as what every object has is.
  const of = (texts: Readonly<Record<string, string>>) =>
    Object.hasOwn(texts, name) ? texts[name] : undefined;
  const value = of(host.environment) ?? '';
  const inHome = of(xdgDefaults);
  if (inHome === undefined) return value === '' ? null : value;
  return isAbsolute(value) ? value : host.home && childOf(host.home, inHome);
}

function unsetIssue(wish: PathWish, name: string): Issue {
  return {
    code: 'profile/variable',
    message: `"${wish.path}" needs $${name}, which is not set`,
    origin: wish.origin,
    remedy: `${name}=/a/directory nono run …, or "when": { "set": "${name}" } beside the path`,
  };
}

function relativeIssue(wish: PathWish, name: string): Issue {
  return {
    code: 'profile/variable',
    message: `"${wish.path}" starts with $${name}, which holds no absolute path`,
    origin: wish.origin,
    remedy: `${name}=/a/directory nono run …`,
  };
}

function isOfProfile(origin: Origin): boolean {
  return origin.startsWith('profile:');
}

type Literal = (text: string) => string;

/** A text of a profile with its variables as this machine has them; `literal` keeps what they hold from meaning more. */
function expandText(
  wish: PathWish,
  host: Host,
  workdir: AbsolutePath | null,
  literal: Literal,
): string | Issue {
  const values: string[] = [];
  for (const part of spelledParts(wish.path)) {
    const value = part.kind === 'text' ? part.text : variableValue(part.name, host, workdir);
    if (value === null) return unsetIssue(wish, part.kind === 'text' ? '' : part.name);
    values.push(part.kind === 'text' ? value : literal(value));
  }
  return values.join('');
}

/** One path of a profile as this machine spells it. */
export function expandPath(wish: PathWish, host: Host, workdir: AbsolutePath | null): string | Issue {
  const path = expandText(wish, host, workdir, isGlob(wish.path) ? escapeGlob : (text) => text);
  const [first] = spelledParts(wish.path);
  if (typeof path !== 'string' || first?.kind !== 'variable' || isAbsolute(path)) return path;
  return relativeIssue(wish, first.name);
}

/** The policy with the paths of its profiles spelled as on this machine. */
export function expandPolicy(
  policy: Policy,
  host: Host,
  workdir: AbsolutePath | null,
): { readonly policy: Policy; readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const expanded = <Wish extends PathWish>(wishes: readonly Wish[]): readonly Wish[] => {
    if (!wishes.some(({ origin }) => isOfProfile(origin))) return wishes;
    return wishes.flatMap((wish) => {
      if (!isOfProfile(wish.origin)) return [wish];
      const path = expandPath(wish, host, workdir);
      if (typeof path === 'string') return [{ ...wish, path }];
      issues.push(path);
      return [];
    });
  };
  const set = policy.environment.set.flatMap((each) => {
    if (!isOfProfile(each.origin)) return [each];
    const value = expandText({ path: each.value, origin: each.origin }, host, workdir, (text) => text);
    if (typeof value === 'string') return [{ ...each, value }];
    issues.push(value);
    return [];
  });
  return {
    policy: {
      ...policy,
      environment: { ...policy.environment, set },
      grants: expanded(policy.grants),
      bypasses: expanded(policy.bypasses),
      denies: expanded(policy.denies),
      sockets: expanded(policy.sockets),
    },
    issues,
  };
}
