// Compiles C for the tests with the sanitizers that end the process at the first fault.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const here = dirname(fileURLToPath(import.meta.url));
const native = join(here, '..', '..', 'native');

const flags = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-g', '-O2'];
const sanitizers = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

/** A scratch directory that every user can read, and its removal: trees may be too deep for Node's own. */
export function openScratch(): { readonly path: string; readonly close: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'nono-native-'));
  chmodSync(path, 0o755);
  const close = () => {
    execFileSync('chmod', ['-R', 'u+rwX', path]);
    execFileSync('rm', ['-rf', path]);
  };
  return { path, close };
}

/** The executable made of these files of test/native and of native/. */
export function compileHarness(output: string, own: readonly string[], tested: readonly string[]): string {
  const sources = [...own.map((name) => join(here, name)), ...tested.map((name) => join(native, name))];
  execFileSync(process.env.CC ?? 'cc', [...flags, ...sanitizers, ...sources, '-o', output], {
    stdio: 'inherit',
  });
  return output;
}

export type Identity = { readonly name: string; readonly uid: number; readonly gid: number };

/** Root tests as itself and as nobody; an ordinary user can only be itself. */
export function identities(): readonly Identity[] {
  const uid = process.getuid?.() ?? -1;
  if (uid !== 0) return [{ name: 'an ordinary user', uid, gid: process.getgid?.() ?? -1 }];
  return [
    { name: 'root', uid, gid: 0 },
    { name: 'an ordinary user', uid: 65534, gid: 65534 },
  ];
}

/** What it prints. @throws {Error} with the sanitizer's report when it does not end well. */
export function runHarness(
  file: string,
  words: readonly string[],
  identity: Partial<Pick<Identity, 'uid' | 'gid'>> = {},
): string {
  const { uid, gid } = identity;
  const done = spawnSync(file, words, {
    encoding: 'utf8',
    cwd: '/',
    maxBuffer: 64 << 20,
    ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
  });
  if (done.status !== 0)
    throw new Error(`${file} ended with ${done.signal ?? done.status}:\n${done.error ?? done.stderr}`);
  return done.stdout;
}
