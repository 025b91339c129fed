// nono's commands by bundle. What is no run, and what few runs need, has a bundle of its own, since it would slow every run.
const { writeFileSync } = require('node:fs');
const { loadPlanner } = require('./load-planner.cjs');

const tools = () => require('./tools.cjs');
const trials = () => require('./trials.cjs');
const bundles = {
  undo: tools,
  why: tools,
  learn: tools,
  profile: tools,
  compile: tools,
  exec: tools,
  completion: tools,
  doctor: trials,
  setup: trials,
  selftest: trials,
};

const words = process.argv.slice(2);
if (Object.hasOwn(bundles, words[0] ?? '')) {
  process.exitCode = bundles[words[0]]().main(words);
} else {
  const { script, main } = loadPlanner();
  process.exitCode = main(words, () => tools().profileReader);
  // The build runs this file once to make the cache from what a run has compiled.
  if (process.env.NONO_WRITE_CACHE) writeFileSync(process.env.NONO_WRITE_CACHE, script.createCachedData());
}
