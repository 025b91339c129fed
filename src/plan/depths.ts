// Where a glob goes on at any depth. Who sees a directory that is moved by its names alone cannot tell what leaves there with it.
import type { Denies, Pattern } from './deny.ts';
import { escapeGlob } from './glob.ts';
import type { AbsolutePath } from './host.ts';

function depthsIn(text: AbsolutePath): { readonly before: string; readonly tail: string }[] {
  const names = text.split('/').slice(1);
  const last = names.findLastIndex((name) => name !== '**');
  return names.flatMap((name, at) =>
    name === '**' && at < last
      ? [{ before: names.slice(0, at).join('/'), tail: names.slice(at).join('/') }]
      : [],
  );
}

/**
 * What lies below such places, as patterns. A glob that is meant wherever something may be written, the private directory too,
 * means the same wherever a directory is moved, as far as its first `**` goes.
 */
export function depthsOf({ rules }: Denies, temporary: AbsolutePath): Pattern[] {
  const globs = rules.filter(({ kind }) => kind === 'glob').map(({ text }) => text);
  const own = `${escapeGlob(temporary)}/`;
  const everywhere = new Set(
    globs.filter((text) => text.startsWith(own)).map((text) => text.slice(own.length)),
  );
  const places = globs
    .flatMap(depthsIn)
    .filter(({ tail }) => !everywhere.has(tail))
    .map(({ before }): AbsolutePath => (before === '' ? '/*' : `/${before}/*`));
  return [...new Set(places)].map((text) => ({ kind: 'glob', text }));
}
