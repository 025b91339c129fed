// Tries the ways out for real: a scratch directory with something to lose, somebody outside, and runs that try to reach both.
import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { AbsolutePath, Host } from '../plan/host.ts';
import { childOf, parentOf } from '../plan/path.ts';
import type { Answers } from '../plan/ways-out.ts';
import { type Tried, tryProgram } from './own-run.ts';

/** A directory to grant, and one beside it that is not. */
type Place = { readonly inside: AbsolutePath; readonly outside: AbsolutePath };

const secret = 'secret';
const script = '#!/bin/sh\nexit 0\n';
const content = {
  outside: { secret, victim: secret, moved: secret },
  inside: { '.env': secret, '.ssh/id_selftest': secret, old: 'old', kept: 'old', cut: 'old' },
} as const;
const scripts = { outside: ['tool'], inside: ['.git/hooks/pre-commit'] } as const;
const ownerOnly = 0o700;

function fill(directory: AbsolutePath, files: Readonly<Record<string, string>>, mode: number): void {
  for (const [name, text] of Object.entries(files)) {
    const file = childOf(directory, name);
    mkdirSync(parentOf(file), { recursive: true });
    writeFileSync(file, text, { mode });
  }
}

function furnish(base: AbsolutePath, name: string): Place {
  const place = { inside: childOf(base, `${name}/inside`), outside: childOf(base, `${name}/outside`) };
  for (const side of ['inside', 'outside'] as const) {
    fill(place[side], content[side], 0o600);
    fill(place[side], Object.fromEntries(scripts[side].map((each) => [each, script])), ownerOnly);
  }
  return place;
}

type Victim = { readonly process: ChildProcess; readonly pid: string; readonly port: string };

const patienceMs = 5000;

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

/** Somebody outside who listens; null: it did not say so in time. */
function startVictim(program: AbsolutePath, { outside }: Place): Victim | null {
  const victim = spawn(program, ['victim'], { cwd: outside, stdio: ['pipe', 'ignore', 'ignore'] });
  victim.on('error', () => {}); // it is missed below
  const ready = childOf(outside, 'ready');
  for (const end = Date.now() + patienceMs; !existsSync(ready) && Date.now() < end; ) pause();
  if (!existsSync(ready)) {
    victim.kill('SIGKILL');
    return null;
  }
  const [pid = '', port = ''] = readFileSync(ready, 'utf8').split(' ');
  return { process: victim, pid, port };
}

function answersOf({ stdout }: Tried): Answers {
  return new Map(
    stdout
      .split('\n')
      .map((line) => line.split(' '))
      .flatMap(([name = '', number = '']): [string, number][] =>
        /^-?\d+$/.test(number) ? [[name, Number(number)]] : [],
      ),
  );
}

const killed = -9;

/** Whether what would stay has stayed; it is ended then. */
function lookForLingering({ inside }: Place): number {
  const mark = childOf(inside, 'lingering');
  if (!existsSync(mark)) return killed;
  const pid = Number(readFileSync(mark, 'utf8'));
  try {
    if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('nono-ways-out')) return killed;
    process.kill(pid, 'SIGKILL');
    return 0;
  } catch {
    return killed; // no such process
  }
}

export type WaysTried = {
  readonly inside: Answers;
  readonly outside: Answers;
  /** What a run said instead of trying; empty where all went well. */
  readonly trouble: string;
};

const quiet = ['run', '--no-profile', '--silent', '--no-diagnostics'];

/** Tries everything in a directory that is empty. */
export function tryWaysOut(base: AbsolutePath, host: Host): WaysTried {
  const home = host.installation ?? base;
  const program = childOf(home, 'nono-ways-out');
  const [confined, free] = [furnish(base, 'confined'), furnish(base, 'free')];
  const temporary = childOf(base, 'tmp');
  mkdirSync(temporary);
  const leaked = openSync(childOf(confined.outside, 'secret'), 'r');
  const environment = (place: Place) => ({
    PATH: host.environment.PATH ?? '/usr/bin:/bin',
    HOME: place.inside,
    TMPDIR: temporary,
    XDG_STATE_HOME: childOf(base, 'state'),
    ...(host.environment.NONO === undefined ? {} : { NONO: host.environment.NONO }),
    SELFTEST_API_TOKEN: secret,
    LD_LIBRARY_PATH: base,
  });
  const attempt = (place: Place, file: AbsolutePath, words: readonly string[], kinds: string): Tried => {
    const victim = startVictim(program, place);
    if (victim === null) return { code: null, stdout: '', stderr: 'nono-ways-out does not start' };
    const { dev, ino } = statSync(childOf(place.outside, 'secret'));
    const arguments_ = [kinds, place.outside, victim.pid, victim.port, `${dev}/${ino}`];
    try {
      return tryProgram(file, [...words, ...arguments_], place.inside, environment(place), leaked);
    } finally {
      victim.process.kill('SIGKILL');
      for (const name of ['ready', 'socket']) rmSync(childOf(place.outside, name), { force: true });
    }
  };
  const nono = childOf(home, 'nono');
  const granted = [...quiet, '--allow', '.', '--deny', '**/.env'];
  const files = attempt(confined, nono, [...granted, '--', program], 'fc');
  const stays = lookForLingering(confined);
  const network = attempt(confined, nono, [...granted, '--net-block', '--', program], 'n');
  const outside = attempt(free, program, [], 'fn');
  closeSync(leaked);
  const inside = new Map([...answersOf(files), ...answersOf(network)]);
  if (inside.has('outlive')) inside.set('outlive', stays);
  const trouble = [files, network, outside].flatMap(({ code, stderr }) =>
    code === 0 ? [] : [stderr.trim()],
  );
  return { inside, outside: answersOf(outside), trouble: trouble.join('\n') };
}
