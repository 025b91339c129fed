// nono completion in the shells themselves: each is given a line, and says what could come next.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { openTerminal } from './open-terminal.ts';
import { asOrdinaryUser, type Sandbox } from './sandbox.ts';

function prepare(box: Sandbox): { env: Record<string, string>; script: (shell: string) => string } {
  const env = { PATH: `${dirname(box.nono)}:${box.env.PATH}` };
  mkdirSync(join(box.project, 'source'));
  writeFileSync(join(box.project, 'a file.txt'), '');
  box.file(join(box.home, '.config/nono/profiles/mine.jsonc'), '{}');
  const script = (shell: string) => {
    const { code, stdout } = box.run(['completion', shell]);
    expect(code).toBe(0);
    return box.file(join(box.base, `completion.${shell}`), stdout);
  };
  return { env, script };
}

/** What a shell is to offer, and what it must not. */
const cases: readonly (readonly [line: string, offers: readonly string[], not: readonly string[]])[] = [
  ['nono ru', ['run'], ['undo']],
  ['nono ', ['run', 'wrap', 'shell', 'why', 'undo', 'profile', 'doctor', 'completion'], ['list']],
  ['nono run --allow-c', ['--allow-cwd', '--allow-command'], ['--allow']],
  ['nono run --no-p', ['--no-profile'], []],
  ['nono why --o', ['--op', '--on-delete'], ['--json']],
  ['nono undo --f', ['--force'], []],
  ['nono run --extends mi', ['mine'], []],
  ['nono run -s -p cl', ['claude'], ['codex']],
  ['nono run --on-delete ', ['keep', 'refuse'], []],
  ['nono run --allow so', ['source'], []],
  ['nono run --read-file a', ['a file.txt'], []],
  ['nono profile ', ['list', 'show', 'check', 'diff', 'init', 'trust'], ['claude']],
  ['nono profile show mi', ['mine'], ['list']],
  ['nono undo re', ['restore'], []],
  ['nono completion ', ['bash', 'zsh', 'fish'], []],
  ['nono why --op ren', ['rename'], ['read']],
  ['nono exec so', ['source'], []],
  ['nono help le', ['learn'], ['run']],
  ['nono run --allow source whoam', ['whoami'], []],
  ['nono run --allow source -- whoam', ['whoami'], []],
];

const bare = (candidate: string) => candidate.replace(/\/$/, '').replaceAll('\\', '');

asOrdinaryUser('nono completion', (open) => {
  it('has a script for each shell, which that takes, and for no other', () => {
    const box = open();
    const { script } = prepare(box);
    for (const shell of ['bash', 'zsh', 'fish'])
      expect([shell, box.outside([shell, '-n', script(shell)])]).toEqual([
        shell,
        expect.objectContaining({ code: 0, stderr: '' }),
      ]);
    expect(box.run(['completion', 'csh']).code).toBe(2);
    for (const words of [[], ['bash', 'zsh']])
      expect(box.run(['completion', ...words])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('of one shell: bash, zsh, fish'),
      });
  });

  it('offers in bash what fits', () => {
    const box = open();
    const { env, script } = prepare(box);
    const ask = `source "$0"
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nono nono
printf '%s\\n' "\${COMPREPLY[@]}"`;
    for (const [line, offers, not] of cases) {
      const { stdout } = box.outside(['bash', '-c', ask, script('bash'), ...line.split(' ')], { env });
      const candidates = stdout.split('\n').map(bare);
      expect([line, candidates]).toEqual([line, expect.arrayContaining([...offers])]);
      for (const each of not) expect([line, candidates]).not.toEqual([line, expect.arrayContaining([each])]);
    }
  });

  it('offers in fish what fits, with its description', () => {
    const box = open();
    const { env, script } = prepare(box);
    const ask = 'source $argv[1]; complete -C $argv[2]';
    for (const [line, offers, not] of cases) {
      const { stdout } = box.outside(['fish', '--no-config', '-c', ask, script('fish'), line], { env });
      const candidates = stdout.split('\n').map((each) => bare(each.split('\t')[0] ?? ''));
      expect([line, candidates]).toEqual([line, expect.arrayContaining([...offers])]);
      for (const each of not) expect([line, candidates]).not.toEqual([line, expect.arrayContaining([each])]);
    }
    const { stdout } = box.outside(['fish', '--no-config', '-c', ask, script('fish'), 'nono run --net-b'], {
      env,
    });
    expect(stdout).toBe('--net-block\tno network at all\n');
  });

  it.each([
    ['bash', 'bash --norc', ''],
    ['zsh', 'zsh -f', 'autoload -Uz compinit; compinit -u; '],
  ])('completes in %s what is typed', async (shell, start, before) => {
    const box = open();
    const { env, script } = prepare(box);
    const terminal = openTerminal(box, env, 30_000);
    terminal.resize(100, 40);
    terminal.type(`${start}`);
    terminal.type(`${before}source ${script(shell)}; PS1='ready> '; clear`);
    await terminal.shows(/^ready>$/m);
    const typed = async (line: string, shows: RegExp) => {
      terminal.keys('-l', line);
      terminal.keys('Tab');
      await terminal.shows(shows);
      terminal.keys('C-c');
      await terminal.shows(/ready>\s*$/); // a new line
    };
    await typed('nono pro', /^ready> nono profile$/m);
    await typed('nono run --net', /^ready> nono run --net-block$/m);
    await typed('nono run -p min', /^ready> nono run -p mine$/m);
    await typed('nono run --allow so', /^ready> nono run --allow source\/$/m);
    await typed('nono run --read-file a', /^ready> nono run --read-file a\\ file\.txt$/m);
    await typed('nono profile tr', /^ready> nono profile trust$/m);
    await typed('nono run --allow source -- whoam', /^ready> nono run --allow source -- whoami$/m);
  });
});
