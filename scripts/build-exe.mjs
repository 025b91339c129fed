// Builds build/exe/: nono without Node. The same executables, and beside them the planner as one executable.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { findBun } from './bun.mjs';
import { executables, root } from './packages.mjs';

const dist = join(root, 'dist');
const output = join(root, 'build/exe');
const bundle = join(root, 'build/standalone.cjs');

/** In place of what loads the planner's code from files: the code. */
const planner = {
  name: 'planner',
  setup(build) {
    const directly = () => ({
      contents: "exports.loadPlanner = () => require('planner');",
      resolveDir: dist,
    });
    const code = () => ({ contents: readFileSync(join(dist, 'planner.js'), 'utf8'), resolveDir: dist });
    build.onLoad({ filter: /\/load-planner\.cjs$/ }, directly);
    build.onResolve({ filter: /^planner$/ }, () => ({ path: 'planner', namespace: 'planner' }));
    build.onLoad({ filter: /.*/, namespace: 'planner' }, code);
  },
};

// A standalone executable of Bun's reads these of the working directory unless told otherwise: who plants a bunfig.toml
// there would run code in nono, unconfined. One plan is made and the process ends, so compiling to machine code does not pay.
const flags = [
  ...['--compile', '--bytecode', '--minify', '--format=cjs', '--compile-jit-policy=1000000'],
  ...['--no-compile-autoload-bunfig', '--no-compile-autoload-dotenv'],
  ...['--no-compile-autoload-tsconfig', '--no-compile-autoload-package-json'],
];

function compile(bun) {
  const words = ['build', ...flags, bundle, '--outfile', join(output, 'nono-planner')];
  const done = spawnSync(bun, words, { cwd: join(root, 'build'), encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`the planner does not compile:\n${done.stdout}${done.stderr}`);
}

async function main() {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  await build({
    entryPoints: [join(root, 'scripts/standalone-entry.cjs')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    charset: 'ascii',
    logLevel: 'warning',
    plugins: [planner],
  });
  compile(findBun(join(root, 'build/bun')));
  rmSync(bundle);
  for (const name of executables) copyFileSync(join(dist, name), join(output, name));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
