// Lays build/packages/nono, what is published: the bundles, the sources of the executables, and the hashes of those that
// the platforms' packages beside it bring.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executables, packagesDirectory, readManifest, root } from './packages.mjs';

const packages = packagesDirectory();
const output = join(packages, 'nono');

const bundles = [
  'cli.cjs',
  'load-planner.cjs',
  'planner.js',
  'report.cjs',
  'snapshot',
  'tools.cjs',
  'trials.cjs',
];
const library = ['index.mjs', 'index.d.ts'];
const setUp = ['set-up', 'build-native', 'mac-front', 'machine', 'snapshot', 'windows'].map(
  (name) => `scripts/${name}.mjs`,
);
const asTheyAre = [
  'bin',
  'native',
  'schemas',
  'LICENSE',
  'README.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'docs',
  ...setUp,
];

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

function platforms() {
  const names = readdirSync(packages).filter((name) => name.startsWith('nono-') && !name.endsWith('.tgz'));
  if (names.length === 0) throw new Error('no platform is built\n  Try: npm run build:platform');
  return names.map((name) => name.slice('nono-'.length));
}

function hashesOf(platform) {
  const directory = join(packages, `nono-${platform}`);
  return Object.fromEntries(executables.map((name) => [name, hashOf(join(directory, name))]));
}

function manifestFor(built) {
  const { devDependencies: _, scripts: __, files: ___, private: ____, ...manifest } = readManifest();
  const optionalDependencies = Object.fromEntries(
    built.map((platform) => [`nono-${platform}`, manifest.version]),
  );
  const scripts = { preinstall: 'node scripts/windows.mjs', postinstall: 'node scripts/set-up.mjs' };
  return { ...manifest, scripts, optionalDependencies };
}

const writeJson = (file, value) => writeFileSync(join(output, file), `${JSON.stringify(value, null, 2)}\n`);

function lay() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(join(output, 'dist'), { recursive: true });
  for (const path of asTheyAre) cpSync(join(root, path), join(output, path), { recursive: true });
  for (const name of [...bundles, ...library]) {
    if (!existsSync(join(root, 'dist', name)))
      throw new Error(`dist/${name} is not built\n  Try: npm run build:package`);
    cpSync(join(root, 'dist', name), join(output, 'dist', name), { recursive: true });
  }
  const build = join(root, 'scripts/build.mjs');
  execFileSync(process.execPath, [build, '--for-macos', join(output, 'dist/macos')], { stdio: 'inherit' });
  const built = platforms();
  writeJson(
    'dist/executables.json',
    Object.fromEntries(built.map((platform) => [platform, hashesOf(platform)])),
  );
  writeJson('package.json', manifestFor(built));
}

try {
  lay();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
