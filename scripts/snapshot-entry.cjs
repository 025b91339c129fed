// The planner as a snapshot of V8's heap: when Node has started, its lists are parsed and its functions compiled.
// Built by scripts/snapshot.mjs, which gives it a channel like that of a run.
const { startupSnapshot } = require('node:v8');
const { main } = require('../src/cli/main.ts');

// Few runs need them, so they are no part of the heap that every run loads.
function loadTools() {
  const { readFileSync } = require('node:fs');
  const { dirname } = require('node:path');
  const { Script } = require('node:vm');
  const filename = `${dirname(process.argv[1])}/tools.cjs`;
  const tools = { exports: {} };
  const source = `(function (exports, require, module) {${readFileSync(filename, 'utf8')}\n})`;
  new Script(source, { filename }).runInThisContext()(tools.exports, require, tools);
  return tools.exports;
}

function plan() {
  process.exitCode = main(process.argv.slice(2), () => loadTools().profileReader);
}

// What these execute is compiled, and stays so. Nothing of the machine that they plan for may stay. Only the last hands
// a program over, since that closes a descriptor whose number Node may take.
const rehearsals = [
  ['run', '--dry-run', '--allow', '.', '--', 'true'],
  ['run', '--silent', '--', 'true'],
];

const { poolSize } = Buffer;
Buffer.poolSize = 0; // what lies in the pool of small buffers would stay
for (const words of rehearsals)
  if (main(words, () => ({ overview: () => [] })) !== 0)
    throw new Error(`the planner does not run: nono ${words.join(' ')}`);
Buffer.poolSize = poolSize;
/nothing/.test('nothing'); // V8 remembers what it matched last

startupSnapshot.setDeserializeMainFunction(plan);
