// What a run was planned from and came to, for nono's own process to make it once more without planning: native/memory.c
// takes every look again, and plans anew where one sees something else.
import { ftruncateSync, readFileSync, writeSync } from 'node:fs';
import { compileWithoutVariables } from '../backend/linux/compile.ts';
import { encodePlanFile, type PlanRecord } from '../backend/linux/plan-file.ts';
import type { LinuxPlan } from '../plan/plan.ts';
import type { SessionDirectories } from './directories.ts';
import { type Look, type LookKind, watchLooks } from './disk.ts';
import { callerEnvironment } from './host.ts';
import { encodeReportWish, type ReportWish } from './report-wish.ts';
import { sipHash, sipKeyBytes } from './siphash.ts';

const memory = 5;

/** Says that the descriptor is open for the run to be remembered in, and holds what it is told apart by. */
const memoryVariable = 'NONO_REMEMBER';

const kinds: Readonly<Record<LookKind, number>> = {
  entry: 1,
  object: 2,
  entries: 3,
  content: 4,
  start: 5,
  fileSystem: 6,
  executes: 7,
  writes: 8,
};

type Seen = { readonly looks: Map<string, Look>; canBeTaken: boolean };

type Remembering = {
  readonly seen: Seen;
  /** What the file held: a key to hash by, which nobody else knows, and what the run is told apart by. */
  readonly key: Buffer;
};

/** null: this run is not to be remembered. */
let remembering: Remembering | null = null;

/** What changed while it was planned from may be seen again, but not everything was planned from that. */
function note(looked: Seen, look: Look): void {
  const what = look.kind === 'entries' ? look.text : look.text !== ''; // of some kinds; where a link leads
  const place = `${look.kind} ${what} ${look.path}`;
  const before = looked.looks.get(place);
  if (before !== undefined && (before.number !== look.number || before.text !== look.text))
    looked.canBeTaken = false;
  looked.looks.set(place, look);
}

/** Begins to watch, with what is long hashed by this key. */
export function collectLooks(key: Uint8Array): Seen {
  const looked: Seen = { looks: new Map(), canBeTaken: true };
  watchLooks((look) => {
    if (look === null) looked.canBeTaken = false;
    else note(looked, look);
  }, sipHash(key));
  return looked;
}

/** Begins to watch, where nono's own process asks for it. */
export function beginToRemember(): void {
  if (process.env[memoryVariable] === undefined) return;
  delete process.env[memoryVariable]; // it is nobody else's
  const key = readFileSync(memory);
  remembering = { seen: collectLooks(key.subarray(0, sipKeyBytes)), key };
}

export type Remembered = {
  readonly plan: LinuxPlan;
  readonly directories: SessionDirectories;
  readonly wish: ReportWish;
  readonly ownPlan: string;
  readonly guide: string;
  /** What the user was told before the command started. */
  readonly announced: string;
};

/** A value that the caller has as well is taken from it: no secret is written down. */
function variableRecords({ plan }: Remembered): PlanRecord[] {
  const environment = callerEnvironment();
  return plan.environment.variables.map(({ name, value }) =>
    environment[name] === value
      ? { tag: 'inherited', texts: [name] }
      : { tag: 'set', numbers: [0], texts: [`${name}=${value}`] },
  );
}

export function lookRecord({ kind, path, number, text }: Look): PlanRecord {
  return { tag: 'look', numbers: [kinds[kind], number], texts: [path, text] };
}

function recordsOf(run: Remembered, { seen, key }: Remembering): PlanRecord[] {
  const { plan, directories } = run;
  const { temporary, store, cgroup, guide } = directories;
  return [
    { tag: 'key', bytes: key },
    ...[...seen.looks.values()].map(lookRecord),
    { tag: 'session', texts: [plan.session.id, plan.session.started] },
    { tag: 'program', bytes: compileWithoutVariables(plan) },
    ...variableRecords(run),
    { tag: 'ownPlan', bytes: Buffer.from(run.ownPlan) },
    { tag: 'temporary', texts: [temporary] },
    ...(store === null ? [] : [{ tag: 'store', texts: [store] } as const]),
    ...(cgroup === null ? [] : [{ tag: 'cgroup', texts: [cgroup] } as const]),
    ...(guide === undefined ? [] : [{ tag: 'guide', bytes: Buffer.from(run.guide) } as const]),
    { tag: 'wish', texts: [encodeReportWish(run.wish)] },
    { tag: 'announced', bytes: Buffer.from(run.announced) },
  ];
}

function writeMemory(bytes: Uint8Array): void {
  ftruncateSync(memory);
  for (let at = 0; at < bytes.length; ) at += writeSync(memory, bytes, at, bytes.length - at, at);
}

/** A grant that was missing is made by planning alone. */
function canBeRepeated({ grants }: LinuxPlan): boolean {
  return grants.every(({ make }) => make === undefined);
}

/** Writes the run down, when it has been handed over; nobody waits for it. */
export function remember(run: Remembered): void {
  if (remembering === null) return;
  try {
    if (remembering.seen.canBeTaken && canBeRepeated(run.plan))
      writeMemory(encodePlanFile(recordsOf(run, remembering)));
  } catch {
    // The run goes on as it is; the next one is planned like this one.
  }
  process.kill(process.pid, 'SIGKILL'); // taking Node down in order takes longer than many a command
}
