// A profile's name → it and all that it extends, bases first.
import { type Issue, NonoError } from '../errors.ts';
import type { FoundProfile } from './profile.ts';

const deepest = 16;

/**
 * Finds a profile by its name or its file.
 *
 * @param asker the profile that extends it; null where the command line names it
 */
export type FindProfile = (reference: string, asker: FoundProfile | null) => FoundProfile;

function keyOf({ name, file }: FoundProfile): string {
  return file ?? `built-in ${name}`;
}

function chainIssue(chain: readonly FoundProfile[], code: 'profile/cycle' | 'profile/depth'): Issue {
  const [first, ...rest] = chain as readonly [FoundProfile, ...FoundProfile[]];
  const last = rest.at(-1) ?? first;
  const names = chain.map(({ name }) => name);
  return {
    code,
    message:
      code === 'profile/cycle'
        ? `profiles extend each other: ${names.join(' → ')}`
        : `profiles extend each other more than ${deepest} deep: ${names.slice(0, 3).join(' → ')} → …`,
    origin: (rest.at(-2) ?? first).file ?? `profile:${first.name}`,
    remedy: `leave "${last.name}" out of one of them`,
  };
}

/**
 * Profiles and what they extend, each once, bases before what adds to them.
 *
 * @throws {NonoError} `profile/cycle`, `profile/depth`, and what `find` throws
 */
export function resolveProfiles(references: readonly string[], find: FindProfile): FoundProfile[] {
  const resolved = new Map<string, FoundProfile>();
  const visit = (reference: string, chain: readonly FoundProfile[]): void => {
    const found = find(reference, chain.at(-1) ?? null);
    const key = keyOf(found);
    const here = [...chain, found];
    if (chain.some((each) => keyOf(each) === key)) throw new NonoError([chainIssue(here, 'profile/cycle')]);
    if (here.length > deepest) throw new NonoError([chainIssue(here, 'profile/depth')]);
    if (resolved.has(key)) return;
    for (const base of found.profile.extends ?? []) visit(base, here);
    resolved.set(key, found);
  };
  for (const reference of references) visit(reference, []);
  return [...resolved.values()];
}
