// doctor and selftest as a Mac has them, with nono of Linux in place of sandbox-exec: it confines as the profile would, so
// the trials hold; where nothing confines, they say so. What only macOS has answers as if it were refused.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waysOutSources } from '../../scripts/build-native.mjs';
import { jsoncPlugin } from '../../scripts/jsonc-plugin.mjs';
import { macFront } from '../../scripts/mac-front.mjs';
import { textPlugin } from '../../scripts/text-plugin.mjs';
import { waysOf } from '../../src/plan/ways-out.ts';
import { asEveryone } from './sandbox.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'nono-mac-trials-'));
const dist = join(scratch, 'dist');
const tool = join(scratch, 'sandbox-exec');

/** Another tool for the system's, and copies where the file system has no clones. */
const standIns: Plugin = {
  name: 'stand-ins',
  setup: ({ onLoad }) => {
    const changed = (text: string, from: string, to: string) => {
      if (!text.includes(from)) throw new Error(`"${from}" is not there any more`);
      return text.replaceAll(from, to);
    };
    const load = (name: RegExp, from: string, to: string) =>
      onLoad({ filter: name }, ({ path }) => ({
        contents: changed(readFileSync(path, 'utf8'), from, to),
        loader: 'ts',
      }));
    load(/macos\/sandbox-exec\.ts$/, '/usr/bin/sandbox-exec', tool);
    load(/macos\/session\.ts$/, 'COPYFILE_FICLONE_FORCE', 'COPYFILE_FICLONE');
  },
};

async function bundle(entry: string, output: string): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    outfile: join(dist, output),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    charset: 'ascii',
    mainFields: ['module', 'main'],
    conditions: ['macos'],
    plugins: [jsoncPlugin.esbuild(), textPlugin.esbuild, standIns],
    external: ['./tools.cjs'],
  });
}

/** The trials by what every platform has, and a refusal for each of those that macOS alone has. */
function compileTrials(): void {
  const common = readFileSync(join(root, 'native/selftest/common.c'), 'utf8');
  const names = waysOf('macos').filter((name) => !common.includes(`{"${name}",`));
  const source = join(scratch, 'refusals.c');
  writeFileSync(
    source,
    `#include "victim.h"
#include "ways.h"
#include <errno.h>
void listen_elsewhere(void) {}
static long refused(void) { return fails(EPERM); }
const struct way platform_ways[] = {${names.map((name) => `{"${name}", refused, 'f'}, `).join('')}{0}};
`,
  );
  const shared = waysOutSources(root).macos.filter((file: string) => !file.endsWith('/macos.c'));
  // Of Linux alone nothing is declared: what compiles here is what every platform has.
  const options = ['-std=c11', '-pedantic', '-D_XOPEN_SOURCE=700', '-Wall', '-Wextra', '-Werror'];
  execFileSync('cc', [
    ...options,
    `-I${join(root, 'native/selftest')}`,
    ...shared,
    source,
    '-o',
    join(dist, 'nono-ways-out'),
  ]);
}

beforeAll(async () => {
  chmodSync(scratch, 0o755);
  mkdirSync(dist);
  for (const name of ['cli.cjs', 'load-planner.cjs'])
    copyFileSync(join(root, 'scripts', name), join(dist, name));
  await Promise.all([
    bundle('src/cli/main.ts', 'planner.js'),
    bundle('src/cli/trials-entry.ts', 'trials.cjs'),
    bundle('src/cli/tools-entry.ts', 'tools.cjs'),
    bundle('scripts/report-entry.cjs', 'report.cjs'),
  ]);
  compileTrials();
  writeFileSync(join(dist, 'nono'), macFront(process.execPath), { mode: 0o755 });
  execFileSync('chmod', ['-R', 'a+rX', scratch]);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const start = `#!/bin/sh
case "$2" in *"deny default"*) ;; *) while [ "$1" != -- ]; do shift; done; shift; exec "$@";; esac
case "$2" in *"(remote ip)"*) flags=;; *) flags=--net-block;; esac
while [ "$1" != -- ]; do shift; done; shift
`;

/** What stands in for Seatbelt. */
function useTool(text: string): void {
  writeFileSync(tool, `${start}${text}\n`);
  chmodSync(tool, 0o755);
}

type Answer = {
  readonly status: string;
  readonly ways: { name: string; status: string }[];
  readonly trouble?: string;
};

asEveryone('nono selftest of a Mac', (open) => {
  const selftest = (text: string) => {
    useTool(text);
    const box = open();
    const done = box.outside([join(dist, 'nono'), 'selftest', '--json']);
    expect(box.outside(['ls', '-A', box.env.TMPDIR as string]).stdout).toBe('');
    return { ...done, answer: JSON.parse(done.stdout) as Answer };
  };
  const confining = (box: { nono: string }) =>
    `exec ${box.nono} run --no-profile --silent --no-diagnostics $flags --allow . --deny '**/.env' -- "$@"`;

  it('finds every way held where the tool confines', () => {
    const { code, stderr, answer } = selftest(confining(open()));
    expect([code, stderr, answer.trouble]).toEqual([0, '', undefined]);
    expect(answer.ways.map(({ name }) => name)).toEqual(waysOf('macos'));
    const faults = answer.ways.filter(({ status }) => !['held', 'closed', 'works'].includes(status));
    expect(faults).toEqual([]);
    const held = answer.ways.filter(({ status }) => status === 'held').map(({ name }) => name);
    expect(held).toEqual(
      expect.arrayContaining([
        'read',
        'write',
        'move-in',
        'denied',
        'key',
        'hook',
        'signal',
        'socket',
        'tcp',
        'udp',
      ]),
    );
  });

  it('finds them open where it confines nothing', () => {
    const { code, answer } = selftest('exec "$@"');
    expect([code, answer.status]).toEqual([1, 'failed']);
    const statusOf = (name: string) => answer.ways.find((each) => each.name === name)?.status;
    for (const name of [
      'read',
      'list',
      'write',
      'create',
      'delete',
      'denied',
      'hook',
      'signal',
      'tcp',
      'udp',
    ])
      expect(statusOf(name), name).toBe('open');
    // These nono itself holds.
    for (const name of ['descriptor', 'secret-variable', 'loader-variable'])
      expect(statusOf(name), name).toBe('held');
  });

  it('ends with 1 and the reason where the profile is refused', () => {
    const { code, answer } = selftest('echo "no such operation" >&2; exit 65');
    expect([code, answer.status, answer.trouble]).toEqual([
      1,
      'failed',
      expect.stringContaining('sandbox-exec refuses the profile: no such operation'),
    ]);
  });
});

describe('nono profile of a Mac', () => {
  const profile = (action: string) => {
    const file = join(scratch, 'both.jsonc');
    const rules = ['linux', 'macos'].map((platform) => ({ path: `/on/${platform}`, when: { platform } }));
    writeFileSync(file, JSON.stringify({ filesystem: { read: rules } }));
    return execFileSync(join(dist, 'nono'), ['profile', action, file, '--json'], { encoding: 'utf8' });
  };

  it('shows the rules that hold there', () => {
    expect(JSON.parse(profile('show')).rules).toEqual([
      { key: 'filesystem.read', value: '/on/macos', origin: 'profile:both' },
    ]);
  });

  it('checks one without the launcher of Linux', () => {
    useTool('');
    expect(JSON.parse(profile('check')).status).toBe('valid');
  });
});

describe('nono doctor of a Mac', () => {
  it('needs no launcher, and removes only where macOS lets it', () => {
    mkdirSync(join(scratch, 'bin'));
    const remove = 'case "$1" in "$TMPDIR"/*) exec /bin/rm "$@";; esac; exit 1';
    writeFileSync(join(scratch, 'bin/rm'), `#!/bin/sh\n${remove}\n`, { mode: 0o755 });
    useTool(`PATH=${scratch}/bin:$PATH exec "$@"`);
    const done = execFileSync(join(dist, 'nono'), ['doctor'], { encoding: 'utf8', cwd: scratch });
    expect(done).toMatch(/macOS +macOS, .*\n +Seatbelt +/);
    expect(done).toContain('A confined command was run, and could do what it was granted.');
    expect(done).toContain('nono runs here with every guarantee of its defaults.');
  });

  it('says that a run does not work where only trying shows it', () => {
    useTool('exit 65');
    expect(() => execFileSync(join(dist, 'nono'), ['doctor'], { encoding: 'utf8', cwd: scratch })).toThrow();
  });
});
