// Before all tests: nono and the probe where every user can run them, since a checkout may be readable by root alone.
// NONO_INSTALLATION names another build of nono to test: build/exe, say.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

declare module 'vitest' {
  export interface ProvidedContext {
    installation: string;
  }
}

export default function install(project: TestProject): () => void {
  const base = mkdtempSync(join(tmpdir(), 'nono-test-'));
  chmodSync(base, 0o755);
  cpSync(join(root, 'bin'), join(base, 'nono/bin'), { recursive: true });
  cpSync(resolve(root, process.env.NONO_INSTALLATION ?? 'dist'), join(base, 'nono/dist'), {
    recursive: true,
  });
  cpSync(join(root, 'package.json'), join(base, 'nono/package.json'));
  mkdirSync(join(base, 'tools'));
  for (const tool of ['probe', 'loss', 'wander', 'intrude', 'crowd', 'nonsense', 'without'])
    execFileSync(
      'cc',
      ['-O1', '-pthread', '-o', join(base, 'tools', tool), join(root, `test/enforcement/${tool}.c`)],
      { stdio: 'inherit' },
    );
  execFileSync('chmod', ['-R', 'a+rX', base]);
  project.provide('installation', base);
  return () => rmSync(base, { recursive: true, force: true });
}
