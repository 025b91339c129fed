// Random runs on a disk that changes at random: made again from memory, and planned anew, they must be the same.
// NONO_FUZZ_CASES and NONO_FUZZ_SEED play more of them.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type RunOptions, type Sandbox } from './sandbox.ts';

const cases = Number(process.env.NONO_FUZZ_CASES ?? 16);
const firstSeed = Number(process.env.NONO_FUZZ_SEED ?? 1);
const changesOfOneRun = 4;

type Random = { readonly below: (count: number) => number; readonly pick: <T>(list: readonly T[]) => T };

function randomFrom(seed: number): Random {
  let state = seed * 2654435761 || 1;
  const below = (count: number) => {
    for (const [shift, isLeft] of [
      [13, true],
      [17, false],
      [5, true],
    ] as const)
      state = (state ^ (isLeft ? state << shift : state >>> shift)) >>> 0;
    return state % count;
  };
  return { below, pick: (list) => list[below(list.length)] as (typeof list)[number] };
}

const inHome =
  '.ssh .ssh/id_rsa .aws/credentials .netrc .config .nvm .nvm/versions/node/v1/bin/node .cargo/bin/tool .local/bin .gitconfig .config/git/config .bash_history .config/nono/profiles/mine.jsonc .claude .claude.json vault vault/key .hooks'.split(
    ' ',
  );
const inProject =
  '.git .git/config .git/hooks/pre-commit .envrc .env .nono/profile.jsonc .vscode sub sub/.git/config sub/.nono/profile.jsonc named Makefile .githooks link'.split(
    ' ',
  );
const around =
  'granted granted/file bin bin/tool bin/claude xdg/nono/profiles/mine.jsonc xdg/git/config'.split(' ');

const contents = [
  '',
  '[core]\n\thooksPath = .githooks\n',
  '[core]\n\thooksPath = ~/.hooks\n',
  '[include]\n\tpath = ~/vault\n',
  '{}',
  '{ "network": { "block": true } }',
  '{ "filesystem": { "deny": ["$WORKDIR/named"], "read": ["$HOME/vault"] } }',
  '#!/usr/bin/env python3\n',
  '{ bad',
];
const modes = [0, 0o400, 0o644, 0o755, 0o777, 0o111];
const flags = [
  '--allow .',
  '--allow ~',
  '--read ~',
  '--read ../granted',
  '--read /',
  '--read link',
  '--deny named',
  '--deny **/.env',
  '--profile mine',
  '--profile claude',
  '--no-profile',
  '--net-block',
  '--workdir sub',
  '--write ../granted',
  '--read-file ../granted/file',
  '--bypass-protection ~/.ssh --read ~/.ssh',
  '--env X',
  '--no-guide',
  '--json',
  '--report report.json',
  '--block-command ls',
  '-v',
  '--silent',
  '--on-delete keep',
  '--read ../home/vault',
];

/** A disk to change: nothing outside of the scratch directory ever is, whatever a link leads to. */
class Disk {
  readonly names: readonly string[];
  constructor(
    readonly sandbox: Sandbox,
    readonly random: Random,
  ) {
    const below = (directory: string, names: readonly string[]) => names.map((name) => join(directory, name));
    this.names = [
      ...below(sandbox.home, inHome),
      ...below(sandbox.project, inProject),
      ...below(sandbox.base, around),
    ];
  }

  #isInside(path: string): boolean {
    try {
      const real = realpathSync(dirname(path));
      return real === this.sandbox.base || real.startsWith(`${this.sandbox.base}/`);
    } catch {
      return false;
    }
  }

  #kind(path: string): 'link' | 'other' | 'none' {
    try {
      return lstatSync(path).isSymbolicLink() ? 'link' : 'other';
    } catch {
      return 'none';
    }
  }

  /** Fails where it cannot be done, as when a file is in the way. */
  change(): void {
    const { pick, below } = this.random;
    const [name, other] = [pick(this.names), pick(this.names)];
    for (let at = dirname(name), missing: string[] = []; ; at = dirname(at)) {
      if (this.#kind(at) === 'none') missing = [at, ...missing];
      else {
        if (this.#isInside(join(at, 'name'))) for (const each of missing) mkdirSync(each);
        break;
      }
    }
    if (!this.#isInside(name) || !this.#isInside(other)) return;
    const target = pick(['vault', '../granted', '.', 'nowhere', '.config', other]);
    const isLink = this.#kind(name) === 'link';
    const ways = [
      () => isLink || writeFileSync(name, pick(contents)),
      () => isLink || writeFileSync(name, pick(contents)),
      () => isLink || chmodSync(name, pick(modes)),
      () => mkdirSync(name),
      () => rmSync(name, { recursive: true, force: true }),
      () => {
        rmSync(name, { recursive: true, force: true });
        symlinkSync(target, name);
      },
      () => renameSync(name, other),
      () => linkSync(name, other),
    ];
    ways[below(ways.length)]?.();
  }
}

function attempt(change: () => void): void {
  try {
    change();
  } catch {
    // then it stays as it is
  }
}

/** What root changed is the user's again. */
function giveBack({ base, identity }: Sandbox): void {
  execFileSync('chown', ['-hR', `${identity.uid}:${identity.gid}`, base]);
}

function lineOf({ pick, below }: Random, { base, home, project }: Sandbox, names: readonly string[]) {
  const chosen = Array.from({ length: 1 + below(3) }, () => pick(flags).split(' ')).flat();
  const quoted = names.map((name) => `'${name}'`).join(' ');
  const script = `cat "$NONO_PLAN"; env; [ -z "$NONO_GUIDE" ] || cat "$NONO_GUIDE"; head -c 200 -v ${quoted} 2>&1; ls -a ${quoted} 2>&1; which tool claude`;
  const command = pick([
    ['sh', '-c', script],
    ['sh', '-c', script],
    ['sh', '-c', script],
    ['claude'],
    ['tool'],
  ]);
  const path = pick([
    `${base}/bin`,
    `${home}/.nvm/versions/node/v1/bin:${home}/.cargo/bin`,
    '/usr/local/bin',
  ]);
  return {
    words: [pick(['run', 'wrap']), ...chosen, '--', ...command],
    options: {
      cwd: pick([project, project, home, base]),
      env: {
        PATH: `${path}:/usr/bin:/bin`,
        HOME: pick([home, home, `${home}/`, `${project}/../home`]),
        XDG_CONFIG_HOME: pick([undefined, undefined, `${base}/xdg`]),
        X: 'x',
      },
    } satisfies RunOptions,
  };
}

asEveryone('a run that is made again', (open) => {
  it(`is the run that is planned anew, ${cases} times`, () => {
    let recalled = 0;
    for (let seed = firstSeed; seed < firstSeed + cases / changesOfOneRun; seed++) {
      const sandbox = open();
      const random = randomFrom(seed);
      const disk = new Disk(sandbox, random);
      for (const name of ['sub/file', 'Makefile']) sandbox.file(join(sandbox.project, name));
      for (const name of ['granted/file', 'xdg/file', 'bin/file']) sandbox.file(join(sandbox.base, name));
      for (const name of ['.config/nono/profiles/mine.jsonc', 'vault/key'])
        sandbox.file(join(sandbox.home, name), '{}');
      const { words, options } = lineOf(random, sandbox, disk.names);
      const said = () => {
        const { code, signal, stdout, stderr } = sandbox.run(words, options);
        const text = `${code} ${signal}\n${stdout}\n${stderr}`;
        return text.replaceAll(/\d{8}-\d{6}-\w{5}-\w{6}|\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'SESSION');
      };
      const runs = join(sandbox.home, '.local/state/nono/runs');
      const newest = () => statSync(runs, { throwIfNoEntry: false })?.ctimeMs; // a run that is remembered changes it
      said();
      said();
      for (let count = 0; count < changesOfOneRun; count++) {
        giveBack(sandbox);
        const before = newest();
        const again = said();
        if (before !== undefined && newest() === before) recalled++;
        attempt(() => renameSync(runs, `${runs}.aside`));
        const anew = said();
        attempt(() => rmSync(runs, { recursive: true, force: true }));
        attempt(() => renameSync(`${runs}.aside`, runs));
        expect(again, `seed ${seed}, change ${count}: nono ${words.slice(0, -1).join(' ')}`).toBe(anew);
        for (let changes = 1 + random.below(2); changes > 0; changes--) attempt(() => disk.change());
      }
    }
    expect(recalled).toBeGreaterThan(0);
  });
});
