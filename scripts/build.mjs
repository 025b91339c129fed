// Builds dist/: the two executables, the planner as a snapshot and with its code cache, the reporter, and the library. With
// `--for-macos DIRECTORY` lays the bundles of macOS there, on any system: the package brings them along.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { buildMacWaysOut, buildNative } from './build-native.mjs';
import { filterPlugin } from './filter-plugin.mjs';
import { jsoncPlugin } from './jsonc-plugin.mjs';
import { macFront } from './mac-front.mjs';
import { fitToMachine } from './machine.mjs';
import { spellAsFiles } from './snapshot.mjs';
import { textPlugin } from './text-plugin.mjs';
import { onWindows } from './windows.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({ options: { 'for-macos': { type: 'string' } } });
const macOnly = values['for-macos'];
const platform = macOnly === undefined ? process.platform : 'darwin';
const dist = macOnly === undefined ? join(root, 'dist') : resolve(root, macOnly);

function checkMachine() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (process.platform === 'win32') throw new Error(onWindows);
  if (!Object.hasOwn(builds, process.platform))
    throw new Error(`nono runs on Linux and macOS, not on ${process.platform}`);
  if (major < 20 || (major === 20 && minor < 15))
    throw new Error(`nono needs Node 20.15 or later, not ${process.version}`);
}

// commander can run subcommands as processes; nono's are none, and loading that takes 8 ms.
const withoutProcesses = { 'node:child_process': join(root, 'scripts/no-child-process.mjs') };

async function bundle(entry, output, { alias = withoutProcesses, format = 'cjs', spell = undefined } = {}) {
  await build({
    entryPoints: [join(root, entry)],
    outfile: join(dist, output),
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
    conditions: platform === 'darwin' ? ['macos'] : [],
    external: ['./tools.cjs'],
  });
}

async function bundleSnapshot() {
  const directory = join(dist, 'snapshot');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  await bundle('scripts/snapshot-entry.cjs', 'snapshot/entry.cjs', { spell: spellAsFiles(directory) });
}

/** What both platforms have. The report and the tools find their way to the planner's data by these names. */
async function bundleCommands(alias) {
  await bundle('src/cli/main.ts', 'planner.js', { alias });
  await bundle('scripts/report-entry.cjs', 'report.cjs', { alias });
  await bundle('src/cli/tools-entry.ts', 'tools.cjs', { alias });
  await bundle('src/cli/trials-entry.ts', 'trials.cjs', { alias: {} });
  for (const name of ['cli.cjs', 'load-planner.cjs'])
    copyFileSync(join(root, 'scripts', name), join(dist, name));
}

async function buildLinux() {
  buildNative(root, dist);
  await bundleCommands(withoutProcesses);
  await bundle('src/index.ts', 'index.mjs', { alias: {}, format: 'esm' });
  await bundleSnapshot();
  fitToMachine(dist);
}

async function bundleMac() {
  mkdirSync(dist, { recursive: true });
  await bundleCommands({});
}

/** Of nono nothing is compiled for macOS: it stays beside the command, and its front is a script. */
async function buildMac() {
  await bundleMac();
  buildMacWaysOut(root, dist);
  writeFileSync(join(dist, 'nono'), macFront(process.execPath), { mode: 0o755 });
}

const builds = { linux: buildLinux, darwin: buildMac };

try {
  checkMachine();
  await (macOnly === undefined ? builds[platform] : bundleMac)();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
