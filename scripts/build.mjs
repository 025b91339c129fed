// Builds dist/: the two executables, the planner as a snapshot and with its code cache, the reporter, and the library.
import { spawnSync } from 'node:child_process';
import { closeSync, copyFileSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildNative, writeNodeIdentity } from './build-native.mjs';
import { filterPlugin } from './filter-plugin.mjs';
import { jsoncPlugin } from './jsonc-plugin.mjs';
import { buildSnapshot, helloFrame } from './snapshot.mjs';
import { textPlugin } from './text-plugin.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

function checkMachine() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (process.platform !== 'linux')
    throw new Error(`nono runs on Linux only for now, not on ${process.platform}`);
  if (major < 20 || (major === 20 && minor < 15))
    throw new Error(`nono needs Node 20.15 or later, not ${process.version}`);
}

// commander can run subcommands as processes; nono's are none, and loading that takes 8 ms.
const withoutProcesses = { 'node:child_process': join(root, 'scripts/no-child-process.mjs') };

async function bundle(entry, output, { alias = withoutProcesses, format = 'cjs', spell = undefined } = {}) {
  await build({
    entryPoints: [join(root, entry)],
    outfile: resolve(dist, output),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format,
    mainFields: ['module', 'main'], // jsonc-parser's main requires files that no bundler sees
    charset: 'ascii',
    minify: format === 'cjs', // who debugs a program steps through its libraries
    logLevel: 'warning',
    plugins: [jsoncPlugin.esbuild(spell), textPlugin.esbuild, filterPlugin(spell)],
    alias,
    conditions: process.platform === 'darwin' ? ['macos'] : [],
    external: ['./tools.cjs'],
  });
}

/** Plans one run against a recorded hello, so that what a run compiles is in the cache. */
function writeCodeCache() {
  const hello = join(dist, 'hello.tmp');
  const cache = join(dist, 'planner.cache');
  rmSync(cache, { force: true });
  writeFileSync(hello, helloFrame);
  const channel = openSync(hello, 'r+');
  const handover = openSync('/dev/null', 'w');
  const temporary = mkdtempSync(join(tmpdir(), 'nono-build-')); // the run makes its private directory, and nobody ends it
  const planned = spawnSync(process.execPath, [join(dist, 'cli.cjs'), 'run', '--silent', '--', 'true'], {
    stdio: ['ignore', 'ignore', 'inherit', channel, handover],
    env: { ...process.env, NONO_WRITE_CACHE: cache, TMPDIR: temporary },
  });
  closeSync(channel);
  closeSync(handover);
  rmSync(hello);
  rmSync(temporary, { recursive: true, force: true });
  if (planned.status !== 0) throw new Error('the planner does not run; see above');
}

try {
  checkMachine();
  buildNative(root, dist);
  writeNodeIdentity(dist);
  await bundle('src/cli/main.ts', 'planner.js');
  await bundle('scripts/report-entry.cjs', 'report.cjs');
  await bundle('src/cli/tools-entry.ts', 'tools.cjs');
  await bundle('src/cli/trials-entry.ts', 'trials.cjs', { alias: {} });
  await bundle('src/index.ts', 'index.mjs', { alias: {}, format: 'esm' });
  for (const name of ['cli.cjs', 'load-planner.cjs'])
    copyFileSync(join(root, 'scripts', name), join(dist, name));
  writeCodeCache();
  await buildSnapshot(join(dist, 'planner.blob'), (script, spell) =>
    bundle('scripts/snapshot-entry.cjs', script, { spell }),
  );
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
