// Stories for macOS: a command line in; the Seatbelt profile and its parameters out, compared byte for byte. UPDATE_GOLDEN=1
// writes them anew.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileSeatbelt } from '../../src/backend/macos/compile.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { type PolicyFlags, policyFromFlags } from '../../src/policy/from-flags.ts';
import { mac } from '../conformance/machines.ts';

const stories: readonly [string, PolicyFlags][] = [
  ['nothing', {}],
  ['allow', { allow: ['.'], deny: ['**/.env*'] }],
  ['keep-and-ports', { allow: ['.'], onDelete: 'keep', allowPort: [5432], allowUnixSocket: ['~/data/x.sock'] }],
];

describe('compileSeatbelt()', () => {
  it.each(stories)('%s: the profile is as it was', (name, flags) => {
    const { text, parameters } = compileSeatbelt(
      buildPlan(policyFromFlags(flags, ['true']), mac, { seatbelt: true }),
    );
    const named = Object.entries(parameters).map(([each, value]) => `; ${each} = ${JSON.stringify(value)}`);
    const story = `${text}\n${named.join('\n')}\n`;
    const file = fileURLToPath(new URL(`macos-${name}.sb`, import.meta.url));
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, story);
    expect(existsSync(file), `${file} is missing: UPDATE_GOLDEN=1 writes it`).toBe(true);
    expect(story === readFileSync(file, 'utf8'), `${name} differs: UPDATE_GOLDEN=1 shows how in git diff`).toBe(true);
  });
});
