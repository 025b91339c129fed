// Builds build/nono_VERSION_ARCHITECTURE.deb from build/exe: nono in /usr/lib/nono, and a link to it in /usr/bin.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { readManifest, root } from './packages.mjs';

const { version } = readManifest();
const executables = join(root, 'build/exe');
const recipe = join(root, 'packaging/debian');
const tree = join(root, 'build/deb');
const oldestGlibc = '2.17'; // Bun's own: the executables in C are static

const ask = (file, ...words) => execFileSync(file, words, { encoding: 'utf8' }).trim();

function layExecutables() {
  const library = join(tree, 'usr/lib/nono');
  mkdirSync(library, { recursive: true });
  for (const name of readdirSync(executables)) {
    copyFileSync(join(executables, name), join(library, name));
    chmodSync(join(library, name), 0o755);
  }
  mkdirSync(join(tree, 'usr/bin'), { recursive: true });
  symlinkSync('../lib/nono/nono', join(tree, 'usr/bin/nono'));
  return readdirSync(library).reduce((bytes, name) => bytes + statSync(join(library, name)).size, 0);
}

function layDocumentation() {
  const documentation = join(tree, 'usr/share/doc/nono');
  mkdirSync(documentation, { recursive: true });
  copyFileSync(join(recipe, 'copyright'), join(documentation, 'copyright'));
  for (const name of ['README.md', 'CHANGELOG.md']) copyFileSync(join(root, name), join(documentation, name));
}

function writeControl(architecture, bytes) {
  const values = {
    VERSION: version,
    ARCHITECTURE: architecture,
    GLIBC: oldestGlibc,
    KILOBYTES: Math.ceil(bytes / 1024),
  };
  const template = readFileSync(join(recipe, 'control'), 'utf8');
  mkdirSync(join(tree, 'DEBIAN'));
  const control = template.replaceAll(/@(\w+)@/g, (_, name) => values[name]);
  writeFileSync(join(tree, 'DEBIAN/control'), control);
}

try {
  if (!existsSync(executables)) throw new Error('build/exe is not there\n  Try: npm run build:exe');
  rmSync(tree, { recursive: true, force: true });
  const bytes = layExecutables();
  layDocumentation();
  const architecture = ask('dpkg', '--print-architecture');
  writeControl(architecture, bytes);
  const output = join(root, 'build', `nono_${version}_${architecture}.deb`);
  ask('dpkg-deb', '-Zzstd', '--root-owner-group', '--build', tree, output);
  process.stdout.write(`${output}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
