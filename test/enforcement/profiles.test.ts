// Profiles for real: where they are found, what they make, who may use which, and that nothing inside can write one.
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Sandbox } from './sandbox.ts';

function userProfile(box: Sandbox, name: string, profile: object | string): string {
  const text = typeof profile === 'string' ? profile : JSON.stringify(profile);
  return box.file(join(box.home, `.config/nono/profiles/${name}.jsonc`), text);
}

function projectProfile(box: Sandbox, profile: object): string {
  return box.file(join(box.project, '.nono/profile.jsonc'), JSON.stringify(profile));
}

const sh = (script: string) => ['--', '/bin/sh', '-c', script];

asEveryone('a profile', (open) => {
  it('of the user’s own is found by its name, and beats the bundled one that it adds to', () => {
    const box = open();
    box.file(join(box.home, 'data/table'), 'rows');
    userProfile(box, 'claude', { extends: ['claude'], filesystem: { read: ['~/data'] } });
    const { stdout, stderr } = box.run([
      'run',
      '--profile',
      'claude',
      '--allow',
      '.',
      ...sh('cat ~/data/table; echo new > ~/.claude/state'),
    ]);
    expect([stdout, stderr]).toEqual(['rows', expect.not.stringContaining('error')]);
    expect(readFileSync(join(box.home, '.claude/state'), 'utf8')).toBe('new\n');
  });

  it('of a command is used by its name, announced, and left out by --no-profile', () => {
    const box = open();
    box.file(join(box.base, 'bin/claude'), '#!/bin/sh\nls ~/.claude && echo reached\n', 0o755);
    const env = { PATH: `${join(box.base, 'bin')}:${box.env.PATH}` };
    const used = box.run(['run', '--', 'claude'], { env });
    expect(used.stdout).toBe('reached\n');
    expect(used.stderr).toContain(
      "nono: profile claude, by the command's name; --no-profile leaves it out\n",
    );
    const unused = box.run(['run', '--no-profile', '--', 'claude'], { env });
    expect(unused.stdout).toBe('');
    expect(unused.stderr).not.toContain('profile claude');
    const relative = box.run(['run', '--read', '..', '--', '../bin/claude'], { env });
    expect([relative.stdout, relative.stderr]).toEqual(['', expect.not.stringContaining('profile claude')]);
  });

  it('makes the state that it names, for its owner alone, and leaves what is there', () => {
    const box = open();
    const { code } = box.run(['run', '-s', '-p', 'claude', ...sh('true')]);
    expect(code).toBe(0);
    expect(statSync(join(box.home, '.claude')).mode & 0o777).toBe(0o700);
    expect(statSync(join(box.home, '.claude.json')).mode & 0o777).toBe(0o600);
    writeFileSync(join(box.home, '.claude.json'), '{"kept":1}');
    expect(box.run(['run', '-s', '-p', 'claude', ...sh('cat ~/.claude.json')]).stdout).toBe('{"kept":1}');
  });

  it('passes over what is not here, and says so with -v', () => {
    const box = open();
    userProfile(box, 'mine', {
      filesystem: {
        read: ['~/no-data'],
        unix_sockets: ['~/no/socket', { path: '~/no-sockets', extent: 'entries' }],
      },
    });
    const quiet = box.run(['run', '-p', 'mine', ...sh('echo ran')]);
    expect([quiet.code, quiet.stdout]).toEqual([0, 'ran\n']);
    expect(quiet.stderr).not.toContain('~/no');
    const told = box.run(['run', '-v', '-p', 'mine', ...sh('true')]).stderr;
    expect(told).toMatch(/^Not here\n {2}profile mine +~\/no-data, ~\/no\/socket, ~\/no-sockets$/m);
    expect(box.run(['run', '--allow-unix-socket-dir', 'no', ...sh('true')]).stderr).toContain(
      `"no" does not exist; the nearest that does is "${box.project}" (from --allow-unix-socket-dir)`,
    );
    box.file(join(box.project, 'file'));
    expect(box.run(['run', '--allow-unix-socket-subtree-bind', 'file', ...sh('true')]).stderr).toContain(
      'Try: --allow-unix-socket-bind file',
    );
  });

  it('makes nothing for a question or a rehearsal', () => {
    const box = open();
    expect(box.run(['run', '--dry-run', '-p', 'claude', ...sh('true')]).code).toBe(0);
    expect(box.run(['why', '-p', 'claude', '~/.claude/x', '--op', 'create']).code).toBe(0);
    expect(existsSync(join(box.home, '.claude'))).toBe(false);
  });

  it('lets an agent delete in its own state, where it is kept, and nowhere else', () => {
    const box = open();
    const state = box.file(join(box.home, '.claude/todos/old'), 'old');
    const work = box.file(join(box.project, 'old'), 'work');
    const { stdout } = box.run([
      'run',
      '-s',
      '-p',
      'claude',
      '--allow',
      '.',
      '--allow-command',
      'rm',
      ...sh(`rm ${state} && echo gone; rm ${work} || echo refused; : > ~/.claude.json`),
    ]);
    expect(stdout).toBe('gone\nrefused\n');
    expect([existsSync(state), readFileSync(work, 'utf8')]).toEqual([false, 'work']);
    const list = box.run(['undo', 'list']).stdout;
    expect(list).toMatch(/1|original/);
    box.run(['undo', 'restore', '--yes']);
    expect(readFileSync(state, 'utf8')).toBe('old');
  });

  it('lets an agent make sockets in its own state, and reach none there: the same agent may serve it outside', () => {
    const box = open();
    const python = `import socket, os, sys
path = os.path.expanduser("~/.claude/s.sock")
s = socket.socket(socket.AF_UNIX); s.bind(path); s.listen(1); print("made")
for at in (path, "s.sock"):
    if at == "s.sock": t = socket.socket(socket.AF_UNIX); t.bind(at); t.listen(1)
    try: socket.socket(socket.AF_UNIX).connect(at); print("reached", at)
    except OSError as e: print(e.strerror)`;
    const flags = ['-s', '--no-diagnostics', '-p', 'claude', '--allow', '.'];
    expect(box.run(['run', ...flags, '--', 'python3', '-c', python]).stdout).toBe(
      'made\nPermission denied\nreached s.sock\n',
    );
    const why = (op: string) =>
      box.run(['why', '-p', 'claude', '~/.claude/s.sock', '--op', op, '--json']).stdout;
    expect(JSON.parse(why('connect')).status).toBe('denied');
  });

  it('keeps its agent from its own hooks, plugins and settings, and from other agents', () => {
    const box = open();
    box.file(join(box.home, '.claude/settings.json'), '{}');
    box.file(join(box.home, '.codex/auth.json'), 'token');
    const attempts = [
      'echo x > ~/.claude/settings.json',
      'mkdir ~/.claude/plugins',
      'echo x > ~/.claude/CLAUDE.md',
      'mv ~/.claude/settings.json ~/.claude/other',
      'mkdir ~/.claude/ide',
      'cat ~/.codex/auth.json',
      'echo x > ~/.codex/new',
    ];
    const { stdout } = box.run([
      'run',
      '-s',
      '-p',
      'claude',
      '--allow',
      '.',
      ...sh(attempts.map((attempt) => `(${attempt}) 2>/dev/null && echo "done: ${attempt}"`).join('\n')),
    ]);
    expect(stdout).toBe('');
    expect(readFileSync(join(box.home, '.claude/settings.json'), 'utf8')).toBe('{}');
  });

  it('that cannot be read stops the run, with every mistake at its place', () => {
    const box = open();
    userProfile(box, 'mine', '{\n  "filesystem": { "alow": [] },\n  "workdir": "all"\n}');
    const { code, stderr } = box.run(['run', '-p', 'mine', ...sh('echo ran')]);
    expect(code).toBe(125);
    expect(stderr).toContain('/mine.jsonc:2:19');
    expect(stderr).toContain('/mine.jsonc:3:14');
  });

  it.each([
    [['-p', 'none'], 'profile/not-found'],
    [['-p', './none.jsonc'], 'profile/not-found'],
    [['-p', '/etc'], 'profile/unreadable'],
    [['-p', '/dev/zero'], 'profile/unreadable'],
    [['--extends', 'constructor'], 'profile/not-found'],
  ])('%j: is refused', (flags, code) => {
    const result = open().run(['run', ...flags, ...sh('echo ran')]);
    expect([result.code, result.stdout]).toEqual([125, '']);
    expect(result.stderr).toContain(`[${code}]`);
  });

  it('that everyone may write, or that waits for a writer, is no profile', () => {
    const box = open();
    const file = box.file(join(box.project, 'p.jsonc'), '{}', 0o646);
    expect(box.run(['run', '-p', file, ...sh('true')]).stderr).toContain('[profile/unreadable]');
    box.outside(['mkfifo', join(box.project, 'fifo.jsonc')]);
    expect(box.run(['run', '-p', 'fifo.jsonc', ...sh('true')]).stderr).toContain('[profile/unreadable]');
  });

  it('that names itself in a ring is refused with the ring', () => {
    const box = open();
    userProfile(box, 'a', { extends: ['b'] });
    userProfile(box, 'b', { extends: ['a'] });
    expect(box.run(['run', '-p', 'a', ...sh('true')]).stderr).toContain('a → b → a');
  });

  it('cannot lift what is required, nor what another denies', () => {
    const box = open();
    const secret = box.file(join(box.project, 'secret'), 'secret');
    userProfile(box, 'strict', { filesystem: { deny: ['$WORKDIR/secret'] }, network: { block: true } });
    userProfile(box, 'loose', {
      extends: ['strict'],
      filesystem: { allow: ['$WORKDIR'], bypass_protection: ['$WORKDIR/secret'] },
      network: { block: false },
    });
    const { stdout } = box.run(['run', '-s', '-p', 'loose', ...sh(`cat ${secret}; echo end`)]);
    expect(stdout).toBe('end\n');
    const plan = JSON.parse(box.run(['run', '--dry-run', '--json', '-p', 'loose', ...sh('true')]).stdout);
    expect(plan.network.mode).toBe('blocked');
  });

  it('is never written by the run that follows it', () => {
    const box = open();
    const file = box.file(join(box.project, 'own.jsonc'), '{"filesystem":{"allow":["$WORKDIR"]}}');
    const { stdout } = box.run([
      'run',
      '-s',
      '-p',
      'own.jsonc',
      ...sh(`echo {} > ${file} && echo written; mv ${file} x && echo moved`),
    ]);
    expect(stdout).toBe('');
  });
});

asEveryone('the profile of a project', (open) => {
  const script = sh('cat ~/data/table');

  it('is used only once its content is trusted, and asked for again when it changes', () => {
    const box = open();
    box.file(join(box.home, 'data/table'), 'rows');
    const file = projectProfile(box, { filesystem: { read: ['~/data'] } });
    const first = box.run(['run', ...script]);
    expect(first.stdout).toBe('');
    expect(first.stderr).toContain('.nono/profile.jsonc is not used');
    expect(box.run(['run', '-p', '.nono/profile.jsonc', ...script]).stderr).toContain('[profile/untrusted]');
    expect(box.run(['profile', 'trust', '--yes']).code).toBe(0);
    const trusted = box.run(['run', ...script]);
    expect(trusted.stdout).toBe('rows');
    expect(trusted.stderr).toContain('profile .nono/profile.jsonc, trusted in this project');
    writeFileSync(file, JSON.stringify({ filesystem: { read: ['~/data', '~/more'] } }));
    expect(box.run(['run', ...script]).stdout).toBe('');
    expect(box.run(['run', '--no-profile', ...script]).stderr).not.toContain('is not used');
  });

  it('is trusted where it is, and by no link to it', () => {
    const box = open();
    box.file(join(box.home, 'data/table'), 'rows');
    projectProfile(box, { filesystem: { read: ['~/data'] } });
    symlinkSync(join(box.project, '.nono/profile.jsonc'), join(box.project, 'other.jsonc'));
    const linked = box.run(['run', '-p', 'other.jsonc', ...script]);
    expect([linked.stdout, linked.stderr]).toEqual(['', expect.stringContaining('[profile/untrusted]')]);
  });

  it('cannot be written, made or moved from inside, and neither can the trust in it', () => {
    const box = open();
    projectProfile(box, {});
    box.file(join(box.project, 'sub/file')); // what the run itself makes is its own
    const refused = ['echo {} > .nono/profile.jsonc', 'mv .nono .other', 'ln .nono/profile.jsonc copy'];
    const planted = ['sub/.nono', join(box.home, '.local/state/nono'), join(box.home, '.config/nono')];
    const attempts = [
      ...refused,
      ...planted.map((path) => `mkdir -p ${path} && echo x > ${path}/profile.jsonc && false`),
    ];
    const { stdout } = box.run([
      'run',
      '-s',
      '--allow',
      '.',
      '--allow',
      box.home,
      ...sh(attempts.map((attempt) => `(${attempt}) 2>/dev/null && echo "done: ${attempt}"`).join('\n')),
    ]);
    for (const path of planted)
      expect(existsSync(resolve(box.project, path, 'profile.jsonc')), path).toBe(false);
    expect(stdout).toBe('');
  });
});

asEveryone('nono profile', (open) => {
  it('lists, shows, checks and compares', () => {
    const box = open();
    userProfile(box, 'mine', {
      extends: ['claude'],
      meta: { description: 'ours' },
      filesystem: { read: ['~/data'] },
    });
    expect(box.run(['profile', 'list']).stdout).toMatch(
      /^claude +Claude Code$[\s\S]*^mine +ours {2}\(.*mine\.jsonc\)$/m,
    );
    const shown = JSON.parse(box.run(['profile', 'show', 'mine', '--json']).stdout);
    expect(shown.profiles.map(({ name }: { name: string }) => name)).toEqual(['claude', 'mine']);
    expect(shown.rules).toContainEqual({ key: 'filesystem.read', value: '~/data', origin: 'profile:mine' });
    expect(shown.rules).toContainEqual({
      key: 'environment.pass',
      value: 'ANTHROPIC_API_KEY',
      origin: 'profile:claude',
    });
    expect(box.run(['profile', 'check', 'mine', 'claude', 'node']).code).toBe(0);
    expect(box.run(['profile', 'diff', 'claude', 'mine']).stdout).toMatch(/^\+ {2}~\/data$/m);
    expect(box.run(['profile', 'diff', 'claude', 'mine']).stdout).toMatch(/^--- claude\n\+\+\+ mine\n@@ /);
    const { added, removed } = JSON.parse(box.run(['profile', 'diff', 'claude', 'mine', '--json']).stdout);
    expect([added.length, removed.length]).toEqual([1, 0]);
  });

  it('says of a profile what would stop a run', () => {
    const box = open();
    userProfile(box, 'mine', { filesystem: { allow: ['$NO_SUCH/x', '~/.ssh'] } });
    box.file(join(box.home, '.ssh/id_rsa'));
    const { code, stderr } = box.run(['profile', 'check', 'mine']);
    expect(code).toBe(125);
    expect(stderr).toContain('$NO_SUCH, which is not set (from profile mine)');
    expect(stderr).toContain('[plan/sensitive-path]');
  });

  it('starts new ones, which are valid, and overwrites none', () => {
    const box = open();
    expect(box.run(['profile', 'init', 'mine']).code).toBe(0);
    expect(box.run(['profile', 'check', 'mine']).stderr).toContain('nothing is wrong');
    expect(box.run(['profile', 'init', 'mine']).stderr).toContain('is there already');
    expect(box.run(['profile', 'init', '../mine']).code).toBe(2);
    expect(box.run(['profile', 'init']).code).toBe(0);
    expect(existsSync(join(box.project, '.nono/profile.jsonc'))).toBe(true);
  });

  it('starts one that adds to the bundled one of its name', () => {
    const box = open();
    const shown = () => box.run(['profile', 'show', 'claude', '--json']).stdout;
    const { rules } = JSON.parse(shown());
    expect(box.run(['profile', 'init', 'claude']).code).toBe(0);
    expect(JSON.parse(shown()).rules).toEqual(expect.arrayContaining(rules));
  });

  it('says where trust cannot be remembered', () => {
    const box = open();
    projectProfile(box, {});
    const { code, stderr } = box.run(['profile', 'trust', '--yes'], { env: { XDG_STATE_HOME: '/proc' } });
    expect([code, stderr]).toEqual([125, expect.stringContaining('[profile/unwritable]')]);
  });

  it('says of a file that is not there where to look, and of a name what there is', () => {
    const tried = (reference: string) => open().run(['run', '-p', reference, ...sh('true')]).stderr;
    expect(tried('./no.jsonc')).toContain('[profile/not-found]\n  Try: ls -l ./no.jsonc\n');
    expect(tried('no')).toContain('[profile/not-found]\n  Try: nono profile list\n');
  });

  it('trusts nothing unasked', () => {
    const box = open();
    projectProfile(box, { filesystem: { read: ['~/data'] } });
    const { code, stdout, stderr } = box.run(['profile', 'trust'], { input: 'y\n' });
    expect([code, stdout]).toEqual([2, expect.stringContaining('~/data')]);
    expect(stderr).toContain('--yes');
    expect(box.run(['run', ...sh('true')]).stderr).toContain('is not used');
  });
});
