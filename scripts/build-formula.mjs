// Writes build/packages/nono.rb, the Homebrew formula for the packed npm package: its address is the argument, its hash the
// archive's.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packagesDirectory, readManifest, root } from './packages.mjs';

const [url] = process.argv.slice(2);
const archive = join(packagesDirectory(), `nono-${readManifest().version}.tgz`);

function write() {
  if (!url?.startsWith('https://'))
    throw new Error('an address is missing\n  Try: npm run build:formula -- https://…');
  if (!existsSync(archive))
    throw new Error(
      `"${archive}" is not packed\n  Try: npm run build:package, then npm pack in build/packages`,
    );
  const hash = createHash('sha256').update(readFileSync(archive)).digest('hex');
  const template = readFileSync(join(root, 'packaging/homebrew/nono.rb'), 'utf8');
  const formula = template
    .replace(/^# .*\n/, '')
    .replace('@URL@', url)
    .replace('@SHA256@', hash);
  writeFileSync(join(packagesDirectory(), 'nono.rb'), formula);
}

try {
  write();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
