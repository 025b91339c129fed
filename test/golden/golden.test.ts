// Stories: a command line in; the plan, the program and its listing out, compared byte for byte. UPDATE_GOLDEN=1 writes
// them anew. test/native cuts and flips the programs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/backend/linux/compile.ts';
import { buildPlan, type Plan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { planToJson } from '../../src/term/plan-json.ts';
import { listing } from '../backend/linux/decode.ts';
import { disk, machine, support } from './machine.ts';

const here = dirname(fileURLToPath(import.meta.url));

const stories: readonly [string, PolicyFlags, readonly string[]][] = [
  ['nothing', {}, ['true']],
  ['allow', { allow: ['.'] }, ['make', '-j', '2']],
  ['net-block', { allow: ['.'], netBlock: true }, ['true']],
  ['read-and-write-file', { read: ['~/data'], writeFile: ['notes'] }, ['true']],
  ['environment', { env: ['NAME=value', 'LANG'], workdir: 'out' }, ['true', '']],
  ['files', { readFile: ['notes'], allowFile: ['/dev/null'], write: ['out'] }, ['true']],
  ['bypass', { bypassProtection: ['~/.ssh'], read: ['~/.ssh'] }, ['true']],
];

/** The protected paths are a thousand and have tests of their own: a story counts them. */
function readable(plan: Plan): string {
  const json = planToJson(plan) as { protected: readonly unknown[] };
  return `${JSON.stringify({ ...json, protected: `${json.protected.length > 500 ? 'hundreds of' : 'few'} paths` }, null, 2)}\n`;
}

function compare(file: string, bytes: Uint8Array): void {
  const path = join(here, file);
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, bytes);
  expect(existsSync(path), `${file} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(
    Buffer.from(bytes).equals(readFileSync(path)),
    `${file} differs: UPDATE_GOLDEN=1 shows how in git diff`,
  ).toBe(true);
}

describe('buildPlan() and compileProgram()', () => {
  it.each(stories)('%s: plan, program and listing are as they were', (name, flags, command) => {
    const plan = buildPlan(policyFromFlags(flags, command), machine(disk), support);
    const program = compileProgram(plan);
    compare(`${name}.json`, Buffer.from(readable(plan)));
    compare(`${name}.program`, program);
    compare(`${name}.txt`, Buffer.from(listing(program)));
  });
});
