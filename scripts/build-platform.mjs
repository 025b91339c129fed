// Builds build/packages/nono-PLATFORM: the executables for this machine's platform, as an npm package. With CC and
// `--arch ARCH`, those of a cross compiler.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildNative } from './build-native.mjs';
import { packagesDirectory, readManifest, root } from './packages.mjs';

const { values } = parseArgs({ options: { arch: { type: 'string', default: process.arch } } });
const platform = `${process.platform}-${values.arch}`;
const output = join(packagesDirectory(), `nono-${platform}`);

const { version, license } = readManifest();
const manifest = {
  name: `nono-${platform}`,
  version,
  description: `nono's executables for ${platform}; nono checks their hashes before it uses them`,
  license,
  os: [process.platform],
  cpu: [values.arch],
  preferUnplugged: true,
};

try {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  buildNative(root, output);
  copyFileSync(join(root, 'LICENSE'), join(output, 'LICENSE'));
  writeFileSync(join(output, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
