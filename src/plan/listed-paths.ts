// How the built-in lists spell paths, and where those are on this machine.
import { xdgDefaults } from '../policy/spelling.ts';
import type { AbsolutePath, Host } from './host.ts';
import { childOf, isAbsolute } from './path.ts';

/** Where a base is in the home by default; undefined: nowhere. */
export function inHomeByDefault(base: string): string | undefined {
  return base.startsWith('$') ? xdgDefaults[base.slice(1)] : undefined;
}

/** A listed path as its base (`/`, `~` or another variable) and what follows; the XDG directories count as home. */
export function splitSpelling(spelling: string): { base: string; rest: string } {
  if (spelling.startsWith('/')) return { base: '/', rest: spelling.slice(1) };
  const slash = spelling.indexOf('/');
  const base = slash < 0 ? spelling : spelling.slice(0, slash);
  const rest = slash < 0 ? '' : spelling.slice(slash + 1);
  const inHome = inHomeByDefault(base);
  if (inHome === undefined) return { base, rest };
  return { base: '~', rest: rest === '' ? inHome : `${inHome}/${rest}` };
}

/** The absolute paths that a variable names. */
export function valuesOf(variable: string, host: Host): AbsolutePath[] {
  const value = host.environment[variable] ?? '';
  return value.split(':').filter(isAbsolute);
}

/** Every place that one listed spelling means here. */
export function placesOf(spelling: string, host: Host): AbsolutePath[] {
  if (isAbsolute(spelling)) return [spelling];
  const slash = spelling.indexOf('/');
  const base = slash < 0 ? spelling : spelling.slice(0, slash);
  const inHome = inHomeByDefault(base);
  const starts =
    base === '~'
      ? host.homes
      : [
          ...valuesOf(base.slice(1), host),
          ...(inHome === undefined ? [] : host.homes.map((home) => childOf(home, inHome))),
        ];
  return starts.map((start) => (slash < 0 ? start : childOf(start, spelling.slice(slash + 1))));
}
