// The built-in lists: their shape, and what they must and must not catch.
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { compileGlob } from '../../src/plan/glob.ts';
import {
  commandList,
  environmentList,
  sensitiveList as parseSensitive,
  protectedList,
  systemList,
  toolchainList,
} from '../../src/policy/lists.ts';
import { countingMatcher } from '../backend/linux/matcher.ts';
import {
  commandListSchema,
  environmentListSchema,
  protectedListSchema,
  sensitiveListSchema,
  systemListSchema,
  toolchainListSchema,
} from './list-schema.ts';

const sensitiveList = parseSensitive();

const home = '/home/u';

const xdg: Record<string, string> = {
  XDG_CONFIG_HOME: '.config',
  XDG_DATA_HOME: '.local/share',
  XDG_STATE_HOME: '.local/state',
  XDG_CACHE_HOME: '.cache',
};

/** Variables where tools put them by default: an entry of the relocated form must hold there as well. */
const usual: Record<string, string> = {
  CARGO_HOME: '.cargo',
  RUSTUP_HOME: '.rustup',
  GRADLE_USER_HOME: '.gradle',
  PNPM_HOME: '.local/share/pnpm',
  VOLTA_HOME: '.volta',
  NVM_DIR: '.nvm',
  N_PREFIX: 'n',
  BUN_INSTALL: '.bun',
  ASDF_DATA_DIR: '.asdf',
  ASDF_DIR: '.asdf',
  MISE_DATA_DIR: '.local/share/mise',
  PROTO_HOME: '.proto',
  PYENV_ROOT: '.pyenv',
  RBENV_ROOT: '.rbenv',
  MAMBA_ROOT_PREFIX: 'micromamba',
  GOPATH: 'go',
  ANDROID_HOME: 'Android/Sdk',
  HF_HOME: '.cache/huggingface',
  PULUMI_HOME: '.pulumi',
  COMPOSER_HOME: '.config/composer',
};

function expand(spelling: string): string | null {
  if (spelling.startsWith('/')) return spelling;
  if (spelling.startsWith('~/')) return `${home}/${spelling.slice(2)}`;
  const [variable = '', ...rest] = spelling.slice(1).split('/');
  const base = xdg[variable] ?? usual[variable];
  return base === undefined ? null : [home, base, ...rest].join('/');
}

function contains(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}

function repeated(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

const sensitiveEntries = sensitiveList.groups.flatMap((group) =>
  group.entries.map((entry) => ({ ...entry, group: group.name })),
);
const protectedPaths = sensitiveEntries.flatMap(({ path }) => expand(path) ?? []);

describe('each list has the shape of its schema', () => {
  const cases: [string, z.ZodType, unknown][] = [
    ['sensitive', sensitiveListSchema, sensitiveList],
    ['system', systemListSchema, systemList],
    ['toolchains', toolchainListSchema, toolchainList],
    ['environment', environmentListSchema, environmentList],
    ['protected', protectedListSchema, protectedList],
    ['commands', commandListSchema, commandList],
  ];
  test.each(cases)('%s.jsonc', (_name, schema, list) => {
    expect(schema.safeParse(list).error?.issues ?? []).toEqual([]);
  });
  test.each(cases)('%s.jsonc: an unknown key is refused', (_name, schema, list) => {
    expect(schema.safeParse({ ...(list as object), extra: 1 }).success).toBe(false);
  });
});

describe('sensitiveList', () => {
  test('names each group once', () => {
    expect(repeated(sensitiveList.groups.map(({ name }) => name))).toEqual([]);
  });

  test('names each path once', () => {
    expect(repeated(sensitiveEntries.map(({ path }) => path))).toEqual([]);
  });

  test('has no entry below another, which would say nothing', () => {
    const places = sensitiveEntries.flatMap(({ path }) => {
      const relocated = path.startsWith('$') && !/^\$XDG_(CONFIG|DATA|STATE|CACHE)_HOME\//.test(path);
      return relocated ? [] : [expand(path) ?? path];
    });
    const covered = places.filter((place) =>
      places.some((other) => other !== place && contains(other, place)),
    );
    expect(covered).toEqual([]);
  });

  test('uses the XDG variable where one has a default', () => {
    const spelledOut = Object.values(xdg).map((directory) => `~/${directory}/`);
    const paths = sensitiveEntries.map(({ path }) => path);
    expect(paths.filter((path) => spelledOut.some((prefix) => path.startsWith(prefix)))).toEqual([]);
  });

  test.each([
    ...[
      '',
      'project',
      'src',
      'work/app',
      'code',
      'Documents',
      'Downloads',
      'Desktop',
      'repos/app',
      'dev/x',
      'go/src/x',
    ],
    ...[
      '.config',
      '.local',
      '.local/bin',
      '.local/lib',
      '.local/share',
      '.local/share/uv',
      '.local/share/claude',
    ],
    ...[
      '.cache',
      '.cache/pip',
      '.cache/ms-playwright',
      '.cache/huggingface/hub',
      '.npm',
      '.nvm',
      '.cargo',
      '.cargo/bin',
    ],
    ...[
      '.rustup',
      '.m2',
      '.m2/repository',
      '.gradle',
      '.gradle/caches',
      '.pyenv',
      '.bun',
      '.deno',
      '.dotnet',
      '.nuget',
    ],
    ...[
      '.opencode/bin',
      '.fly/bin',
      '.pulumi/bin',
      '.foundry/bin',
      '.ollama/models',
      '.vscode/extensions',
      '.vimrc',
    ],
    ...[
      '.config/git/config',
      '.config/git/ignore',
      '.gitconfig',
      '.gitignore',
      '.terminfo',
      'dotfiles',
      '.dotfiles',
    ],
  ])('leaves ~/%s free', (place) => {
    const path = place === '' ? home : `${home}/${place}`;
    expect(protectedPaths.filter((each) => contains(each, path))).toEqual([]);
  });

  test.each([
    '/etc',
    '/etc/passwd',
    '/etc/hosts',
    '/etc/ssl/certs',
    '/etc/ssh/ssh_config',
    '/etc/machine-id',
    '/etc/pki/tls/certs',
  ])('leaves %s free', (path) => {
    expect(protectedPaths.filter((each) => contains(each, path))).toEqual([]);
  });

  test.each([
    ...[
      '~/.ssh/id_ed25519',
      '~/.aws/credentials',
      '~/.kube/config',
      '~/.docker/config.json',
      '~/.gnupg/secring.gpg',
    ],
    ...[
      '~/.config/gcloud/credentials.db',
      '~/.config/gh/hosts.yml',
      '~/.npmrc',
      '~/.netrc',
      '~/.git-credentials',
    ],
    ...[
      '~/.cargo/credentials.toml',
      '~/.bashrc',
      '~/.zshenv',
      '~/.bash_history',
      '~/.config/autostart/x.desktop',
    ],
    ...[
      '~/.mozilla/firefox/x/cookies.sqlite',
      '~/.config/google-chrome/Default/Cookies',
      '~/snap/firefox/common',
    ],
    ...[
      '~/.local/share/keyrings/login.keyring',
      '~/.password-store/x.gpg',
      '~/.claude/settings.json',
      '~/.claude.json',
    ],
    ...[
      '~/.config/systemd/user/x.service',
      '~/.bitcoin/wallet.dat',
      '~/.config/fish/config.fish',
      '~/.Xauthority',
    ],
    ...[
      '~/.config/containers/auth.json',
      '~/.m2/settings.xml',
      '~/.codex/auth.json',
      '~/.local/share/opencode/auth.json',
    ],
    ...[
      '/etc/shadow',
      '/etc/sudoers.d/x',
      '/etc/ssh/ssh_host_ed25519_key',
      '/etc/letsencrypt/live',
      '/etc/ssl/private/x',
    ],
  ])('protects %s', (spelling) => {
    const path = expand(spelling) ?? '';
    expect(protectedPaths.some((each) => contains(each, path))).toBe(true);
  });
});

describe('protectedList', () => {
  const meant = (path: string) =>
    protectedList.groups.some(
      ({ entries, except = [] }) =>
        entries.some((entry) => compileGlob(`/${entry.path}`)(`/w/${path}`)) &&
        !except.some((glob) => compileGlob(`/${glob}`)(`/w/${path}`)),
    );

  test.each([
    '.git/hooks/pre-commit',
    'sub/.git/hooks/post-checkout',
    '.git/modules/lib/hooks/pre-push',
    '.git/modules/third/party/hooks/pre-push',
    '.git/modules/a/modules/b/hooks/update',
    'mirror.git/hooks/post-receive',
    '.vscode/tasks.json',
    'packages/x/.vscode/settings.json',
    'a.code-workspace',
    '.idea/workspace.xml',
    '.devcontainer/devcontainer.json',
    '.envrc',
    '.claude/settings.local.json',
    '.claude/hooks/x.sh',
    '.mcp.json',
    '.codex/config.toml',
    '.gemini/settings.json',
    '.cursor/mcp.json',
    '.nono/profile.jsonc',
    'tmux-1000/default',
    'tmux-501/work',
    'tmux-0/default',
    'ssh-XXabc/agent.12',
    '.X11-unix/X0',
  ])('protects %s', (path) => {
    expect(meant(path)).toBe(true);
  });

  test.each([
    '.git/config',
    '.git/index.lock',
    '.git/HEAD',
    '.git/hooks/pre-commit.sample',
    '.git/refs/heads/hooks/pre-commit',
    '.git/logs/refs/heads/hooks/x',
    '.git/modules/lib/config',
    'tmux-3.4/configure',
    'tmux-1000',
    'ssh-client/agent.c/x.c',
    '.git/worktrees/w/index',
    'hooks/pre-commit',
    'src/hooks/useState.ts',
    '.vscode/extensions.json',
    'package.json',
    'Makefile',
    '.github/workflows/ci.yml',
    '.husky/pre-commit',
    '.env',
    '.gitignore',
    'CLAUDE.md',
    'AGENTS.md',
  ])('leaves %s to the project', (path) => {
    expect(meant(path)).toBe(false);
  });
});

describe('commandList', () => {
  const names = commandList.groups.flatMap((each) => each.names);

  test('names no command twice', () => {
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(
    'rm rmdir shred dd mkfs mkfs.ext4 fdisk wipefs chmod chown chgrp chattr sudo su doas pkexec shutdown reboot systemctl mount'.split(
      ' ',
    ),
  )('has %s', (name) => {
    expect(names).toContain(name);
  });

  test.each(
    'npm npx node pip python cp mv ln mkdir touch cat sed git make gcc tar find kill ps sh bash env xargs install truncate'.split(
      ' ',
    ),
  )('leaves %s, which builds need', (name) => {
    expect(names).not.toContain(name);
  });
});

describe('systemList', () => {
  const all = [...systemList.entries, ...systemList.home];

  test('names each path and each variable once', () => {
    expect(repeated(all.map(({ path }) => path))).toEqual([]);
    expect(repeated(systemList.trustStores.map((name) => name.toLowerCase()))).toEqual([]);
  });

  test('lets nothing be written but devices', () => {
    expect(all.filter(({ access, kind }) => access === 'readwrite' && kind !== 'device')).toEqual([]);
  });

  test.each([
    '/tmp/x',
    '/var/tmp/x',
    '/dev/shm/x',
    '/dev/pts/0',
    '/run/x',
    '/home/u',
    '/root',
    '/var/log',
    '/srv',
    '/mnt',
  ])('does not grant %s', (path) => {
    expect(systemList.entries.filter((entry) => contains(entry.path, path))).toEqual([]);
  });

  test('grants nothing in HOME that is sensitive', () => {
    const places = systemList.home.flatMap(({ path }) => expand(path) ?? []);
    expect(
      places.filter((place) => protectedPaths.some((each) => contains(each, place) || contains(place, each))),
    ).toEqual([]);
  });
});

describe('toolchainList', () => {
  test('names each path once, and each of its reads once', () => {
    expect(repeated(toolchainList.entries.map(({ path }) => path))).toEqual([]);
    expect(toolchainList.entries.flatMap(({ reads }) => repeated(reads))).toEqual([]);
  });

  test('expands every variable in this test', () => {
    const spellings = toolchainList.entries.flatMap(({ path, reads }) => [path, ...reads]);
    const unknown = spellings.filter(
      (each) => expand(each) === null && !each.startsWith('$XDG_RUNTIME_DIR/'),
    );
    expect(unknown).toEqual([]);
  });

  test.each(toolchainList.entries)('$path reads nothing that is sensitive', ({ reads }) => {
    const exposed = reads.flatMap((read) => {
      const place = expand(read.replaceAll('*', 'x')) ?? '/nowhere';
      return protectedPaths.filter((each) => contains(place, each) || contains(each, place));
    });
    expect(exposed).toEqual([]);
  });

  test('reads no directory that projects or all settings lie in', () => {
    const broad = [
      '',
      '.local',
      '.config',
      '.cargo',
      '.cache',
      '.local/share',
      '.local/state',
      'go',
      'development',
      'n',
    ];
    const places = broad.map((each) => (each === '' ? home : `${home}/${each}`));
    const reads = toolchainList.entries.flatMap((entry) => entry.reads.flatMap((read) => expand(read) ?? []));
    expect(reads.filter((read) => places.some((place) => contains(read, place)))).toEqual([]);
  });
});

/** `*` by hand, so that the list is not tested with the code that reads it. */
function matches(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.toUpperCase().split('*');
  const upper = name.toUpperCase();
  if (rest.length === 0) return first === upper;
  if (!upper.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const part of rest) {
    const found = upper.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return upper.length - last.length >= at && upper.endsWith(last);
}

function groupByName(name: string): string | null {
  return (
    environmentList.withhold.find(({ names }) => names.some((each) => matches(each, name)))?.group ?? null
  );
}

function groupByValue(value: string): string | null {
  return environmentList.values.find(({ pattern }) => new RegExp(pattern).test(value))?.group ?? null;
}

describe('environmentList names', () => {
  test('are listed once, and their groups once', () => {
    expect(repeated(environmentList.withhold.map(({ group }) => group))).toEqual([]);
    expect(repeated(environmentList.withhold.flatMap(({ names }) => names))).toEqual([]);
  });

  test.each([
    ['loader', 'LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT DYLD_INSERT_LIBRARIES GCONV_PATH GLIBC_TUNABLES'],
    ['shell', 'BASH_ENV ENV SHELLOPTS BASHOPTS PS4 PROMPT_COMMAND BASH_FUNC_ls%% ZDOTDIR'],
    ['interpreter', 'NODE_OPTIONS NODE_PATH PYTHONPATH PYTHONHOME PYTHONSTARTUP PERL5LIB PERL5OPT RUBYOPT'],
    [
      'interpreter',
      'JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS LUA_INIT LUA_INIT_5_4 LUA_PATH DOTNET_STARTUP_HOOKS',
    ],
    ['key-agents', 'SSH_AUTH_SOCK SSH_ASKPASS GPG_AGENT_INFO GIT_ASKPASS'],
    ['desktop', 'DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY SWAYSOCK WSL_INTEROP'],
    [
      'terminals',
      'TMUX STY NVIM KITTY_LISTEN_ON VSCODE_IPC_HOOK_CLI VSCODE_GIT_IPC_HANDLE VSCODE_GIT_ASKPASS_MAIN',
    ],
    ['services', 'DOCKER_HOST NOTIFY_SOCKET LISTEN_FDS'],
    [
      'cloud',
      'AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_PROFILE OP_SESSION_my BW_SESSION ACTIONS_RUNTIME_URL',
    ],
    [
      'secret-names',
      'ANTHROPIC_API_KEY OPENAI_API_KEY ANTHROPIC_AUTH_TOKEN CLAUDE_CODE_OAUTH_TOKEN GEMINI_API_KEY',
    ],
    ['secret-names', 'GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN NPM_TOKEN HF_TOKEN VAULT_TOKEN token JPY_API_TOKEN'],
    [
      'secret-names',
      'npm_config__authToken npm_config_//registry.npmjs.org/:_authToken npm_config__auth NPM_CONFIG__PASSWORD',
    ],
    [
      'secret-names',
      'PGPASSWORD MYSQL_PWD DB_PASS DB_PASSWORD POSTGRES_PASSWORD REDISCLI_AUTH DOCKER_AUTH_CONFIG',
    ],
    [
      'secret-names',
      'SECRET_KEY_BASE CLIENT_SECRET app_secret JWT_SECRET SECRET STRIPE_SECRET_KEY RAILS_MASTER_KEY',
    ],
    [
      'secret-names',
      'GOOGLE_APPLICATION_CREDENTIALS SSH_PRIVATE_KEY SIGNING_KEY_PASSWORD GPG_PASSPHRASE APP_KEY CARGO_REGISTRY_TOKEN',
    ],
    [
      'secret-names',
      'SENTRY_DSN AZURE_STORAGE_CONNECTION_STRING SLACK_WEBHOOK_URL CI_JOB_JWT_V2 GITHUB_PAT SESSION_COOKIE',
    ],
    [
      'secret-names',
      'TF_VAR_db_password GITHUBTOKEN SYSTEM_ACCESSTOKEN ACTIONS_ID_TOKEN_REQUEST_URL OTEL_EXPORTER_OTLP_HEADERS',
    ],
  ])('withhold as %s: %s', (group, names) => {
    const found = names.split(' ').map((name) => [name, groupByName(name)]);
    expect(found.filter(([, by]) => by !== group && by !== 'cloud')).toEqual([]);
  });

  test.each([
    'PATH HOME USER LOGNAME SHELL PWD OLDPWD SHLVL _ HOSTNAME MAIL TZ TMPDIR',
    'TERM COLORTERM TERM_PROGRAM TERMINFO LS_COLORS COLUMNS LINES NO_COLOR FORCE_COLOR CLICOLOR WT_SESSION',
    'LANG LANGUAGE LC_ALL LC_CTYPE LOCPATH EDITOR VISUAL PAGER LESS LESSOPEN MANPATH BROWSER',
    'XDG_CONFIG_HOME XDG_DATA_DIRS XDG_RUNTIME_DIR XDG_SESSION_TYPE XDG_SESSION_ID DESKTOP_SESSION',
    'HTTP_PROXY http_proxy HTTPS_PROXY NO_PROXY ALL_PROXY SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS',
    'REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO PIP_CERT CARGO_HTTP_CAINFO NIX_SSL_CERT_FILE DENO_CERT',
    'GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_DATE GIT_DIR GIT_EDITOR GIT_SSH_COMMAND GIT_CONFIG_COUNT',
    'GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0 GIT_CONFIG_GLOBAL GIT_TERMINAL_PROMPT GPG_TTY PASSWORD_STORE_DIR',
    'PGHOST PGPORT PGUSER PGDATABASE MYSQL_HOST DATABASE_URL REDIS_URL KUBECONFIG',
    'npm_config_registry npm_config_cache npm_lifecycle_event npm_package_name npm_execpath PIP_INDEX_URL',
    'NODE_ENV NODE_VERSION NVM_DIR PNPM_HOME VOLTA_HOME BUN_INSTALL DENO_DIR COREPACK_HOME PYENV_ROOT',
    'VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE PYTHONIOENCODING PYTHONUTF8',
    'GOPATH GOROOT GOFLAGS GOPROXY GOPRIVATE CARGO_HOME RUSTUP_HOME RUSTFLAGS RUST_LOG JAVA_HOME GRADLE_OPTS MAVEN_OPTS',
    'ANDROID_HOME GEM_HOME GEM_PATH RBENV_ROOT DOTNET_ROOT CC CXX CFLAGS MAKEFLAGS PKG_CONFIG_PATH CPATH',
    'MONKEY KEYBOARD_LAYOUT KEYMAP TOKENIZERS_PARALLELISM CI DEBUG VERBOSE GITHUB_ACTIONS GITHUB_REPOSITORY',
    'CLAUDE_CODE_MAX_OUTPUT_TOKENS MAX_THINKING_TOKENS ANTHROPIC_MODEL ANTHROPIC_BASE_URL OPENAI_BASE_URL CLAUDE_CONFIG_DIR',
    'CLAUDE_CODE_USE_BEDROCK CODEX_HOME GOOGLE_CLOUD_PROJECT SSH_CONNECTION SSH_TTY DOCKER_BUILDKIT PS1 HISTFILE',
    'NIX_PATH LOCALE_ARCHIVE PROJECT_PWD BYPASS COMPASS AUTHOR AUTHOR_NAME PATIENT OPENSSL_DIR CUDA_VISIBLE_DEVICES',
  ])('let pass: %s', (names) => {
    const withheld = names.split(' ').map((name) => [name, groupByName(name)]);
    expect(withheld.filter(([, group]) => group !== null)).toEqual([]);
  });

  test('let every trust store pass, but for what belongs to AWS', () => {
    expect(systemList.trustStores.filter((name) => groupByName(name) !== null)).toEqual(['AWS_CA_BUNDLE']);
  });

  test('let the variables of private places pass', () => {
    expect(environmentList.private.filter(({ variable }) => groupByName(variable) !== null)).toEqual([]);
  });
});

const run = (length: number) => 'a1B2c3D4e5F6g7H8'.repeat(Math.ceil(length / 16)).slice(0, length);
const hex = (length: number) => '0123456789abcdef'.repeat(Math.ceil(length / 16)).slice(0, length);

describe('environmentList values', () => {
  test('are listed once', () => {
    expect(repeated(environmentList.values.map(({ pattern }) => pattern))).toEqual([]);
  });

  // Put together at run time, so that scanners of this repository find no token in it.
  test.each([
    ['url-password', 'postgres://user:secret@db.example/app'],
    ['url-password', 'redis://:secret@localhost:6379'],
    ['url-password', 'http://me:p%40ss@proxy.example:3128'],
    ['url-password', `https://x-access-token:${run(20)}@github.com/a/b`],
    ['url-password', 'mongodb+srv://u:p:q@cluster.example/?x=1'],
    ['url-password', `https://${hex(32)}@o1.ingest.example/2`],
    ['authorization', `AUTHORIZATION: basic ${run(20)}`],
    ['authorization', `x-a=1, Authorization: Bearer ${run(20)}`],
    ['private-key', `${'-'.repeat(5)}BEGIN OPENSSH PRIVATE KEY${'-'.repeat(5)}\nabc`],
    ['private-key', `${'-'.repeat(5)}BEGIN PRIVATE KEY${'-'.repeat(5)}`],
    ['private-key', `AGE-SECRET-KEY-1${run(58).toUpperCase()}`],
    ['jwt', `eyJ${run(30)}.eyJ${run(60)}.${run(43)}`],
    ['jwt', `Bearer eyJ${run(30)}.${run(60)}.${run(43)}`],
    ...['ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_'].map((prefix) => ['token-prefix', prefix + run(36)]),
    ['token-prefix', `github_pat_${run(22)}_${run(59)}`],
    ['token-prefix', `glpat-${run(20)}`],
    ['token-prefix', `sk-ant-api03-${run(80)}`],
    ['token-prefix', `sk-proj-${run(40)}`],
    ['token-prefix', `sk-${run(48)}`],
    ['token-prefix', `hf_${run(34)}`],
    ['token-prefix', `npm_${run(36)}`],
    ['token-prefix', `pypi-${run(80)}`],
    ...['a', 'b', 'p', 'r'].map((kind) => ['token-prefix', `xox${kind}-${run(24)}`]),
    ['token-prefix', `AKIA${run(16).toUpperCase()}`],
    ['token-prefix', `ASIA${run(16).toUpperCase()}`],
    ['token-prefix', `AIza${run(35)}`],
    ['token-prefix', `ya29.${run(60)}`],
    ['token-prefix', `dop_v1_${hex(64)}`],
    ['token-prefix', `--token=ghp_${run(36)} --quiet`],
    ['token-prefix', `sk_live_${run(24)}`],
    ['token-prefix', `hvs.${run(40)}`],
    ['token-prefix', `SG.${run(22)}.${run(43)}`],
    ['connection-string', `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${run(40)}`],
    ['connection-string', 'Server=db;User Id=sa;Password=hunter22;'],
    ['connection-string', 'host=db user=u password=hunter22'],
  ])('withhold as %s: %s', (group, value) => {
    expect(groupByValue(value as string)).toBe(group);
  });

  test.each([
    '',
    '1',
    '/usr/local/bin:/usr/bin:/bin:/home/u/.cargo/bin',
    'http://proxy.example:3128',
    'http://me@proxy.example:3128',
    'ssh://git@github.com:22/a/b.git',
    'git@github.com:a/b.git',
    'https://github.com:443/a/b@v1',
    'http://[::1]:8080/',
    'http://a:8080,http://b:8080',
    'socks5://127.0.0.1:1080',
    'postgres://localhost:5432/app',
    'https://index.example/simple?user=a@b.example',
    'unix:path=/run/user/1000/bus,guid=0123',
    'rs=0:di=01;34:ln=01;36:mh=00:pi=40;33:so=01;35:do=01;35:*.tar=01;31',
    'task-aaaaaaaaaaaaaaaaaaaaaaaaaaa',
    '/home/u/sk-learn-experiments-2024-with-a-long-name',
    'ghp_short',
    'npm_config_registry',
    'eyJust.a.word',
    'a.b.c',
    `sha256-${run(44)}`,
    hex(40),
    hex(64),
    '0b6a7c52-1f7e-4c5e-9d8e-0b6a7c521f7e',
    'en_GB.UTF-8',
    'xterm-256color',
    '-----BEGIN CERTIFICATE-----\nMIIB',
    '-----BEGIN PUBLIC KEY-----\nMIIB',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host',
    'claude-sonnet-4-5-20250929',
    '-Xmx2g -Dfile.encoding=UTF-8',
    '\\[\\e]0;\\u@\\h: \\w\\a\\]\\u@\\h:\\w\\$ ',
    '|/usr/bin/lesspipe %s',
    'me@example.com',
    'password',
  ])('let pass: %s', (value) => {
    expect(groupByValue(value)).toBeNull();
  });

  const seeds = [
    ...[
      'a',
      'A',
      ' ',
      '-',
      '/',
      ':',
      '.',
      '_',
      '0',
      '://',
      '://a:',
      '://a:b',
      'https://aaaaaaaaaaaaaaaaaaaa',
      'eyJ',
    ],
    ...[
      '-eyJ',
      '.eyJaaaaaaaa',
      'eyJaaaaaaaa.',
      '-----BEGIN ',
      '-----BEGIN A',
      'Authorization: ',
      'Authorization:a ',
    ],
    ...[
      'gh',
      'ghp_',
      'github_pat_',
      'sk-',
      'sk-ant-',
      'xoxb-',
      'AKIA',
      'AIza',
      'npm_',
      'password=',
      ';pwd=',
      'AccountKey=',
    ],
    ...['SG.', 'SG.aaaaaaaaaaaaaaaaaaaa', 'tskey-aaa', 'glpat-', 'cio', 'key-', 'é', '😀'],
  ];
  // Longer than any repetition of the list, so that one which goes back over all that it took at each byte shows.
  const length = 20_000;
  const mostStepsAByte = 32;

  test.each(environmentList.values)('take a few steps a byte, whatever is repeated: $pattern', ({
    pattern,
  }) => {
    const match = countingMatcher(pattern);
    const expression = new RegExp(pattern);
    const counted = seeds.map((seed) => {
      const value = seed.repeat(Math.ceil(length / seed.length)).slice(0, length);
      const { found, steps } = match(value);
      expect(found).toBe(expression.test(value));
      return { seed, stepsAByte: Math.ceil(steps / Buffer.byteLength(value)) };
    });
    expect(counted.filter(({ stepsAByte }) => stepsAByte > mostStepsAByte)).toEqual([]);
  });
});

describe('environmentList private', () => {
  test('has a variable and a name each of their own', () => {
    expect(repeated(environmentList.private.map(({ variable }) => variable))).toEqual([]);
    const names = environmentList.private.flatMap(({ name }) => (name === '' ? [] : [name]));
    expect(repeated(names)).toEqual([]);
  });
});
