// The peers, and how the registries' own clients install each into a scratch directory. Bounded: what cannot be had in time
// is listed with the reason instead.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { oneCell } from './record.mjs';

const minute = 60_000;

function onPath(name) {
  const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : null;
}

/** What the last of a failed installation's output says. */
function reasonOf({ error, stderr, stdout }, tool) {
  if (error?.code === 'ENOENT') return `${tool} is not installed`;
  if (error?.code === 'ETIMEDOUT') return `${tool} did not end in time`;
  const lines = `${stdout}\n${stderr}`.split('\n').map((line) => line.trim());
  const said = lines.filter((line) => /error|fail|forbidden|denied|not found|unable/i.test(line));
  return oneCell(`${tool}: ${said[0] ?? lines.filter(Boolean).at(-1) ?? 'failed'}`);
}

function command(words, options) {
  const [file, ...rest] = words;
  const settings = { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'], ...options };
  const done = spawnSync(file, rest, settings);
  return done.status === 0 ? null : reasonOf(done, file);
}

/** Debian packages, by the tools that they bring, which root alone can install; the first tool is what is run. */
export function debian(packages) {
  const tools = Object.keys(packages);
  const missing = () => tools.filter((tool) => onPath(tool) === null);
  return () => {
    const names = missing().map((tool) => packages[tool]);
    if (names.length > 0 && process.getuid() !== 0)
      return { failed: `not installed, and only root can. Try: apt-get install ${names.join(' ')}` };
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (names.length > 0) command(['apt-get', 'update', '-qq'], { timeout: 3 * minute });
    if (names.length > 0)
      command(['apt-get', 'install', '-y', '-qq', ...names], { env, timeout: 5 * minute });
    return missing().length > 0
      ? { failed: `apt-get did not bring ${missing().join(', ')}` }
      : { file: onPath(tools[0]) };
  };
}

function npm(name, file, before = () => ({})) {
  return (directory) => {
    const { failed: missing } = before();
    if (missing) return { failed: missing };
    writeFileSync(join(directory, 'package.json'), '{ "private": true }');
    const words = ['npm', 'install', '--no-audit', '--no-fund', name];
    const failed = command(words, { cwd: directory, timeout: 5 * minute });
    return failed ? { failed } : { file: join(directory, 'node_modules', file) };
  };
}

function go(module, name) {
  return (directory) => {
    const env = { ...process.env, GOBIN: directory };
    const failed = command(['go', 'install', `${module}@latest`], {
      cwd: directory,
      env,
      timeout: 5 * minute,
    });
    return failed ? { failed } : { file: join(directory, name) };
  };
}

/** As its authors locked it; where the registry lacks a locked version, as the registry can. */
function cargo(crate, name) {
  return (directory) => {
    const env = { ...process.env, CARGO_TARGET_DIR: join(directory, 'target') };
    const words = ['cargo', 'install', crate, '--root', directory];
    const options = { cwd: directory, env, timeout: 45 * minute };
    if (command([...words, '--locked'], options) === null) return { file: join(directory, 'bin', name) };
    const failed = command(words, options);
    return failed ? { failed } : { file: join(directory, 'bin', name) };
  };
}

const landstripPackage = `@landstrip/landstrip-${process.platform}-${process.arch}`;

const installations = {
  bubblewrap: debian({ bwrap: 'bubblewrap' }),
  firejail: debian({ firejail: 'firejail' }),
  'sandbox-runtime': npm(
    '@anthropic-ai/sandbox-runtime',
    '.bin/srt',
    debian({ socat: 'socat', bwrap: 'bubblewrap', rg: 'ripgrep' }),
  ),
  landrun: go('github.com/zouuup/landrun/...', 'landrun'),
  landstrip: npm(landstripPackage, `${landstripPackage}/bin/landstrip`), // the native binary, without Node before it
  'nono in Rust': cargo('nono-cli', 'nono'),
  sandlock: cargo('sandlock-cli', 'sandlock'),
};

export const peerNames = Object.keys(installations);

/** One peer, installed once and found again: `{ name, file }`, or `{ name, failed }`. */
function installPeer(name, base, say) {
  const directory = join(base, name.replaceAll(' ', '-'));
  const record = join(directory, 'installed');
  if (existsSync(record) && existsSync(readFileSync(record, 'utf8')))
    return { name, file: readFileSync(record, 'utf8') };
  say(`installing ${name} …`);
  mkdirSync(directory, { recursive: true });
  const { file, failed } = installations[name](directory);
  if (file) writeFileSync(record, file);
  return { name, file, failed };
}

export const installPeers = (names, base, say) => names.map((name) => installPeer(name, base, say));
