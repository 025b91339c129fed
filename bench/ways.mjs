// How each contender runs a command: bare, the peers, and every way of ours that this checkout has.
// A policy is `{ write, read }`: directories that may be written, and further ones that may be read.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneCell, table } from './record.mjs';

const flags = (name, paths) => paths.flatMap((path) => [name, path]);

/** A file for peers that take their policy as one. */
function policyFile(context, value) {
  const text = JSON.stringify(value);
  const file = join(context.scratch, `policy-${createHash('sha1').update(text).digest('hex')}.json`);
  if (!existsSync(file)) writeFileSync(file, text);
  return file;
}

/**
 * How each peer is told a policy as near to ours as it can express; the network stays open where it knows a way.
 * sandbox-runtime and landstrip read everything by default, so what is to be read is granted for writing: as many rules.
 */
const confinements = {
  bubblewrap: (file, { write, read }, words) => [
    ...[file, '--ro-bind', '/', '/', '--dev-bind', '/dev', '/dev', '--proc', '/proc'],
    ...read.flatMap((path) => ['--ro-bind', path, path]),
    ...write.flatMap((path) => ['--bind', path, path]),
    ...['--unshare-all', '--share-net', ...words],
  ],
  firejail: (file, { write, read }, words) => [
    ...[file, '--quiet', '--noprofile', '--read-only=/'],
    ...read.map((path) => `--read-only=${path}`),
    ...[...write.map((path) => `--read-write=${path}`), ...words],
  ],
  'sandbox-runtime': (file, { write, read }, words, context) => {
    const filesystem = { denyRead: [], allowRead: [], allowWrite: [...write, ...read], denyWrite: [] };
    const settings = { filesystem, network: { allowedDomains: [], deniedDomains: [] } };
    return [file, '--settings', policyFile(context, settings), ...words];
  },
  landrun: (file, { write, read }, words) => [
    ...[file, '--rox', '/', ...flags('--rox', read), '--rw', '/dev', ...flags('--rwx', write)],
    ...['--unrestricted-network', '--', ...words],
  ],
  landstrip: (file, { write, read }, words, context) => {
    const allowWrite = [...write, ...read, '/dev'];
    const filesystem = { allowWrite, denyWrite: [], denyRead: [], allowRead: [] };
    const policy = { filesystem, network: { allowNetwork: true } };
    return [file, 'run', '-p', policyFile(context, policy), '--', ...words];
  },
  'nono in Rust': (file, { write, read }, words) => [
    ...[
      file,
      'run',
      '--silent',
      '--allow-cwd',
      ...flags('--read', read),
      ...flags('--allow', write),
      '--',
      ...words,
    ],
  ],
  sandlock: (file, { write, read }, words) => [
    ...[file, 'run', '-r', '/', ...flags('-r', read), '-w', '/dev', ...flags('-w', write), '--', ...words],
  ],
};

const grants = ({ write, read }) => [...flags('--read', read), ...flags('--allow', write)];

/** A plan that is compiled before anything is timed, one for each policy. */
function planFor(context, policy) {
  const text = JSON.stringify(policy);
  const file = join(context.scratch, `plan-${createHash('sha1').update(text).digest('hex')}.nono`);
  if (existsSync(file)) return file;
  const words = ['compile', '-s', ...grants(policy), '-o', file];
  const { status, stderr } = spawnSync(join(context.root, 'dist/nono'), words, {
    ...context,
    cwd: context.work,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`nono compile failed: ${stderr}`);
  return file;
}

function ownWays({ root }) {
  const run = (file) => (policy, words) => [file, 'run', '-s', ...grants(policy), '--', ...words];
  const exec = (policy, words, context) => [
    join(root, 'dist/nono'),
    'exec',
    planFor(context, policy),
    '--',
    ...words,
  ];
  const executable = join(root, 'build/exe/nono');
  const ways = [
    { name: 'nono run', confine: run(join(root, 'dist/nono')), file: join(root, 'dist/nono') },
    { name: 'nono exec', confine: exec, file: join(root, 'dist/nono') },
  ];
  if (existsSync(executable))
    ways.push({ name: 'nono run, standalone', confine: run(executable), file: executable });
  return ways.map((way) => ({ ...way, ours: true }));
}

function versionOf(file) {
  const said = spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout ?? '';
  return /\d+\.\d+[\w.-]*/.exec(said)?.[0] ?? 'unknown';
}

/** A peer that runs `true` here, or the reason why it does not. */
function tryPeer(context, { name, file, failed }) {
  if (failed) return { name, failed };
  // Each of ours has a directory for temporary files anyway.
  const confine = ({ write, read }, words) =>
    confinements[name](file, { write: [...write, context.env.TMPDIR], read }, words, context);
  const words = confine({ write: [context.work], read: [] }, ['true']);
  const tried = spawnSync(words[0], words.slice(1), {
    cwd: context.work,
    env: context.env,
    encoding: 'utf8',
    timeout: 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (tried.status === 0) return { name, confine, version: versionOf(file) };
  const said = `${tried.stderr ?? ''}${tried.stdout ?? ''}`.trim().split('\n').at(-1);
  const reason = said || (tried.error?.code ?? `exit code ${tried.status}`);
  return { name, failed: oneCell(`does not run here: ${reason}`) };
}

/** Every contender, and the peers as a table: their versions, or why they are no contenders. */
export function findWays(context, peers) {
  const bare = { name: 'bare', confine: (_policy, words) => words };
  const tried = peers.map((peer) => tryPeer(context, peer));
  const ways = [bare, ...tried.filter(({ confine }) => confine), ...ownWays(context)];
  const rows = tried.map(({ name, version, failed }) => [name, version ?? `not measured: ${failed}`]);
  return { ways, contenders: table(['peer', 'version'], rows) };
}
