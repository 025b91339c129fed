// What stays in memory while a command runs: every process that a contender keeps alive beside the command itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { held, heldFailure, ratio, table } from './record.mjs';

const command = ['sleep', '86399'];
const settleMs = 1500;
const startMs = 15_000;

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has just ended
  }
}

const kilobytes = (pid, file, field) =>
  Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(read(pid, file))?.[1] ?? 0);

/** The process and all below it. */
function tree(root) {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = pids.map((pid) => [Number(pid), kilobytes(pid, 'status', 'PPid')]);
  const below = (pid) => [
    pid,
    ...parents.filter(([, parent]) => parent === pid).flatMap(([each]) => below(each)),
  ];
  return below(root).map((pid) => ({
    pid,
    isCommand: read(pid, 'cmdline') === `${command.join('\0')}\0`,
    resident: kilobytes(pid, 'status', 'VmRSS'),
    proportional: kilobytes(pid, 'smaps_rollup', 'Pss'),
  }));
}

async function settled(pid) {
  const end = Date.now() + startMs;
  while (Date.now() < end && !tree(pid).some(({ isCommand }) => isCommand)) await sleep(50);
  await sleep(settleMs);
  return tree(pid);
}

/** Ends the command, so that what waits for it ends by itself; then the rest, should there be one. */
async function end(child, processes) {
  const ended = child.exitCode === null ? once(child, 'exit') : Promise.resolve();
  for (const { pid, isCommand } of processes) if (isCommand) process.kill(pid, 'SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5000);
  await ended;
  clearTimeout(late);
}

async function measureWay(context, { confine }) {
  const [file, ...rest] = confine({ write: [context.work], read: [] }, command, context);
  const child = spawn(file, rest, { cwd: context.work, env: context.env, stdio: 'ignore' });
  const processes = await settled(child.pid);
  await end(child, processes);
  return processes;
}

const sum = (processes, field) => processes.reduce((total, each) => total + each[field], 0);

/** `nono wrap` keeps alive what it must, and says nothing. */
function withWrap(ways) {
  const run = ways.find(({ name }) => name === 'nono run');
  const wrap = (...given) => run.confine(...given).map((word, index) => (index === 1 ? 'wrap' : word));
  return [...ways, { name: 'nono wrap', confine: wrap, ours: true }];
}

export async function memory(context) {
  const rows = [];
  let commandAlone = 0;
  for (const way of withWrap(context.ways)) {
    const all = await measureWay(context, way);
    const own = all.filter(({ isCommand }) => !isCommand);
    if (own.length === all.length) {
      rows.push([way.name, 'the command was not found', '', '', way.ours ? heldFailure : '']);
      continue;
    }
    if (way.name === 'bare') commandAlone = sum(all, 'resident');
    const [resident, proportional] = [sum(own, 'resident'), sum(own, 'proportional')];
    const value = (way.ours ? held : ratio)(resident / commandAlone);
    const cells = own.length === 0 ? ['', '', ''] : [`${resident} kB`, `${proportional} kB`, value];
    rows.push([way.name, own.length, ...cells]);
  }
  const heading = `kept alive beside \`sleep\` (${commandAlone} kB itself)`;
  return table([heading, 'processes', 'resident', 'proportional', 'resident, to `sleep`'], rows);
}
