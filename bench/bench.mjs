// npm run bench: measures every section side by side and writes the figures into docs/performance.md.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { calls } from './calls.mjs';
import { grants } from './grants.mjs';
import { library } from './library.mjs';
import { compile } from './measure.mjs';
import { memory } from './memory.mjs';
import { enterNamespace, placeForProjects } from './mounts.mjs';
import { parallel } from './parallel.mjs';
import { installPeers, peerNames } from './peers.mjs';
import { checkSection, passes, replaceSection } from './record.mjs';
import { sequence } from './sequence.mjs';
import { start } from './start.mjs';
import { findWays } from './ways.mjs';
import { work } from './work.mjs';

const sections = { start, library, parallel, sequence, grants, memory, calls, work };

const full = {
  rounds: 30,
  seconds: 240,
  workSeconds: 70,
  sizes: {
    ...{ parallel: 200, sequence: 10_000, runs: 1000, grants: [10, 1000, 10_000] },
    ...{ files: 10_000, searched: 50_000, modules: 1500 },
  },
};
// Fewer and smaller: rows whose names say a size are other rows then, and not compared with the recorded ones.
const quick = {
  rounds: 9,
  seconds: 20,
  workSeconds: 20,
  sizes: {
    ...{ parallel: 200, sequence: 500, runs: 100, grants: [10, 1000] },
    ...{ files: 2000, searched: 5000, modules: 300 },
  },
};

const usage = `Usage: npm run bench -- [--only SECTION,…] [--peers NAME,…|none] [--quick] [--print] [--check]

  --only    ${Object.keys(sections).join(', ')}
  --peers   ${peerNames.join(', ')}
  --quick   fewer rounds and smaller projects; prints, and writes nothing
  --print   prints, and writes nothing
  --check   compares with docs/performance.md: fails where a ratio in bold got worse by more than 20 %
  --rounds  how often each command is run (30), within --seconds (240 for a table, 70 for one work), and at least 3 times`;

const text = { type: 'string' };
const yes = { type: 'boolean', default: false };
const options = {
  only: text,
  peers: text,
  rounds: text,
  seconds: text,
  quick: yes,
  print: yes,
  check: yes,
  help: yes,
};

function stop(message) {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}

function readWords() {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return stop(error.message);
  }
}

function choose(given, known, what) {
  const names = given === undefined ? known : given === 'none' ? [] : given.split(',');
  for (const name of names) if (!known.includes(name)) stop(`there is no ${what} "${name}"`);
  return names;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const document = join(root, 'docs/performance.md');
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'nono-bench');
const say = (line) => console.error(line);

function openContext(values) {
  if (!existsSync(join(root, 'dist/nono'))) stop('nono is not built\n  Try: npm run build');
  const scratch = mkdtempSync(join(tmpdir(), 'nono-bench-'));
  const fast = existsSync('/dev/shm') ? mkdtempSync('/dev/shm/nono-bench-') : scratch;
  for (const name of ['work', 'tmp']) mkdirSync(join(scratch, name));
  // Beside the peers, since one of them runs nothing where its state lies in what it lets everything write.
  mkdirSync(cache, { recursive: true });
  const state = mkdtempSync(join(cache, 'state-'));
  // Node parses the bundle at every start when this is set, ours and the peers': it would hide everything else.
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  removeAtExit([scratch, fast, state]);
  const context = {
    ...(values.quick ? quick : full),
    ...(values.rounds && { rounds: Number(values.rounds) }),
    ...(values.seconds && { seconds: Number(values.seconds), workSeconds: Number(values.seconds) }),
    ...{ root, scratch, fast, say, work: join(scratch, 'work') },
    env: { ...env, TMPDIR: join(scratch, 'tmp'), XDG_STATE_HOME: state },
  };
  return { ...context, timer: compile(context, 'timer.c', 'timer') };
}

function findContenders(context, names) {
  return findWays(context, installPeers(names, cache, say));
}

async function check(context, name, first) {
  const { compared, regressed } = await checkSection(readFileSync(document, 'utf8'), name, first, () => {
    say(`  ${name} got worse; measuring it again …`);
    return sections[name](context);
  });
  for (const { what, before, now } of regressed)
    say(
      `regressed: ${name}, ${what}: ${before} is now ${now === Number.POSITIVE_INFINITY ? 'a failure' : now}`,
    );
  return { compared, regressed: regressed.length };
}

/** However the benchmark ends, Ctrl-C included. */
function removeAtExit(directories) {
  process.on('exit', () => {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
}

async function measureSections({ quick, print, check: checks }, chosen, context) {
  const totals = { compared: 0, regressed: 0 };
  const record = (name, figures) => {
    console.log(`\n## ${name}\n\n${figures}`);
    if (quick || print || checks) return;
    writeFileSync(document, replaceSection(readFileSync(document, 'utf8'), name, figures));
  };
  if (chosen.length === Object.keys(sections).length) record('peers', context.contenders);
  for (const name of chosen) {
    say(`measuring ${name} …`);
    const figures = await sections[name](context);
    record(name, figures);
    const checked = checks ? await check(context, name, figures) : { compared: 0, regressed: 0 };
    totals.compared += checked.compared;
    totals.regressed += checked.regressed;
  }
  if (!checks) return;
  console.log(`\n${totals.compared} ratios compared, ${totals.regressed} regressed`);
  if (totals.compared === 0) say('nothing was compared: measure it once without --check');
  process.exitCode = passes(totals) ? 0 : 1;
}

const values = readWords();
if (values.help) {
  console.log(usage);
} else {
  const chosen = choose(values.only, Object.keys(sections), 'section');
  const names = choose(values.peers, peerNames, 'peer');
  if (chosen.includes('work')) enterNamespace();
  const context = openContext(values);
  const projects = chosen.includes('work') ? placeForProjects(join(context.scratch, 'projects')) : null;
  await measureSections(values, chosen, { ...context, projects, ...findContenders(context, names) });
}
