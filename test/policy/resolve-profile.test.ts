// What profiles extend: bases first, each once, no rings, not too deep.
import { describe, expect, it } from 'vitest';
import { NonoError } from '../../src/errors.ts';
import type { FoundProfile } from '../../src/policy/profile.ts';
import { resolveProfiles } from '../../src/policy/resolve-profile.ts';

type Bases = Readonly<Record<string, readonly string[]>>;

/** Profiles by name, with what each extends; a name in capitals is a user's file, and hides the one in small letters. */
function resolve(bases: Bases, ...names: string[]): string[] {
  const find = (name: string, asker: FoundProfile | null): FoundProfile => {
    const own = name.toUpperCase();
    const isOwn = own in bases && asker?.file !== own;
    const found = isOwn ? own : name;
    return { name, file: isOwn ? own : null, profile: { extends: bases[found] ?? [] } };
  };
  return resolveProfiles(names, find).map(({ name, file }) => file ?? name);
}

function code(bases: Bases, ...names: string[]): string {
  try {
    return resolve(bases, ...names).join(' ');
  } catch (error) {
    if (error instanceof NonoError) return `${error.issues[0]?.code}: ${error.issues[0]?.message}`;
    throw error;
  }
}

describe('resolveProfiles()', () => {
  it('puts bases before what adds to them, each once', () => {
    const diamond = { top: ['left', 'right'], left: ['base'], right: ['base'] };
    expect(resolve(diamond, 'top')).toEqual(['base', 'left', 'right', 'top']);
    expect(resolve(diamond, 'right', 'top', 'base')).toEqual(['base', 'right', 'left', 'top']);
    expect(resolve({}, 'a', 'b', 'a')).toEqual(['a', 'b']);
  });

  it('lets a user’s profile add to the bundled one of its own name', () => {
    expect(resolve({ CLAUDE: ['claude'] }, 'claude')).toEqual(['claude', 'CLAUDE']);
  });

  it('names the ring', () => {
    expect(code({ a: ['b'], b: ['c'], c: ['a'] }, 'a')).toBe(
      'profile/cycle: profiles extend each other: a → b → c → a',
    );
    expect(code({ a: ['a'] }, 'a')).toMatch(/^profile\/cycle: .*a → a$/);
  });

  it('goes 16 deep and no deeper', () => {
    const chain = (length: number): Bases =>
      Object.fromEntries(Array.from({ length: length - 1 }, (_, at) => [`p${at}`, [`p${at + 1}`]]));
    expect(resolve(chain(16), 'p0')).toHaveLength(16);
    expect(code(chain(17), 'p0')).toMatch(/^profile\/depth: .*more than 16 deep/);
  });
});
