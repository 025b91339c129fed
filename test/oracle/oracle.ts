// Holds `nono why` to what the kernel does: the same requests are asked, tried inside a run, and tried outside.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  askChanging,
  askLooking,
  grow,
  type Node,
  plantPlot,
  plots,
  type Question,
  randomFrom,
  wishFlags,
} from './world.ts';

export type OracleOptions = {
  readonly nono: string;
  readonly probe: string;
  readonly uid: number;
  readonly gid: number;
  readonly cases: number;
  readonly seed: number;
};

export type Mismatch = {
  readonly seed: number;
  readonly flags: readonly string[];
  readonly question: Question;
  readonly verdict: string;
  readonly inside: number;
  readonly outside: number;
};

export type Tally = {
  readonly cases: number;
  /** How often each operation was allowed and denied. */
  readonly counts: Readonly<Record<string, { allowed: number; denied: number }>>;
  readonly mismatches: readonly Mismatch[];
};

const lookingPerPlot = 12;
// EPERM, EACCES, EBUSY, EXDEV, EDQUOT
const denials = [1, 13, 16, 18, 122];

type Answer = { readonly status: 'allowed' | 'denied'; readonly reason: string };

function agree({ status }: Answer, inside: number, outside: number): boolean {
  if (status === 'allowed') return inside === outside;
  return inside !== 0 && (outside !== 0 || denials.includes(inside));
}

function own(path: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0) return;
  const done = spawnSync('chown', ['-Rh', `${uid}:${gid}`, path]);
  if (done.status !== 0) throw new Error(String(done.stderr));
}

/** Less the flags whose values an error names; less all where it names none. */
function withoutRefused(flags: readonly string[], error: string): string[] {
  const isNamed = (value: string) => error.includes(JSON.stringify(value));
  const rest = flags.filter((_, at) => !isNamed(flags[at | 1] ?? flags[at] ?? ''));
  return rest.length < flags.length ? rest : [];
}

/** One world: flags that make no plan are left out. */
function playWorld(options: OracleOptions, seed: number, scratch: string) {
  const { nono, uid, gid } = options;
  const random = randomFrom(seed);
  const home = join(scratch, 'home');
  const temporary = join(scratch, 'tmp');
  const trees = plots.map((plot) => plantPlot(random, join(home, plot)));
  const build = () => {
    for (const name of readdirSync(scratch)) rmSync(join(scratch, name), { recursive: true, force: true });
    for (const directory of [home, temporary]) mkdirSync(directory);
    for (const nodes of trees) grow(nodes);
    own(scratch, uid, gid);
  };
  const env = { PATH: '/usr/bin:/bin', HOME: home, TMPDIR: temporary, LANG: 'C.UTF-8' };
  const call = (file: string, words: readonly string[], input: string) =>
    spawnSync(file, words, {
      cwd: home,
      env,
      input,
      uid,
      gid,
      encoding: 'utf8',
      timeout: 60_000,
      maxBuffer: 1 << 26,
    });

  const questions: Question[] = [
    ...trees.flatMap((nodes) => Array.from({ length: lookingPerPlot }, () => askLooking(random, nodes))),
    ...trees.map((nodes, index) => askChanging(random, nodes, trees[(index + 1) % trees.length] as Node[])),
  ];
  const lines = questions.map((each) => JSON.stringify(each)).join('\n');
  build();
  let flags = wishFlags(random, home, trees);
  let asked = call(nono, ['why', ...flags, '--batch'], lines);
  while (asked.status !== 0 && flags.length > 0) {
    flags = withoutRefused(flags, asked.stderr);
    asked = call(nono, ['why', ...flags, '--batch'], lines);
  }
  if (asked.status !== 0) throw new Error(`no flags make a plan: ${asked.stderr}`);
  const answers = asked.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);
  const probe = ['/usr/bin/python3', '-c', readFileSync(options.probe, 'utf8')];
  const tried = (file: string, words: readonly string[]) => {
    const done = call(file, words, JSON.stringify(questions));
    const numbers = done.stdout.trim().split('\n').map(Number);
    if (numbers.length !== questions.length)
      throw new Error(`seed ${seed}: ${done.stderr}\n${flags.join(' ')}`);
    return numbers;
  };
  const inside = tried(nono, ['run', '-s', '--no-diagnostics', ...flags, '--', ...probe]);
  build();
  const outside = tried(probe[0] as string, probe.slice(1));
  return questions.map((question, index) => ({
    question,
    flags,
    answer: answers[index] as Answer,
    inside: inside[index] as number,
    outside: outside[index] as number,
  }));
}

/** Plays worlds until so many cases were compared. */
export function runOracle(options: OracleOptions): Tally {
  const scratch = mkdtempSync(join(tmpdir(), 'nono-oracle-'));
  chmodSync(scratch, 0o755);
  if (process.getuid?.() === 0) chownSync(scratch, options.uid, options.gid);
  const counts: Record<string, { allowed: number; denied: number }> = {};
  const mismatches: Mismatch[] = [];
  let cases = 0;
  try {
    for (let seed = options.seed; cases < options.cases; seed++)
      for (const { question, flags, answer, inside, outside } of playWorld(options, seed, scratch)) {
        const key = question.host === undefined ? question.op : `${question.op} host`;
        counts[key] ??= { allowed: 0, denied: 0 };
        counts[key][answer.status]++;
        cases++;
        if (!agree(answer, inside, outside))
          mismatches.push({
            seed,
            flags,
            question,
            verdict: `${answer.status} ${answer.reason}`,
            inside,
            outside,
          });
      }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { cases, counts, mismatches };
}
