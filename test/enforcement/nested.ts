// A session inside another, for tests: a script around it, in which nono is `$1` and a tool of Python's `$2`.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inject } from 'vitest';
import { type Result, type RunOptions, type Sandbox, unguarded } from './sandbox.ts';

export type Nested = {
  /** Runs a script in a session that was granted the project. */
  readonly around: (box: Sandbox, script: string, flags?: readonly string[], options?: RunOptions) => Result;
  /** Runs the tool in a session with these flags alone; `first` stands before nono. */
  readonly alone: (
    box: Sandbox,
    flags: readonly string[],
    words: readonly string[],
    first?: readonly string[],
  ) => Result;
  /** What begins another in such a script. */
  readonly begin: (flags: string, command: string) => string;
};

export function nestedWith(tool: string): Nested {
  const text = readFileSync(new URL(tool, import.meta.url), 'utf8');
  const place = (box: Sandbox) => {
    const file = box.file(join(box.base, 'tools', tool), text);
    return { file, reads: [inject('installation'), dirname(file)].flatMap((path) => ['--read', path]) };
  };
  return {
    alone: (box, flags, words, first = []) => {
      const { file, reads } = place(box);
      const run = [box.nono, 'run', '--silent', ...reads, ...flags, '--'];
      return box.outside([...first, ...run, 'python3', file, ...words]);
    },
    around: (box, script, flags = [], options = {}) => {
      const { file, reads } = place(box);
      const grants = ['--allow', '.', ...reads, ...unguarded, ...flags];
      const words = ['bash', '-c', script, 'bash', box.nono, file];
      return box.run(['run', '--silent', ...grants, '--', ...words], options);
    },
    begin: (flags, command) =>
      `"$1" run --silent --read "$(dirname "$2")" ${unguarded.join(' ')} ${flags} -- ${command}`,
  };
}
