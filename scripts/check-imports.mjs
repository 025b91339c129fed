// Holds the direction of imports: policy ← plan ← backend ← launch ← cli and library, with errors, store and term beside
// them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const source = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');

// Each folder may import itself and what stands here; '' is the top of src.
const allowed = {
  policy: ['', '../profiles', '../profiles/agents', '../profiles/development', '../profiles/macos'],
  plan: ['', 'policy'],
  backend: ['', 'policy', 'plan'],
  term: ['', 'policy', 'plan', 'store'],
  store: ['', 'plan'],
  launch: ['', 'policy', 'plan', 'backend', 'store'],
  cli: ['', 'policy', 'plan', 'backend', 'launch', 'store', 'term', '..'],
  library: ['', 'policy', 'plan', 'backend', 'launch', 'store', 'term'],
  '': ['library', 'policy', 'plan'],
};

// Only these may touch the machine: everything before them takes values and returns values.
const machine = /^node:(fs|child_process|os|net|process|tty)/;
const mayTouchMachine = ['launch', 'store', 'cli', 'library'];

// Planning sees the disk through disk.ts, so that a run that is made again can look again. Others of its folder have
// something else to do there: descriptors, what a session makes, what has nothing to do with planning a run.
const lookAtDisk = 'launch/disk.ts';
const doOtherwise = [
  'channel',
  'denials',
  'directories',
  'facts',
  'host',
  'linux/machine',
  'make-directory',
  'make-grants',
  'memory',
  'own-plan',
  'plan-file',
  'scratch',
  'trust',
  'ways-out',
].map((name) => `launch/${name}.ts`);

function mayImport(where, target) {
  if (!mayTouchMachine.includes(where.split('/')[0])) return false;
  if (target !== 'node:fs' || !where.startsWith('launch/') || where.startsWith('launch/macos/')) return true;
  return where === lookAtDisk || doOtherwise.includes(where);
}

function folderOf(file) {
  const path = relative(source, file);
  if (path.startsWith('..')) return dirname(path);
  return path.includes('/') ? path.split('/')[0] : '';
}

const files = readdirSync(source, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => join(entry.parentPath, entry.name));

const faults = files.flatMap((file) => {
  const folder = folderOf(file);
  const imports = [
    ...readFileSync(file, 'utf8').matchAll(/(?:^|\n)(?:import|export)\b[^;]*?from '([^']+)'/g),
  ];
  return imports.flatMap(([, target]) => {
    const where = relative(source, file);
    if (machine.test(target))
      return mayImport(where, target) ? [] : [`${where} touches the machine: ${target}`];
    if (!target.startsWith('.')) return [];
    const to = folderOf(resolve(dirname(file), target));
    return to === folder || allowed[folder]?.includes(to) ? [] : [`${where} must not import ${target}`];
  });
});

for (const fault of faults) console.error(fault);
process.exit(faults.length === 0 ? 0 : 1);
