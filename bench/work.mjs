// What work takes inside against outside: programs that developers run all day, under every contender.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { measure } from './measure.mjs';
import { cProject, gitRepository, manyFiles, npmProject, tarball, typeScriptProject } from './projects.mjs';
import { held, heldFailure, ratio, table } from './record.mjs';

/** `make` lays the project in the given directory and says why it cannot, `reset` undoes what a run of `line` did. */
const works = (sizes) => [
  { name: 'nothing: `sh -c true`', line: 'true', make: () => null },
  {
    name: `git clone of ${sizes.files} files`,
    make: gitRepository,
    reset: 'rm -rf clone',
    line: 'git clone -q src clone',
  },
  { name: `git status of ${sizes.files} files`, make: gitRepository, line: 'git -C src status > /dev/null' },
  {
    name: 'npm ci of 500 packages with 18,000 files, from a full cache',
    make: npmProject,
    reset: 'rm -rf npm/node_modules',
    // Said once more on the command line: nono gives each run a cache of its own.
    line: 'cd npm && npm ci --offline --cache ./cache --ignore-scripts --no-audit --no-fund',
  },
  {
    name: `tsc of ${sizes.modules} modules`,
    make: typeScriptProject,
    reset: 'rm -rf typescript/out',
    line: 'cd typescript && node_modules/.bin/tsc -p .',
  },
  {
    name: `tsc of ${sizes.modules} modules, over what was there`,
    make: typeScriptProject,
    line: 'cd typescript && node_modules/.bin/tsc -p .',
  },
  {
    name: `rg over ${sizes.searched} files`,
    make: manyFiles,
    line: 'rg -l "needle 7$" searched > /dev/null',
  },
  {
    name: `tar x of ${sizes.files} files`,
    make: tarball,
    reset: 'rm -rf out && mkdir out',
    line: 'tar xf src.tar -C out',
  },
  {
    name: 'make -j2 of 60 C files',
    make: cProject,
    reset: 'rm -f c/*.o c/lib.a',
    line: 'cd c && make -s -j2',
  },
];

function cleanUp(context, { reset }) {
  if (reset) spawnSync('sh', ['-c', reset], { cwd: context.work });
}

const failure = ({ ours }) => (ours ? heldFailure : 'fails');

function measureWork(context, work) {
  const missing = work.make(context);
  if (missing) return { cells: [missing, '', ...context.ways.slice(1).map(() => '')], failures: [] };
  const policy = { write: [context.work], read: [join(context.root, 'node_modules')] };
  const tasks = context.ways.map(({ confine }) => ({
    words: confine(policy, ['sh', '-c', work.line], context),
    prepare: work.reset,
  }));
  const results = measure(context, tasks, { seconds: context.workSeconds });
  cleanUp(context, work);
  const [bare, ...inside] = results;
  if (bare.failed)
    return {
      cells: ['fails', '', ...inside.map(() => '')],
      failures: [`bare, ${work.name}: ${bare.failed}`],
    };
  const contenders = context.ways.slice(1);
  const cells = inside.map(({ ms, failed }, index) =>
    failed ? failure(contenders[index]) : (contenders[index].ours ? held : ratio)(ms / bare.ms),
  );
  const failures = inside.flatMap(({ failed }, index) =>
    failed ? [`${contenders[index].name}, ${work.name}: ${failed}`] : [],
  );
  return { cells: [`${bare.ms.toFixed(0)} ms`, bare.runs, ...cells], failures };
}

export function work(outside) {
  const { where, work, state } = outside.projects;
  const context = { ...outside, work, env: { ...outside.env, XDG_STATE_HOME: state } };
  const rows = [];
  const failures = [];
  for (const each of works(context.sizes)) {
    context.say(`  ${each.name} …`);
    const measured = measureWork(context, each);
    rows.push([each.name, ...measured.cells]);
    failures.push(...measured.failures);
  }
  const names = context.ways.slice(1).map(({ name }) => name);
  const figures = table([`work ${where}, the start included`, 'bare', 'runs', ...names], rows);
  return [figures, ...failures.map((failure) => `- ${failure}`)].join('\n\n').replaceAll('\n\n- ', '\n- ');
}
