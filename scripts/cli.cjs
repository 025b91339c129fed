// Runs the planner from V8's code cache, which V8 itself refuses, and then compiles, when it is of another version.
// What is no run, and what few runs need, has a bundle of its own, since it would slow every run.
const { readFileSync, writeFileSync } = require('node:fs');
const { Script } = require('node:vm');

function readCache(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // slower, not broken
  }
}

function loadPlanner() {
  const filename = `${__dirname}/planner.js`;
  const source = `(function (exports, require, module) {${readFileSync(filename, 'latin1')}\n})`;
  const script = new Script(source, { filename, cachedData: readCache(`${__dirname}/planner.cache`) });
  const planner = { exports: {} };
  script.runInThisContext()(planner.exports, require, planner);
  return { script, main: planner.exports.main };
}

const words = process.argv.slice(2);
const bundles = {
  undo: './tools.cjs',
  why: './tools.cjs',
  learn: './tools.cjs',
  profile: './tools.cjs',
  doctor: './trials.cjs',
  setup: './trials.cjs',
};
if (Object.hasOwn(bundles, words[0] ?? '')) {
  process.exitCode = require(bundles[words[0]]).main(words);
} else {
  const { script, main } = loadPlanner();
  process.exitCode = main(words, () => require('./tools.cjs').profileReader);
  // The build runs this file once to make the cache from what a run has compiled.
  if (process.env.NONO_WRITE_CACHE) writeFileSync(process.env.NONO_WRITE_CACHE, script.createCachedData());
}
