// The Bun that compiles the standalone planner: a hundred megabytes that only this build needs, so npm fetches it here, by
// version and hash, and no install of nono does.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const version = '1.4.5';

const packages = {
  'linux-x64': {
    name: '@oven/bun-linux-x64',
    integrity:
      'sha512-IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g==',
  },
  'linux-arm64': {
    name: '@oven/bun-linux-aarch64',
    integrity:
      'sha512-4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg==',
  },
};

function install(directory, name) {
  mkdirSync(directory, { recursive: true });
  const options = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', directory];
  const done = spawnSync('npm', ['install', ...options, `${name}@${version}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (done.status !== 0)
    throw new Error(`${name}@${version} cannot be installed\n  Try: npm view ${name} version`);
}

/** npm checked the archive against the registry's hash; here that is compared with ours. */
function checkIntegrity(directory, { name, integrity }) {
  const lock = JSON.parse(readFileSync(join(directory, 'node_modules/.package-lock.json'), 'utf8'));
  const got = lock.packages[`node_modules/${name}`];
  if (got?.version !== version || got.integrity !== integrity)
    throw new Error(`${name} is not the one that is known: ${got?.version} ${got?.integrity}`);
}

/** The executable, installed below `directory` once. */
export function findBun(directory) {
  const known = packages[`${process.platform}-${process.arch}`];
  if (known === undefined)
    throw new Error(`no Bun is known for ${process.platform} on ${process.arch}: nono itself needs none`);
  const bun = join(directory, 'node_modules', known.name, 'bin/bun');
  if (!existsSync(bun)) install(directory, known.name);
  checkIntegrity(directory, known);
  return bun;
}
