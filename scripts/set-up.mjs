// Sets an installed package up: its executables, from the platform's package by their hashes or else from source, and what
// this machine's Node adds. npm runs it after an install, and bin/nono where npm was told not to.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildMacWaysOut, buildNative } from './build-native.mjs';
import { macFront } from './mac-front.mjs';
import { fitToMachine } from './machine.mjs';
import { onWindows } from './windows.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const platform = `${process.platform}-${process.arch}`;
const mostWaitMs = 60_000;

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** The directory of the platform's package; null where npm did not install it. */
function platformDirectory() {
  try {
    return dirname(createRequire(import.meta.url).resolve(`nono-${platform}/package.json`));
  } catch {
    return null; // an optional dependency: no package for this platform, or it was left out
  }
}

/** Copies what the hashes vouch for. Another file under a known name is no reason to compile: somebody put it there. */
function copyPrebuilt(directory, hashes, output) {
  for (const [name, hash] of Object.entries(hashes)) {
    copyFileSync(join(directory, name), join(output, name));
    if (hashOf(join(output, name)) !== hash)
      throw new Error(
        `"${join(directory, name)}" is not the file that was published with this version of nono (its hash differs)\n  Try: npm install nono, from a registry that you trust`,
      );
  }
}

function makeExecutables(output) {
  const hashes = JSON.parse(readFileSync(join(dist, 'executables.json'), 'utf8'))[platform];
  const directory = hashes === undefined ? null : platformDirectory();
  if (directory !== null) return copyPrebuilt(directory, hashes, output);
  buildNative(root, output);
  process.stderr.write(`nono: no package with executables for ${platform}, so they were compiled\n`);
}

/** Its bundles in place of Linux's; nothing of nono itself is compiled. */
function makeMac(output) {
  const bundles = join(dist, 'macos');
  for (const name of readdirSync(bundles)) copyFileSync(join(bundles, name), join(output, name));
  buildMacWaysOut(root, output);
  writeFileSync(join(output, 'nono'), macFront(process.execPath), { mode: 0o755 });
}

const isMac = process.platform === 'darwin';

/** `nono` last and whole: whoever finds it finds everything. */
function install() {
  const output = mkdtempSync(join(dist, 'set-up-'));
  try {
    (isMac ? makeMac : makeExecutables)(output);
    const place = (name) => renameSync(join(output, name), join(dist, name));
    for (const name of readdirSync(output)) if (name !== 'nono') place(name);
    if (!isMac) fitToMachine(dist);
    place('nono');
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

function waitFor(gone) {
  const end = Date.now() + mostWaitMs;
  while (existsSync(gone) && Date.now() < end)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  if (existsSync(gone)) throw new Error(`another set-up of nono does not end\n  Try: rmdir ${gone}`);
}

/** One at a time: two first runs may come at once. */
function installOnce() {
  const lock = join(dist, 'setting-up');
  try {
    mkdirSync(lock);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    waitFor(lock);
    if (!existsSync(join(dist, 'nono'))) throw new Error('the set-up that was under way failed');
    return;
  }
  try {
    install();
  } finally {
    rmdirSync(lock);
  }
}

// A program that uses nono where it runs may be installed where it does not.
try {
  if (process.platform === 'win32') process.stderr.write(`nono: ${onWindows}\n`);
  else installOnce();
} catch (error) {
  const denied = error.code === 'EACCES' || error.code === 'EROFS';
  const remedy = denied
    ? `\n  Try: as the user who installed nono: node ${fileURLToPath(import.meta.url)}`
    : '';
  process.stderr.write(`nono: it cannot be set up: ${error.message}${remedy}\n`);
  process.exit(125);
}
