// Agents know where they are: the text that a run has for them, and the hooks that tell them of it.
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, asOrdinaryUser } from './sandbox.ts';

const sh = (script: string) => ['--', '/bin/sh', '-c', script];

asEveryone('the text for agents', (open) => {
  it('says what is allowed and how to ask, cannot be changed, and is gone afterwards', () => {
    const box = open();
    const flags = ['run', '-s', '--allow', '.', '--deny', 'secret', '--net-block', '--pids', '99'];
    const { stdout } = box.run([...flags, ...sh('echo x >> $NONO_GUIDE; rm $NONO_GUIDE; cat $NONO_GUIDE')]);
    expect(stdout).toMatch(/^# You run inside nono$/m);
    expect(stdout).toContain(`- Write: ${box.project}, $TMPDIR`);
    expect(stdout).toContain(`- Denied within that: ${box.project}/secret`);
    expect(stdout).toContain('- Network: none at all');
    expect(stdout).toContain('- Limits: pids 99');
    expect(stdout).toContain('nono why --self --json PATH');
    expect(stdout).not.toMatch(/^x$/m);
    expect(readdirSync(box.env.TMPDIR as string)).toEqual([]);
  });

  it('is left out by --no-guide', () => {
    const box = open();
    expect(box.run(['run', '-s', '--no-guide', ...sh('echo "[$NONO_GUIDE]"; ls $TMPDIR')]).stdout).toBe(
      '[]\n',
    );
  });

  it('is the agents’ part of what it says: what it tells to ask can be asked', () => {
    const box = open();
    const { stdout } = box.run(['run', '-s', ...sh(`${box.nono} why --self --json /etc/shadow`)]);
    expect(JSON.parse(stdout).status).toBe('denied');
  });
});

asOrdinaryUser('nono profile init --hooks', (open) => {
  it('shows what it would change, and changes nothing that nobody agreed to', () => {
    const box = open();
    const settings = box.file(join(box.home, '.claude/settings.json'), '{}\n');
    const { code, stdout, stderr } = box.run(['profile', 'init', '--hooks'], { input: 'y\n' });
    expect(stdout).not.toContain('====');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--yes')]);
    expect(stdout).toContain('+    "SessionStart": [');
    expect(readFileSync(settings, 'utf8')).toBe('{}\n');
  });

  it('adds to what is there, keeps the rest, and does so once', () => {
    const box = open();
    const theirs =
      '{\n  // mine\n  "model": "x",\n  "hooks": { "SessionStart": [{ "hooks": [{ "type": "command", "command": "date" }] }] }\n}\n';
    const settings = box.file(join(box.home, '.claude/settings.json'), theirs, 0o600);
    const codex = box.file(join(box.home, '.codex/AGENTS.md'), 'Be brief.\n');
    const gemini = join(box.home, '.gemini/GEMINI.md');
    box.file(join(box.home, '.gemini/settings.json'), '{}');
    const words = ['profile', 'init', '--hooks', '--yes'];
    expect(box.run(words).code).toBe(0);
    const after = readFileSync(settings, 'utf8');
    expect(after).toContain('// mine');
    expect(after.indexOf('date')).toBeLessThan(after.indexOf('NONO_GUIDE'));
    expect(lstatSync(settings).mode & 0o777).toBe(0o600);
    expect(readFileSync(codex, 'utf8')).toMatch(
      /^Be brief\.\n\n<!-- nono: begin -->\n[\s\S]*NONO_GUIDE[\s\S]*<!-- nono: end -->\n$/,
    );
    expect(readFileSync(gemini, 'utf8')).toContain('NONO_GUIDE');
    expect(existsSync(join(box.home, '.config/opencode'))).toBe(false);
    const again = box.run(words);
    expect([again.code, again.stdout]).toEqual([0, '']);
    expect(readFileSync(settings, 'utf8')).toBe(after);
  });

  it('writes what a link leads to, the file that codex reads, and leaves alone what it does not understand', () => {
    const box = open();
    const target = box.file(join(box.home, 'dotfiles/claude.json'), '{}\n');
    box.file(join(box.home, '.claude/history'));
    symlinkSync(target, join(box.home, '.claude/settings.json'));
    const override = box.file(join(box.home, '.codex/AGENTS.override.md'), 'Mine.\n');
    expect(box.run(['profile', 'init', '--hooks', 'claude', 'codex', '--yes']).code).toBe(0);
    expect(lstatSync(join(box.home, '.claude/settings.json')).isSymbolicLink()).toBe(true);
    expect(readFileSync(target, 'utf8')).toContain('NONO_GUIDE');
    expect(readFileSync(override, 'utf8')).toContain('NONO_GUIDE');
    for (const text of ['{ "hooks": ', '[]', '{ "hooks": [] }', '{ "hooks": { "SessionStart": {} } }']) {
      writeFileSync(target, text);
      const { code, stderr } = box.run(['profile', 'init', '--hooks', 'claude', '--yes']);
      expect([code, stderr]).toEqual([125, expect.stringContaining('[profile/unwritable]')]);
      expect(readFileSync(target, 'utf8')).toBe(text);
    }
    expect(box.run(['profile', 'init', '--hooks', 'vim', '--yes']).code).toBe(2);
  });

  it('has a hook that prints the text inside, and nothing outside', () => {
    const box = open();
    box.file(join(box.home, '.claude/history'));
    box.run(['profile', 'init', '--hooks', '--yes']);
    const settings = JSON.parse(readFileSync(join(box.home, '.claude/settings.json'), 'utf8'));
    const { command } = settings.hooks.SessionStart[0].hooks[0];
    expect(box.outside(['/bin/sh', '-c', command])).toMatchObject({ code: 0, stdout: '' });
    expect(box.run(['run', '-s', ...sh(command)]).stdout).toMatch(/^# You run inside nono/);
  });

  it('cannot be changed by the agent that it is for', () => {
    const box = open();
    box.file(join(box.home, '.claude/history'));
    box.run(['profile', 'init', '--hooks', '--yes']);
    const file = join(box.home, '.claude/settings.json');
    const before = readFileSync(file, 'utf8');
    box.run([
      'run',
      '-s',
      '-p',
      'claude',
      ...sh(`echo '{}' > ${file}; mv ${file} ${file}.old; cp /dev/null ${file}`),
    ]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
