// The projects that are worked on: each is made once, in the directory where every contender may write.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debian } from './peers.mjs';

function shell(context, line) {
  const done = spawnSync('sh', ['-c', line], { cwd: context.work, env: context.env, encoding: 'utf8' });
  return done.status === 0 ? null : `cannot be prepared: ${done.stderr.trim().split('\n')[0]}`;
}

/** Made once; null where it worked, else the reason. */
function once(name, make) {
  return (context) => {
    if (existsSync(join(context.work, name))) return null;
    mkdirSync(join(context.work, name));
    return make(context, join(context.work, name)) ?? null;
  };
}

function writeFiles(directory, count, contentOf) {
  for (let index = 0; index < count; index++) {
    const inside = join(directory, `${index % 40}`, `${index % 17}`);
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, `file-${index}.txt`), contentOf(index));
  }
}

export const gitRepository = once('src', (context, directory) => {
  writeFiles(directory, context.sizes.files, (index) => `line ${index}\n`.repeat(20));
  const commit = 'git -c gc.auto=0 -c user.name=a -c user.email=a@example.org commit -qm 1';
  return shell(context, `cd src && git init -q . && git add . && ${commit} && git gc -q`);
});

export function tarball(context) {
  if (existsSync(join(context.work, 'src.tar'))) return null;
  return gitRepository(context) ?? shell(context, 'tar cf src.tar --exclude=.git src');
}

export const manyFiles = once('searched', (context, directory) => {
  const { failed } = debian({ rg: 'ripgrep' })();
  if (failed) return failed;
  writeFiles(directory, context.sizes.searched, (index) => `text\nneedle ${index}\ntext\n`);
});

export const cProject = once('c', (_context, directory) => {
  const names = Array.from({ length: 60 }, (_, index) => `f${index}`);
  for (const name of names) {
    const functions = Array.from(
      { length: 60 },
      (_, j) => `int ${name}_${j}(int x) { return x * ${j} + puts("x"); }`,
    );
    writeFileSync(
      join(directory, `${name}.c`),
      `#include <stdio.h>\n#include <stdlib.h>\n${functions.join('\n')}\n`,
    );
  }
  const objects = names.map((name) => `${name}.o`).join(' ');
  writeFileSync(join(directory, 'Makefile'), `all: lib.a\nlib.a: ${objects}\n\tar rcs $@ $^\n`);
});

export const typeScriptProject = once('typescript', (context, directory) => {
  symlinkSync(join(context.root, 'node_modules'), join(directory, 'node_modules'));
  const options = {
    strict: true,
    rootDir: 'm',
    outDir: 'out',
    module: 'nodenext',
    target: 'es2022',
    skipLibCheck: true,
    types: [],
  };
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, include: ['m'] }),
  );
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  mkdirSync(join(directory, 'm'));
  for (let index = 0; index < context.sizes.modules; index++) {
    const imported =
      index === 0 ? '' : `import { type T${index - 1}, f${index - 1} } from './m${index - 1}.js';\n`;
    const before = index === 0 ? 'number' : `T${index - 1}['next']`;
    const types = `export type T${index} = { readonly next: ${before}; readonly all: Map<string, number> };\n`;
    const call = index === 0 ? 'x' : `f${index - 1}(x)`;
    const body = `export const f${index} = (x: number): number => ${call} + [1, 2, 3].map((each) => each * x).length;\n`;
    writeFileSync(join(directory, 'm', `m${index}.ts`), `${imported}${types}${body}`);
  }
});

/** What a web application has today: some 500 packages with more than 18,000 files. */
const packages = {
  '@babel/preset-env': '7.24.5',
  'core-js': '3.37.1',
  'date-fns': '3.6.0',
  eslint: '8.57.0',
  jest: '29.7.0',
  lodash: '4.17.21',
  react: '18.3.1',
  'react-dom': '18.3.1',
  typescript: '5.4.5',
  webpack: '5.91.0',
};

/** The cache is filled by the first, unmeasured installation; afterwards the network has no part in it. */
export const npmProject = once('npm', (context, directory) => {
  const project = { name: 'project', version: '1.0.0', private: true, dependencies: packages };
  writeFileSync(join(directory, 'package.json'), JSON.stringify(project));
  const registry = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).stdout.trim();
  // A lock file that names no tarballs, as the caller's settings may want it, would send an offline install to the registry.
  const locking = ['package-lock=true', 'omit-lockfile-registry-resolved=false'];
  const settings = [
    `registry=${registry}`,
    `cache=${join(directory, 'cache')}`,
    'update-notifier=false',
    ...locking,
  ];
  writeFileSync(join(directory, '.npmrc'), `${settings.join('\n')}\n`);
  return shell(context, 'cd npm && npm install --ignore-scripts --no-audit --no-fund');
});
