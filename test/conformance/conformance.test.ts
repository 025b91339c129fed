// Four answers to each request: `ask` of the plan for Linux and for macOS, the Linux program read from its bytes, and the
// profile put through the evaluator. On one platform they agree; between the platforms each difference is documented.
// UPDATE_GOLDEN=1 writes verdicts.txt anew.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileProgram } from '../../src/backend/linux/compile.ts';
import { compileSeatbelt } from '../../src/backend/macos/compile.ts';
import { prepareToAsk } from '../../src/plan/ask/ask.ts';
import type { Request } from '../../src/plan/ask/request.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { support } from '../golden/machine.ts';
import { type Case, policies, requests } from './cases.ts';
import { type Difference, differences } from './differences.ts';
import { linuxProgram } from './linux.ts';
import { linux, mac } from './machines.ts';
import { seatbeltProfile } from './seatbelt.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

function textOf(request: Request): string {
  switch (request.kind) {
    case 'file':
      return `${request.op} ${request.path}`;
    case 'rename':
    case 'link':
      return `${request.kind} ${request.path} → ${request.to}`;
    case 'socket':
      return `${request.op} ${request.path}`;
    case 'network':
      return `${request.op} ${request.host}:${request.port}`;
    case 'command':
      return `command ${request.name}`;
  }
}

function policyOf({ flags, grants = [] }: Case) {
  const policy = policyFromFlags(flags, ['true']);
  return { ...policy, grants: [...policy.grants, ...grants] };
}

function answersOf(each: Case) {
  const policy = policyOf(each);
  const onLinux = buildPlan(policy, linux, support);
  const onMac = buildPlan(policy, mac, { seatbelt: true });
  const [askLinux, askMac] = [prepareToAsk(onLinux, linux), prepareToAsk(onMac, mac)];
  const program = linuxProgram(compileProgram(onLinux), linux);
  const profile = seatbeltProfile(compileSeatbelt(onMac), mac);
  return requests.map((request) => {
    const answers = {
      linux: askLinux(request).status === 'allowed',
      program: program(request),
      macos: askMac(request).status === 'allowed',
      seatbelt: profile(request),
    };
    const isSame = answers.linux === answers.macos;
    const difference = isSame
      ? null
      : (differences.find(({ explains }) => explains(request, answers, onMac)) ?? null);
    return { request, ...answers, isSame, difference };
  });
}

const asked = Object.entries(policies).map(([name, each]) => ({ name, answers: answersOf(each) }));

describe('the platforms', () => {
  it('are asked enough', () => {
    expect(asked.length).toBeGreaterThanOrEqual(30);
    expect(asked.flatMap(({ answers }) => answers).length).toBeGreaterThanOrEqual(300);
  });

  it.each(asked)('$name: what is answered on Linux is what the program says', ({ answers }) => {
    const wrong = answers.filter((each) => each.linux !== each.program);
    expect(
      wrong.map(({ request, linux: asks }) => `${asks ? 'allows' : 'denies'} ${textOf(request)}`),
    ).toEqual([]);
  });

  it.each(asked)('$name: what is answered on macOS is what the profile says', ({ answers }) => {
    const wrong = answers.filter((each) => each.macos !== each.seatbelt);
    expect(
      wrong.map(({ request, macos: asks }) => `${asks ? 'allows' : 'denies'} ${textOf(request)}`),
    ).toEqual([]);
  });

  it.each(asked)('$name: where they differ, it is documented', ({ answers }) => {
    const unexplained = answers.filter(({ isSame, difference }) => !isSame && difference === null);
    expect(
      unexplained.map(({ request, linux: asks }) => `Linux ${asks ? 'allows' : 'denies'} ${textOf(request)}`),
    ).toEqual([]);
  });

  it('answer as they did', () => {
    const letters = ['.', 'm', 'l', 'y'];
    const letter = (each: { linux: boolean; macos: boolean }) =>
      letters[2 * Number(each.linux) + Number(each.macos)];
    const lines = [
      'Allowed: y on both, l on Linux alone, m on macOS alone, . on neither.',
      'The policies, a column each, in this order:',
      ...asked.map(({ name }, at) => `${String(at + 1).padStart(3)} ${name}`),
      '',
      ...requests.map(
        (request, at) =>
          `${asked.map(({ answers }) => letter(answers[at] as (typeof answers)[number])).join('')}  ${textOf(request)}`,
      ),
    ];
    const text = `${lines.join('\n')}\n`;
    const file = join(here, 'verdicts.txt');
    if (process.env.UPDATE_GOLDEN) writeFileSync(file, text);
    expect(existsSync(file), 'UPDATE_GOLDEN=1 writes it').toBe(true);
    expect(
      text === readFileSync(file, 'utf8'),
      'verdicts.txt differs: UPDATE_GOLDEN=1 shows how in git diff',
    ).toBe(true);
  });
});

describe('docs/platforms.md', () => {
  const page = readFileSync(join(here, '../../docs/platforms.md'), 'utf8');
  const found = new Set(asked.flatMap(({ answers }) => answers.map(({ difference }) => difference)));

  it.each(
    differences.map((each): [string, Difference] => [each.title, each]),
  )('says why of: %s, which occurs', (title, difference) => {
    expect(page).toContain(`\n### ${title}\n`);
    expect(found.has(difference)).toBe(true);
  });
});
