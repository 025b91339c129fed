// Real agents from the registry, under nono, in a real terminal, as an ordinary user: without an account, and without a
// network, since the proxy that they are told of is a port of loopback where nobody answers.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTerminal } from './open-terminal.ts';
import { asOrdinaryUser, type Sandbox, until } from './sandbox.ts';

type Agent = {
  readonly command: string;
  readonly version: RegExp;
  /** Words after the command, without an account. */
  readonly words: string;
  /** Its own words about its installation: what it prints, and its exit code. */
  readonly doctor: readonly [words: readonly string[], prints: RegExp] | null;
  /** What its interface shows, and what comes of a key that is pressed there. */
  readonly draws: RegExp;
  readonly key: readonly [key: string, shows: RegExp];
  /** What it keeps, by the path in HOME: its own, and a secret of its account. */
  readonly state: string;
  readonly secret: string;
  /** What of it is closed to the agent itself. */
  readonly closed: string;
};

const agents: readonly Agent[] = [
  {
    command: 'claude',
    version: /^\d+\.\d+\.\d+ \(Claude Code\)/,
    words: '',
    doctor: null, // it draws, as the interface does: tried in the terminal
    draws: /❯/,
    key: ['x', /❯\sx/],
    state: '.claude/projects',
    secret: '.claude/.credentials.json',
    closed: '.claude/settings.json',
  },
  {
    command: 'codex',
    version: /^codex-cli \d/,
    words: '',
    doctor: [['doctor'], /Codex Doctor/],
    draws: /Sign in with ChatGPT/,
    key: ['Down', /> 2\. Sign in with Device Code/],
    state: '.codex/sessions',
    secret: '.codex/auth.json',
    closed: '.codex/config.toml',
  },
  {
    command: 'gemini',
    version: /^\d+\.\d+\.\d+$/m,
    words: '--skip-trust',
    doctor: null, // it has none
    draws: /Sign in with Google/,
    key: ['Down', /● 2\. Use Gemini API Key/],
    state: '.gemini/tmp',
    secret: '.gemini/oauth_creds.json',
    closed: '.gemini/settings.json',
  },
  {
    command: 'opencode',
    version: /^\d+\.\d+\.\d+$/m,
    words: '',
    doctor: [['debug', 'paths'], /^state +\//m],
    draws: /Ask anything/,
    key: ['x', /┃ +x/],
    state: '.local/share/opencode/storage',
    secret: '.local/share/opencode/auth.json',
    closed: '.config/opencode/opencode.json',
  },
];

const decoys = ['.ssh/id_ed25519', '.aws/credentials', '.netrc', '.config/gh/hosts.yml'];

let installed = '';

beforeAll(() => {
  installed = mkdtempSync(join(tmpdir(), 'nono-agents-'));
  const project = join(import.meta.dirname, '../agents');
  copyFileSync(join(project, 'package.json'), join(installed, 'package.json'));
  // No lock file: npm leaves packages of other platforms out of it, and then finds it out of step.
  const words = ['install', '--no-package-lock', '--no-audit', '--no-fund', '--no-progress'];
  execFileSync('npm', words, { cwd: installed, stdio: 'inherit' });
  execFileSync('chmod', ['-R', 'a+rX', installed]);
}, 600_000);

afterAll(() => rmSync(installed, { recursive: true, force: true }));

const slow = 90_000;

asOrdinaryUser('an agent from the registry', (open) => {
  /** A home with decoys, with what an agent asks at its first start answered already. */
  function prepare(without?: string): { box: Sandbox; env: Record<string, string> } {
    const box = open();
    for (const path of decoys) box.file(join(box.home, path), 'decoy', 0o600);
    for (const { command, secret, closed } of agents) {
      if (command !== without) box.file(join(box.home, secret), '{}', 0o600);
      box.file(join(box.home, closed), closed.endsWith('.toml') ? '' : '{}');
    }
    const settings = {
      hasCompletedOnboarding: true,
      theme: 'dark',
      customApiKeyResponses: { approved: ['a'.repeat(20)], rejected: [] },
      projects: { [box.project]: { hasTrustDialogAccepted: true } },
    };
    box.file(join(box.home, '.claude.json'), JSON.stringify(settings), 0o600);
    const nowhere = 'http://127.0.0.1:9';
    const env = {
      PATH: `${join(installed, 'node_modules/.bin')}:${box.env.PATH}`,
      HTTP_PROXY: nowhere,
      HTTPS_PROXY: nowhere,
      ANTHROPIC_API_KEY: `sk-ant-${'a'.repeat(20)}`,
    };
    return { box, env };
  }

  it.each(agents)('$command: tells its version, its help and how it is', ({ command, version, doctor }) => {
    const { box, env } = prepare();
    const inside = (...words: string[]) => box.run(['run', '--allow', '.', '--', command, ...words], { env });
    const told = inside('--version');
    expect([told.code, told.stdout.trim()]).toEqual([0, expect.stringMatching(version)]);
    expect(told.stderr).toContain(`nono: profile ${command}, by the command's name`);
    const help = inside('--help');
    expect([help.code, `${help.stdout}${help.stderr}`]).toEqual([
      0,
      expect.stringMatching(/usage|commands/i),
    ]);
    if (doctor !== null) expect(inside(...doctor[0]).stdout).toMatch(doctor[1]);
  });

  it.each(
    agents,
  )('$command: starts, draws, takes keys, is resized, and leaves the terminal as it was', async ({
    command,
    words,
    draws,
    key,
    state,
  }) => {
    const { box, env } = prepare(command); // an empty account is none that codex would start with
    const terminal = openTerminal(box, env, slow);
    const marks = '#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{insert_flag} #{keypad_cursor_flag}';
    const before = terminal.state(marks);
    terminal.resize(100, 40);
    terminal.type(
      `trap : INT; stty -a > before; nono run --allow . -- ${command} ${words}; echo "code $?"; stty -a > after`,
    );
    await terminal.shows(draws);
    await terminal.press(...key);
    terminal.resize(120, 45);
    await terminal.shows(key[1]);
    await terminal.press('C-c', /^code \d+/m, 500); // most want it twice within a second
    await until(() => existsSync(join(box.project, 'after')), 'the shell outside goes on');
    expect(terminal.screen()).toMatch(/^code (0|130)$/m);
    expect(terminal.state(marks)).toBe(before);
    const settings = (file: string) =>
      readFileSync(join(box.project, file), 'utf8').replace(/rows \d+; columns \d+/, '');
    expect(settings('after')).toBe(settings('before'));
    for (const path of decoys) expect(readFileSync(join(box.home, path), 'utf8')).toBe('decoy');
    expect(existsSync(join(box.home, state.split('/').slice(0, -1).join('/')))).toBe(true);
  });

  it('claude: says in the terminal how it is', async () => {
    const { box, env } = prepare();
    const terminal = openTerminal(box, env, slow);
    terminal.resize(100, 50);
    terminal.type('nono run --allow . -- claude doctor; echo "code $?"');
    await terminal.shows(/Diagnostics[\s\S]*Enter to close/);
    await terminal.press('Enter', /^code 0/m);
  });

  it.each(agents)('$command: reaches its own state, and neither another’s nor any decoy', (agent) => {
    const { box, env } = prepare();
    const others = agents.filter(({ command }) => command !== agent.command);
    const refused = [
      ...[...decoys, ...others.map(({ secret }) => secret)].map((path) => `cat ~/${path}`),
      ...others.map(({ state }) => `mkdir -p ~/${state}/planted`),
      `echo x > ~/${agent.closed}`,
    ];
    const script = [
      `mkdir -p ~/${agent.state} && echo own > ~/${agent.state}/own && cat ~/${agent.secret} ~/${agent.state}/own`,
      ...refused.map((attempt) => `(${attempt}) 2>/dev/null && echo 'done: ${attempt}'`),
    ].join('\n');
    // The agent's own name, so that its profile is chosen as it is for the agent.
    mkdirSync(join(box.base, 'bin'));
    box.file(join(box.base, 'bin', agent.command), `#!/bin/sh\n${script}\n`, 0o755);
    const { stdout } = box.run(['run', '-s', '--allow', '.', '--', agent.command], {
      env: { ...env, PATH: `${join(box.base, 'bin')}:${box.env.PATH}` },
    });
    expect(stdout).toBe('{}own\n');
  });
});
