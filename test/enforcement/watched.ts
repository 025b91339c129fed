// A nono of a test's own whose planner writes down each time that it is started: runs that are made again start none.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import type { RunOptions, Sandbox } from './sandbox.ts';

export type Watched = {
  /** The run, and how often it started a planner. */
  readonly run: (
    words: readonly string[],
    options?: RunOptions,
  ) => { code: number | null; stdout: string; stderr: string; planned: number };
  readonly runs: string;
  readonly nono: string;
};

/** A copy of nono whose Node, or the planner that needs none, writes down each time that it is started. */
export function watched(sandbox: Sandbox): Watched {
  const { base, home, outside } = sandbox;
  const installed = join(inject('installation'), 'nono');
  for (const each of ['bin', 'dist'])
    cpSync(join(installed, each), join(base, 'nono', each), { recursive: true });
  const starts = sandbox.file(join(base, 'starts'));
  const counted = (name: string, real: string) =>
    sandbox.file(join(base, name), `#!/bin/sh\necho started >> ${starts}\nexec ${real} "$@"\n`, 0o755);
  const planner = join(base, 'nono/dist/nono-planner');
  if (existsSync(planner)) {
    renameSync(planner, `${planner}-itself`);
    counted('nono/dist/nono-planner', `${planner}-itself`);
  } else {
    writeFileSync(join(base, 'nono/dist/node.id'), `1 1 1 ${counted('node', process.execPath)}\0`);
  }
  const count = () => readFileSync(starts, 'utf8').split('\n').length;
  return {
    nono: join(base, 'nono/dist/nono'),
    runs: join(home, '.local/state/nono/runs'),
    run: (words, options = {}) => {
      const before = count();
      const env = { PWD: options.cwd ?? sandbox.project, ...options.env }; // the script would set it
      const { code, stdout, stderr } = outside([join(base, 'nono/dist/nono'), ...words], { ...options, env });
      const said = stderr.replace(/nono: Node was replaced[^\n]*\n {2}Try:[^\n]*\n/, '');
      return { code, stdout, stderr: said, planned: count() - before };
    },
  };
}

/** Makes a run until it is remembered. */
export function remember({ run }: Watched, words: readonly string[], options?: RunOptions): void {
  for (const planned of [1, 1, 0]) expect(run(words, options).planned).toBe(planned);
}

export const withoutSession = (text: string) =>
  text.replaceAll(/\d{8}-\d{6}-\w+-\w+|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'SESSION');

export function theMemory(runs: string): string {
  const [name = ''] = readdirSync(runs);
  return join(runs, name);
}

export const project = (sandbox: Sandbox, name: string) => join(sandbox.project, name);
