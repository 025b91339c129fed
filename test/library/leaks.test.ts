// Many sandboxes of one program leave nothing behind: `npm run bench -- --only library` plays ten thousand.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { asOrdinaryUser } from '../enforcement/sandbox.ts';
import { answerOf } from './script.ts';

const script = join(dirname(fileURLToPath(import.meta.url)), '../../bench/leaks.mjs');

asOrdinaryUser('a program with many sandboxes', (open) => {
  it('is left with no descriptor, process, directory or memory of theirs', () => {
    const box = open();
    const answer = answerOf(
      box,
      `${readFileSync(script, 'utf8')}
       import { buildPlan } from 'nono';
       const env = { ...process.env, XDG_STATE_HOME: process.env.HOME + '/state' };
       const sandbox = buildPlan({ allow: ['.'] }, { env }).compile();
       console.log(JSON.stringify(await findLeaks(sandbox, env, { parallel: 25, sequence: 100 })));`,
    ) as Record<string, number>;
    expect(answer).toMatchObject({ descriptors: 0, processes: 0, 'private directories': 0, stores: 0 });
    expect(answer['MiB of heap']).toBeLessThan(2);
  });
});
