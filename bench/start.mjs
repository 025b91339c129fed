// Start of `true`: bare, bubblewrap, the launcher alone, the one-process front, and Node beside them, in one run.
// Prints a Markdown table of medians; every row's ratio is to the bare row of its own kind.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const runs = process.argv[2] ?? '60';
const scratch = mkdtempSync(join(tmpdir(), 'nono-bench-'));
const launch = join(scratch, 'launch');

function need(tool) {
  if (spawnSync('which', [tool]).status === 0) return;
  console.error(
    `the benchmark needs ${tool}\n  Try: apt-get install ${tool === 'bwrap' ? 'bubblewrap' : tool}`,
  );
  process.exit(1);
}

function compile() {
  const built = spawnSync('cc', ['-O2', '-static', '-o', launch, join(root, 'bench/launch.c')], {
    stdio: 'inherit',
  });
  if (built.status !== 0) process.exit(1);
}

/** A recorded program, as nono hands it to the launcher: what the launcher alone costs, without the planning. */
function recordProgram() {
  const program = join(scratch, 'program');
  const recorded = spawnSync(launch, ['record', program, join(root, 'dist/cli.cjs')], { stdio: 'inherit' });
  if (recorded.status !== 0) process.exit(1);
  return program;
}

for (const tool of ['hyperfine', 'bwrap']) need(tool);
compile();
const program = recordProgram();
const rows = [
  ['true', 'true'],
  ['bubblewrap --unshare-all', 'bwrap --ro-bind / / --dev /dev --proc /proc --unshare-all true'],
  ['true, started by the driver below', `${launch} bare true`],
  [
    'the launcher alone, the default plan, started by the driver',
    `${launch} run ${program} ${join(root, 'dist/nono-launcher')}`,
  ],
  ['node -e 0', 'node -e 0'],
  ['nono run -s -- true', `${join(root, 'dist/nono')} run -s -- true`],
];
const json = join(scratch, 'hyperfine.json');
// Node parses the bundle at every start when this is set; nono does not let it (native/front.c).
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const measured = spawnSync(
  'hyperfine',
  ['-N', '--warmup', '5', '--runs', runs, '--export-json', json, ...rows.map(([, command]) => command)],
  { stdio: ['ignore', 'ignore', 'inherit'], env },
);
if (measured.status !== 0) process.exit(1);
const medians = JSON.parse(readFileSync(json, 'utf8')).results.map(({ median }) => median * 1000);
rmSync(scratch, { recursive: true });

const [bare, bubblewrap, driven, launcher, node] = medians;
console.log(`| what | median of ${runs} | against |\n|---|---|---|`);
rows.forEach(([name], index) => {
  const baseline = index === 3 ? driven : bare;
  const over = `+${(medians[index] - baseline).toFixed(2)} ms over ${index === 3 ? 'the same driver' : 'bare'}`;
  const against = index < 4 ? over : `${(medians[index] / node).toFixed(2)} × node -e 0`;
  console.log(`| ${name} | ${medians[index].toFixed(2)} ms | ${index === 0 ? '' : against} |`);
});
console.log(
  `\nThe launcher's overhead is ${((launcher - driven) / (bubblewrap - bare)).toFixed(2)} of bubblewrap's.`,
);
