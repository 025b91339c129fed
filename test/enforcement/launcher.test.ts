// The launcher alone, given programs that the planner would not make: what changed between decision and enforcement
// fails the start, and nothing runs.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { getSystemErrorName } from 'node:util';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { compileProgram } from '../../src/backend/linux/compile.ts';
import { decodeFrames, type Frame } from '../../src/launch/frames.ts';
import type { Grant } from '../../src/plan/grant.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { buildPlan } from '../../src/plan/plan.ts';
import { policyFromFlags } from '../../src/policy/from-flags.ts';
import { disk, machine, support } from '../golden/machine.ts';

let base: AbsolutePath;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'nono-case-')) as AbsolutePath;
  mkdirSync(join(base, 'real/inner'), { recursive: true });
  mkdirSync(join(base, 'session'));
  writeFileSync(join(base, 'real/file'), '');
  symlinkSync('real', join(base, 'link'));
});
afterEach(() => rmSync(base, { recursive: true }));

/** The default plan, with these grants instead of the user's, for a command that leaves a mark. */
function programWith(grants: readonly Partial<Grant>[]): Uint8Array {
  const plan = buildPlan(policyFromFlags({}, ['true']), machine(disk), support);
  const grant = { kind: 'directory', access: 'readwrite', origin: 'flag:--allow', required: true } as const;
  const system = ['/usr', '/proc'] as const;
  return compileProgram({
    ...plan,
    command: { executable: '/bin/sh', argv: ['sh', '-c', `echo ran > ${base}/session/mark; echo ran`] },
    temporary: `${base}/session`,
    grants: [
      ...system.map((path) => ({ ...grant, path, access: 'read' as const, required: false })),
      { ...grant, path: `${base}/session` as const },
      ...grants.map((each) => ({ ...grant, path: base, ...each })),
    ],
  });
}

type Run = { readonly frames: Frame[]; readonly output: string; readonly code: number | null };

function launch(program: Uint8Array | null): Promise<Run> {
  const child = spawn(join(inject('installation'), 'nono/dist/nono-launcher'), [], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  const channel = child.stdio[3] as Duplex;
  const received: Buffer[] = [];
  let output = '';
  channel.on('data', (chunk) => received.push(chunk)).on('error', () => {});
  child.stdout?.on('data', (chunk) => {
    output += chunk;
  });
  if (program === null) channel.end();
  else channel.write(program);
  return new Promise((resolve) =>
    child.on('close', (code) => resolve({ frames: decodeFrames(Buffer.concat(received)), output, code })),
  );
}

async function failureOf(grants: readonly Partial<Grant>[]): Promise<string> {
  const { frames, output, code } = await launch(programWith(grants));
  expect([output, code]).toEqual(['', 125]);
  const failure = frames.find((frame) => frame.kind === 'failure');
  return failure === undefined ? 'none' : `${failure.step}: ${getSystemErrorName(-failure.errno)}`;
}

describe('the launcher', () => {
  it('runs what it was given, and says hello first and the end last', async () => {
    const { frames, output } = await launch(programWith([{ path: `${base}/real` }]));
    expect(output).toBe('ran\n');
    expect(frames.map(({ kind }) => kind)).toEqual(['hello', 'ended']);
  });

  it('refuses a link in any component of a granted path', async () => {
    expect(await failureOf([{ path: `${base}/link` }])).toBe('open a granted path: ELOOP');
    expect(await failureOf([{ path: `${base}/link/inner` }])).toBe('open a granted path: ELOOP');
  });

  it('refuses a file where the plan saw a directory, and the reverse', async () => {
    expect(await failureOf([{ path: `${base}/real/file` }])).toBe('open a granted path: ENOTDIR');
    expect(await failureOf([{ path: `${base}/real`, kind: 'file' }])).toBe('open a granted path: EISDIR');
  });

  it('refuses a path that was asked for and has vanished, and passes over one that was not', async () => {
    expect(await failureOf([{ path: `${base}/gone` }])).toBe('open a granted path: ENOENT');
    const { output } = await launch(programWith([{ path: `${base}/gone`, required: false }]));
    expect(output).toBe('ran\n');
  });

  it('refuses a program that was changed on the way', async () => {
    const program = Buffer.from(programWith([]));
    program[100] = (program[100] as number) ^ 1;
    const { frames, output, code } = await launch(program);
    expect([output, code]).toEqual(['', 125]);
    expect(frames.at(-1)).toMatchObject({ kind: 'failure', detail: 'the checksum differs' });
  });

  it('ends quietly when no program comes', async () => {
    const { frames, code } = await launch(null);
    expect([frames.map(({ kind }) => kind), code]).toEqual([['hello'], 0]);
  });
});
