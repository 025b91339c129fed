// Compares `nono why` with what the kernel does: npm run oracle -- [--cases N] [--seed S] [--uid N --gid N]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const text = { type: 'string' };
const { values } = parseArgs({ options: { cases: text, seed: text, uid: text, gid: text } });
const uid = Number(values.uid ?? process.getuid());

const { outputFiles } = await build({
  entryPoints: [join(root, 'test/oracle/oracle.ts')],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
});
const { runOracle } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);
const { cases, counts, mismatches } = runOracle({
  nono: join(root, 'dist/nono'),
  probe: join(root, 'test/oracle/probe.py'),
  uid,
  gid: Number(values.gid ?? (values.uid === undefined ? process.getgid() : uid)),
  cases: Number(values.cases ?? 5000),
  seed: Number(values.seed ?? 1),
});
for (const mismatch of mismatches) console.log(JSON.stringify(mismatch));
console.table(counts);
console.log(`${cases} cases, ${mismatches.length} mismatches`);
process.exitCode = mismatches.length === 0 ? 0 : 1;
