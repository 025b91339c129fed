// What the user wants denied → denies, or the reason why that cannot be told.
import type { Issue } from '../errors.ts';
import type { DenyWish } from '../policy/policy.ts';
import type { Deny, Pattern } from './deny.ts';
import { compileGlob, expandBraces, globBelow, hasOddSet, isGlob } from './glob.ts';
import { directoriesOf, type Grant } from './grant.ts';
import { type AbsolutePath, canonicalOf, type Host } from './host.ts';
import { childOf, isFaithful, nameOf, namesOf, outermost, parentOf, toAbsolute } from './path.ts';

function encodingIssue(wish: DenyWish): Issue {
  return {
    code: 'plan/path-encoding',
    message: `"${wish.path}" is not valid UTF-8, so it may not name the file that is meant`,
    origin: wish.origin,
    remedy: 'deny it by a glob, such as **/NAME*',
  };
}

function valueIssue(wish: DenyWish, why: string): Issue {
  return {
    code: 'usage/flag-value',
    message: `"${wish.path}" ${why}`,
    origin: wish.origin,
    remedy: `${wish.origin.replace('flag:', '')} '**/.env*', or a path`,
  };
}

/** The path by its last name in the canonical directory, and what it leads to where it is a link. */
function pathPatterns(path: AbsolutePath, host: Host): Pattern[] {
  const named = path === '/' ? path : childOf(canonicalOf(parentOf(path), host), nameOf(path));
  const texts = /^\.{0,2}$/.test(nameOf(path)) ? [canonicalOf(path, host)] : [named, canonicalOf(path, host)];
  return [...new Set(texts)].map((text) => ({ kind: 'path', text }));
}

/** The directories before the first glob are canonical, and match as they are spelled. */
function globPattern(glob: AbsolutePath, host: Host): Pattern {
  const names = namesOf(glob);
  const first = names.findIndex(isGlob);
  const directory = canonicalOf(`/${names.slice(0, first).join('/')}`, host);
  return { kind: 'glob', text: globBelow(directory, names.slice(first).join('/')) };
}

/** A glob without a slash is meant at any depth, as is one that starts with `**`: of what the user granted. */
function anyDepth(glob: string): string | null {
  if (glob.startsWith('**/')) return glob;
  return glob.includes('/') ? null : `**/${glob}`;
}

function globPatterns(glob: string, host: Host, asked: readonly Grant[]): Pattern[] | null {
  const everywhere = anyDepth(glob);
  if (everywhere === null) {
    const absolute = toAbsolute(glob, host);
    return absolute === null ? null : [globPattern(absolute, host)];
  }
  const matches = compileGlob(`/${everywhere}` as AbsolutePath);
  return [
    ...outermost(directoriesOf(asked)).map(
      (directory): Pattern => ({ kind: 'glob', text: globBelow(directory, everywhere) }),
    ),
    ...asked.filter(({ path }) => matches(path)).map(({ path }): Pattern => ({ kind: 'path', text: path })),
  ];
}

const mostComponents = 63;

/** What a wish denies, or the issue that says why that cannot be told. */
export function denyOf(wish: DenyWish, host: Host, asked: readonly Grant[]): Deny[] | Issue {
  if (!isFaithful(wish.path)) return encodingIssue(wish);
  if (wish.path === '') return valueIssue(wish, 'denies nothing');
  const { access, origin } = wish;
  const rule = (pattern: Pattern): Deny => ({ ...pattern, access, origin });
  const path = toAbsolute(wish.path, host);
  const isName = path !== null && 'mode' in host.inspect(path); // a file may be called [a]
  if (!isGlob(wish.path) || isName)
    return path === null
      ? valueIssue(wish, 'starts at a directory that is not known')
      : pathPatterns(path, host).map(rule);
  const globs = expandBraces(wish.path);
  if (globs.some((glob) => /\/\.\.?(\/|$)|^\.\.(\/|$)/.test(glob)))
    return valueIssue(wish, 'has "." or ".." in a glob');
  if (globs.some(hasOddSet))
    return valueIssue(
      wish,
      'has a set of characters with a class, a backslash or a range of two kinds in it',
    );
  const found = globs.map((glob) => globPatterns(glob.replace(/^\.\//, ''), host, asked));
  if (found.includes(null)) return valueIssue(wish, 'starts at a directory that is not known');
  const patterns = found.flatMap((each) => each ?? []);
  if (patterns.some(({ text }) => text.split('/').length > mostComponents))
    return valueIssue(wish, 'is too long');
  return patterns.map(rule);
}
