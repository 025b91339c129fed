// A command from its start to its end: its output in one piece, its code as an answer.
import { NonoError } from '../errors.ts';
import type { SpawnOptions } from './options.ts';
import type { Report } from './report.ts';
import type { ConfinedProcess } from './spawn.ts';

/**
 * As for `spawn`, and as `child_process.execFile` has them besides.
 *
 * @example
 * ```ts
 * import { buildPlan, type ExecOptions } from 'nono';
 *
 * const options: ExecOptions = { input: 'one\ntwo\n', maxBuffer: 1 << 20 };
 * const { stdout } = await buildPlan({}).compile().execFile('wc', ['-l'], options);
 * console.log(stdout.trim()); // 2
 * ```
 */
export type ExecOptions = SpawnOptions & {
  /** What the command reads; without it there is nothing to read. */
  readonly input?: string | Uint8Array;
  readonly encoding?: BufferEncoding;
  /** How many bytes of output, and of errors, are taken: 1 MiB where nothing else is said. */
  readonly maxBuffer?: number;
};

/**
 * What a command answered.
 *
 * @example
 * ```ts
 * import { buildPlan, type CommandResult } from 'nono';
 *
 * const result: CommandResult = await buildPlan({}).compile().exec('echo out; echo err >&2; exit 3');
 * console.log(result.stdout, result.stderr, result.code, result.signal); // out err 3 null
 * ```
 */
export type CommandResult = {
  readonly stdout: string;
  readonly stderr: string;
  /** null: a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly report: Report;
};

const defaultMaxBuffer = 1 << 20;

type Stream = 'stdout' | 'stderr';

function tooMuch(stream: Stream, maxBuffer: number): NonoError {
  return new NonoError([
    {
      code: 'launch/too-much-output',
      message: `the command wrote more than ${maxBuffer} bytes to ${stream}, and was ended`,
      origin: 'library',
      remedy: 'a larger maxBuffer, or spawn and read as it comes',
    },
  ]);
}

/** Gathers one stream; more than there is room for ends the command. */
function gather(child: ConfinedProcess, stream: Stream, maxBuffer: number, failed: (error: Error) => void) {
  const chunks: Buffer[] = [];
  let length = 0;
  child[stream]?.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBuffer) chunks.push(chunk);
    else if (child.kill('SIGKILL')) failed(tooMuch(stream, maxBuffer));
  });
  return (encoding: BufferEncoding) => Buffer.concat(chunks).toString(encoding);
}

/** Runs a command to its end. */
export async function execute(
  start: (file: string, words: readonly string[], options: SpawnOptions) => ConfinedProcess,
  file: string,
  words: readonly string[],
  { input, encoding = 'utf8', maxBuffer = defaultMaxBuffer, ...options }: ExecOptions,
): Promise<CommandResult> {
  const child = start(file, words, options);
  const failures: Error[] = [];
  const failed = (error: Error) => failures.push(error);
  const [stdout, stderr] = (['stdout', 'stderr'] as const).map((each) =>
    gather(child, each, maxBuffer, failed),
  ) as [ReturnType<typeof gather>, ReturnType<typeof gather>];
  child.on('error', failed);
  child.stdin?.on('error', () => {}); // it need not read what it is given
  child.stdin?.end(input);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((closed) =>
    child.on('close', (...ending) => closed(ending)),
  );
  const report = await child.report.catch(failed);
  if (failures[0] !== undefined) throw failures[0];
  return { stdout: stdout(encoding), stderr: stderr(encoding), code, signal, report: report as Report };
}
