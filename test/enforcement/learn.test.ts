// A command is run until its profile is learned: each proposal, once written, makes more of the same command work.
import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openTerminal } from './open-terminal.ts';
import { asEveryone, asOrdinaryUser, type Sandbox } from './sandbox.ts';

type Proposal = {
  readonly file: string;
  readonly written: boolean;
  readonly additions: { key: string; value: unknown }[];
  readonly left: { path?: string; why: string }[];
  readonly profile: string | null;
};

const profileOf = (box: Sandbox, name: string) => join(box.home, `.config/nono/profiles/${name}.jsonc`);

function proposalIn(stderr: string): Proposal {
  const line = stderr.split('\n').find((each) => each.startsWith('{')) ?? '';
  return (JSON.parse(line) as { proposal: Proposal }).proposal;
}

asEveryone('nono learn', (open) => {
  it('writes a profile with which the same command works, and which has nothing secret', () => {
    const box = open();
    const data = box.file(join(box.base, 'data/input'), 'input');
    box.file(join(box.base, 'out/old'), 'old');
    const key = box.file(join(box.home, '.ssh/id_ed25519'), 'key', 0o600);
    const script = `cat ${data} ${key} 2>&1; echo result > ${box.base}/out/new && touch mine && rm mine`;
    const tool = box.file(join(box.project, 'tool'), `#!/bin/sh\n${script}\n`, 0o755);
    const command = ['--', tool];
    const flags = ['-s', '--allow', '.'];
    const first = box.run(['learn', ...flags, '--yes', ...command]);
    expect(first.stdout).toMatch(/Permission denied[\s\S]*Permission denied/);
    expect(first.stderr).toContain(`+++ ~/.config/nono/profiles/tool.jsonc`);
    expect(first.stderr).toMatch(/left out[\s\S]*read ~\/\.ssh\/id_ed25519: sensitive: never proposed/);
    // Once more, and again: what the first denial hid is seen now, and adds to what was learned.
    for (const _ of ['rm is blocked', 'mine is from before'])
      box.run(['learn', ...flags, '--yes', ...command]);
    const profile = readFileSync(profileOf(box, 'tool'), 'utf8');
    expect(profile).not.toMatch(/\.ssh|id_ed25519/);
    expect(box.run(['profile', 'check', 'tool']).code).toBe(0);
    const after = box.run(['run', ...flags, '--no-diagnostics', '-p', 'tool', ...command]);
    expect([after.code, after.stdout]).toEqual([
      0,
      expect.stringMatching(/^input.*id_ed25519: Permission denied/),
    ]);
    expect(readFileSync(join(box.base, 'out/new'), 'utf8')).toBe('result\n');
    const last = proposalIn(box.run(['learn', ...flags, '--json', ...command]).stderr);
    expect([last.additions, last.left.map(({ path }) => path)]).toEqual([[], [key]]);
  });

  it('answers programs as JSON, writes nothing unasked, and ends as the command did', () => {
    const box = open();
    const data = box.file(join(box.base, 'data/input'), 'input');
    const words = ['learn', '--json', '--allow', '.', '--output', 'mine', '--extends', 'node'];
    const { code, stderr } = box.run([...words, '--', 'sh', '-c', `cat ${data}; exit 7`]);
    const proposal = proposalIn(stderr);
    expect([code, proposal.file, proposal.written]).toEqual([7, profileOf(box, 'mine'), false]);
    expect(proposal.additions).toEqual([{ key: 'filesystem.files', value: { path: data, access: 'read' } }]);
    expect(proposal.profile).toMatch(/"extends": \[\s*"node"\s*\]/);
    expect(existsSync(proposal.file)).toBe(false);
    const plain = box.run(['learn', '-s', '--allow', '.', '--', 'cat', data]);
    expect([plain.stderr, existsSync(profileOf(box, 'cat'))]).toEqual([
      expect.stringContaining('nothing was written\n  Try: nono learn --yes'),
      false,
    ]);
  });

  it('says that nothing was denied', () => {
    expect(open().run(['learn', '-s', '--allow', '.', '--', 'true']).stderr).toBe(
      'nono: nothing was denied\n',
    );
  });

  it('adds to a profile of mine and keeps my comments', () => {
    const box = open();
    const data = box.file(join(box.base, 'data/input'), 'input');
    const mine = box.file(
      profileOf(box, 'mine'),
      '// mine\n{ "filesystem": { "allow": ["$WORKDIR"] /* here */ } }\n',
    );
    const { stderr } = box.run([
      'learn',
      '-s',
      '--yes',
      '-p',
      'mine',
      '--',
      'sh',
      '-c',
      `echo x > new; cat ${data}`,
    ]);
    expect(stderr).toContain('nono: wrote');
    const text = readFileSync(mine, 'utf8');
    expect(text).toMatch(/^\/\/ mine\n[\s\S]*\/\* here \*\//);
    expect(text).toContain('data/input');
    expect(existsSync(join(box.project, 'new'))).toBe(true); // the profile was in force
  });

  it('does not write where the command could have led it elsewhere', () => {
    const box = open();
    const inside = join(box.project, 'p.jsonc');
    symlinkSync(inside, join(box.base, 'link.jsonc'));
    const own = box.file(join(box.base, 'own/p.jsonc'), '{}');
    for (const [output, flags] of [
      [inside, ['--allow', '.']],
      [join(box.base, 'link.jsonc'), ['--allow', '.']],
      [own, ['--allow-file', own]],
      ['mine', ['--allow', '~']],
    ] as const) {
      const result = box.run(['learn', '--yes', ...flags, '--output', output, '--', 'cat', '/etc/shadow']);
      expect([output, result.code, result.stderr]).toEqual([
        output,
        125,
        expect.stringContaining('[profile/exposed]'),
      ]);
    }
  });

  it('escapes names that the sandboxed side made up', () => {
    const box = open();
    const signs = ['\x1b', '\x9b', '\u202e'];
    for (const sign of signs) box.file(join(box.base, `other/${sign}1m`), 'x');
    const script = `
import os
for name in os.environ['NAMES'].split():
  try: open('${box.base}/other/' + name)
  except OSError: pass`;
    const names = { NAMES: signs.map((sign) => `${sign}1m`).join(' ') };
    const flags = ['-s', '--allow', '.', '--yes', '--env', 'NAMES'];
    const { stderr } = box.run(['learn', ...flags, '--', 'python3', '-c', script], { env: names });
    expect(stderr.match(/\+ .*"path": .*1m/g)).toHaveLength(signs.length);
    expect(signs.filter((each) => stderr.includes(each))).toEqual([]);
  });

  it.each([
    [['--output', 'No Name'], 'cannot name a profile'],
    [['--output', 'a/b.jsonc/c'], 'cannot be written'],
  ])('refuses %j', (words, text) => {
    const box = open();
    box.file(join(box.base, 'project/a/b.jsonc'), '{}');
    const data = box.file(join(box.base, 'data/input'), 'input');
    const { stderr } = box.run(['learn', '-s', '--yes', ...words, '--', 'cat', data]);
    expect(stderr).toContain(text);
  });
});

asOrdinaryUser('nono learn on a terminal', (open) => {
  it.each([
    ['y', 'wrote', true],
    ['n', 'nothing was written', false],
  ])('shows the difference and takes %s for an answer', async (answer, said, isWritten) => {
    const box = open();
    const data = box.file(join(box.base, 'data/input'), 'input');
    const terminal = openTerminal(box);
    terminal.type(`nono learn -s --allow . -o mine -- cat ${data}`);
    await terminal.shows(/Write [\s\S]*\[y\/N\]/);
    expect(terminal.screen()).toContain('+    "files": [');
    terminal.type(answer);
    await terminal.shows(new RegExp(said));
    expect(existsSync(profileOf(box, 'mine'))).toBe(isWritten);
  });
});
