// Loads the planner from V8's code cache, which V8 itself refuses, and then compiles, when it is of another version.
const { readFileSync } = require('node:fs');
const { Script } = require('node:vm');

function readCache(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined; // slower, not broken
  }
}

/** The planner's `main`, and its script, from which the build makes the cache. */
exports.loadPlanner = () => {
  const filename = `${__dirname}/planner.js`;
  const source = `(function (exports, require, module) {${readFileSync(filename, 'latin1')}\n})`;
  const script = new Script(source, { filename, cachedData: readCache(`${__dirname}/planner.cache`) });
  const planner = { exports: {} };
  script.runInThisContext()(planner.exports, require, planner);
  return { script, main: planner.exports.main };
};
