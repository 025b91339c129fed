// Programs that use the library as anybody would: by its name, from a directory of their own.
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { Result, RunOptions, Sandbox } from '../enforcement/sandbox.ts';

/** Makes the library importable from everywhere in a sandbox's base. */
export function provideLibrary({ base }: Sandbox): void {
  const modules = join(base, 'node_modules');
  if (existsSync(modules)) return;
  mkdirSync(modules);
  symlinkSync(join(inject('installation'), 'nono'), join(modules, 'nono'));
}

let scripts = 0;

/** Runs a module with Node, in the project, as the sandbox's user. */
export function runScript(box: Sandbox, code: string, options: RunOptions = {}): Result {
  provideLibrary(box);
  scripts += 1;
  const file = box.file(join(box.project, `script-${scripts}.mjs`), code);
  return box.outside([process.execPath, file], options);
}

/** What a module prints as JSON; what went wrong instead is the failure's message. */
export function answerOf(box: Sandbox, code: string, options: RunOptions = {}): unknown {
  const { code: exit, signal, stdout, stderr } = runScript(box, code, options);
  if (exit !== 0) throw new Error(`(${signal ?? exit}) ${stderr}${stdout}`);
  return JSON.parse(stdout);
}
