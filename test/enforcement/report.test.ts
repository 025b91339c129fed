// The report at the end of a run: what was denied, by which rule, and a flag that makes the same command work.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone, type Sandbox } from './sandbox.ts';

type Row = { op: string; path?: string; count: number; reason: string; suggested_flag?: string };
type Report = {
  version: number;
  denied: Row[];
  unlisted: number;
  unseen: string[];
  originals: object | null;
};

function reported(box: Sandbox, flags: readonly string[], words: readonly string[]) {
  const file = join(box.base, 'report.json');
  const result = box.run(['run', '-s', '--report', file, ...flags, '--', ...words]);
  return { ...result, report: JSON.parse(readFileSync(file, 'utf8')) as Report };
}

const server = `
import os, socket, sys
listener = socket.socket(socket.AF_UNIX if sys.argv[1] == 'unix' else socket.AF_INET)
listener.bind(sys.argv[2] if sys.argv[1] == 'unix' else ('127.0.0.1', 0))
if sys.argv[1] == 'unix': os.chmod(sys.argv[2], 0o666)
listener.listen(8)
print(listener.getsockname()[1] if sys.argv[1] == 'inet' else 'ready', flush=True)
import threading
threading.Timer(60, lambda: os._exit(0)).start()
while True: listener.accept()
`;

/** Runs the story beside a server, whose port or path is `$1` of the script. */
function besideServer(box: Sandbox, kind: 'unix' | 'inet', words: readonly string[]) {
  const path = join(box.base, 'server.sock');
  const line = `exec 3< <(exec python3 -c "$SERVER" ${kind} "${path}"); p=$!; read -r port <&3; "$@" "$port"; code=$?; kill $p; exit $code`;
  return box.outside(['bash', '-c', line, 'story', ...words], { env: { SERVER: server } });
}

const connects = (family: string) =>
  `import socket,sys; socket.socket(socket.${family}).connect(${family === 'AF_UNIX' ? 'sys.argv[1]' : "('127.0.0.1', int(sys.argv[1]))"})`;

type Story = {
  readonly name: string;
  readonly prepare?: (box: Sandbox) => void;
  readonly flags?: (box: Sandbox) => string[];
  readonly command: (box: Sandbox) => string[];
  readonly reason: string;
};

const allow = () => ['--allow', '.'];
const stories: readonly Story[] = [
  {
    name: 'npm without its cache',
    prepare: (box) => box.file(join(box.home, '.npm/here')),
    command: (box) => ['python3', '-c', `open(${JSON.stringify(join(box.home, '.npm/entry'))}, 'w')`],
    reason: 'path_not_granted',
  },
  {
    name: 'a protected file of the editor',
    prepare: (box) => box.file(join(box.project, '.vscode/tasks.json'), '{}'),
    command: () => ['sh', '-c', 'echo x > .vscode/tasks.json'],
    reason: 'sensitive_path',
  },
  {
    name: 'a write outside',
    prepare: (box) => box.file(join(box.base, 'other/notes'), 'old'),
    command: (box) => ['sh', '-c', `echo new > ${box.base}/other/notes`],
    reason: 'path_not_granted',
  },
  {
    name: 'a blocked command',
    command: () => ['sh', '-c', 'touch new.$$ && rm new.$$'],
    reason: 'command_blocked',
  },
  {
    name: 'somebody who needs a directory of the old TMPDIR',
    prepare: (box) => box.file(join(box.base, 'tmp/shared/here')),
    command: (box) => ['sh', '-c', `echo x > ${box.base}/tmp/shared/file`],
    reason: 'path_not_granted',
  },
  {
    name: 'chmod outside',
    prepare: (box) => box.file(join(box.base, 'other/tool')),
    flags: () => ['--allow', '.', '--allow-command', 'chmod'],
    command: (box) => ['chmod', '+x', join(box.base, 'other/tool')],
    reason: 'path_not_granted',
  },
  {
    name: 'the removal of an old file',
    prepare: (box) => box.file(join(box.project, 'old'), 'old'),
    command: () => ['python3', '-c', 'import os; os.unlink("old")'],
    reason: 'protected_from_delete',
  },
  {
    name: 'a rewrite of what is too large to be kept',
    prepare: (box) => box.file(join(box.project, 'large'), 'x'.repeat(4000)),
    flags: () => ['--allow', '.', '--keep-limit', '1K'],
    command: () => ['sh', '-c', 'echo x > large'],
    reason: 'protected_from_delete',
  },
  {
    name: 'a directory outside',
    prepare: (box) => box.file(join(box.base, 'other/here')),
    flags: () => ['--allow', '.', '--explain'],
    command: (box) => ['mkdir', join(box.base, 'other/new')],
    reason: 'path_not_granted',
  },
  {
    name: 'a link outside',
    prepare: (box) => box.file(join(box.base, 'other/here')),
    command: (box) => ['ln', '-s', 'here', join(box.base, 'other/new')],
    reason: 'path_not_granted',
  },
  {
    name: 'a further name outside',
    prepare: (box) => {
      box.file(join(box.base, 'other/here'));
      box.file(join(box.project, 'mine'));
    },
    command: (box) => ['ln', 'mine', join(box.base, 'other/new')],
    reason: 'path_not_granted',
  },
  {
    name: 'a program that no grant reaches',
    prepare: (box) => box.file(join(box.base, 'other/tool'), '#!/bin/sh\n', 0o755),
    command: (box) => ['sh', '-c', join(box.base, 'other/tool')],
    reason: 'path_not_granted',
  },
];

asEveryone('the report', (open) => {
  it.each(stories)('of $name names a flag that makes it work', (story) => {
    const box = open();
    story.prepare?.(box);
    const flags = story.flags?.(box) ?? allow();
    const { code, stderr, report } = reported(box, flags, story.command(box));
    expect(code).not.toBe(0);
    const [row] = report.denied;
    expect(row?.reason).toBe(story.reason);
    const suggestion = row?.suggested_flag ?? '';
    expect(stderr).toContain(`  Try: ${suggestion}`);
    const again = box.run(['run', '-s', ...flags, ...suggestion.split(' '), '--', ...story.command(box)]);
    expect([suggestion, again.code, again.stderr]).toMatchObject([suggestion, 0, expect.anything()]);
  });

  it.each([
    ['a socket such as docker.sock or ssh-agent', 'unix', 'AF_UNIX', [], 'socket_not_granted'],
    ['a port of this machine', 'inet', 'AF_INET', ['--allow-port', '1'], 'network_blocked'],
  ] as const)('of %s names a flag that makes it work', (_, kind, family, mode, reason) => {
    const box = open();
    const file = join(box.base, 'report.json');
    const nono = (flags: readonly string[]) => [
      ...[box.nono, 'run', '-s', '--report', file, '--allow', '.', ...mode, ...flags],
      ...['--', 'python3', '-c', connects(family)],
    ];
    // The server of a socket is called by its path.
    const path = kind === 'unix' ? [join(box.base, 'server.sock')] : [];
    expect(besideServer(box, kind, [...nono([]), ...path]).code).not.toBe(0);
    const [row] = (JSON.parse(readFileSync(file, 'utf8')) as Report).denied;
    expect(row?.reason).toBe(reason);
    const words = (row?.suggested_flag ?? '').split(' ');
    if (kind === 'inet') {
      expect(words).toEqual(['--allow-port', expect.stringMatching(/^\d+$/)]);
      return; // the next server has another port
    }
    spawnSync('rm', ['-f', path[0] as string]);
    expect(besideServer(box, kind, [...nono(words), ...path])).toMatchObject({ code: 0 });
  });

  it('sees reads with --explain, and says without it what it does not see', () => {
    const box = open();
    box.file(join(box.base, 'other/notes'), 'old');
    const words = ['sh', '-c', `cat ${box.base}/other/notes; echo x > ${box.base}/other/notes`];
    const ops = ({ denied }: Report) => denied.map(({ op }) => op);
    const plain = reported(box, allow(), words).report;
    expect([ops(plain), plain.unseen.length]).toEqual([['write'], 1]);
    const explained = reported(box, [...allow(), '--explain'], words).report;
    expect([ops(explained), explained.unseen]).toEqual([['read', 'write'], []]);
  });

  it('names the profile that shares caches, before and after, and with it the command works', () => {
    const box = open();
    box.file(join(box.home, '.cargo/registry/index'), 'old');
    const cargo = box.file(
      join(box.project, 'cargo'),
      '#!/bin/sh\necho x >> ~/.cargo/.package-cache\n',
      0o755,
    );
    const without = box.run(['run', '--allow', '.', '--', cargo]);
    expect(without.stderr).toMatch(/^nono: writes .*; your caches closed: --extends rust opens them$/m);
    expect(without.stderr).toMatch(
      /denied write ~\/\.cargo\/\.package-cache: .*\n {2}Try: .*\n {2}Or: --extends rust$/m,
    );
    const shared = box.run(['run', '--allow', '.', '--extends', 'rust', '--', cargo]);
    expect([shared.code, shared.stderr]).toEqual([0, expect.not.stringMatching(/denied|closed/)]);
    expect(readFileSync(join(box.home, '.cargo/.package-cache'), 'utf8')).toBe('x\n');
    expect(box.run(['run', '--no-profile', '--allow', '.', '--', cargo]).stderr).not.toContain('closed');
  });

  it('counts what happens again, and bounds what it lists', () => {
    const box = open();
    box.file(join(box.base, 'other/notes'), 'old');
    const script = `
import os
for i in range(3):
  try: open('${box.base}/other/notes', 'w')
  except OSError: pass
for i in range(300):
  try: open('${box.base}/other/%d' % i, 'w')
  except OSError: pass`;
    const { report, stderr } = reported(box, allow(), ['python3', '-c', script]);
    expect(report.denied[0]?.count).toBe(3);
    expect(report.denied).toHaveLength(200);
    expect(report.unlisted).toBe(101);
    expect(stderr.split('\n').length).toBeLessThan(30);
    expect(stderr).toContain('other/0 (198 more of this kind): no grant reaches');
    expect(stderr).toContain('and 101 more denials');
  });

  it('escapes what the sandboxed side wrote', () => {
    const box = open();
    box.file(join(box.base, 'other/x'));
    const script = `open('${box.base}/other/\\x1b[31m\\n', 'w')`;
    const { stderr } = reported(box, allow(), ['python3', '-c', script]);
    expect(stderr).toContain('other/\\x1b[31m\\n');
    expect(stderr).not.toContain('\x1b[31m');
  });

  it('cannot be stopped by a command that closes its own directories', () => {
    const box = open();
    const script = `import os
os.makedirs('d/e')
os.chmod('d/e', 0)
os.chmod('d', 0)
for act in (lambda: os.chmod('d/.', 0o700), lambda: os.chmod('d/e', 0o700), lambda: os.chmod('/etc/hostname', 0o777), lambda: os.unlink('old')):
    try: act()
    except OSError: pass`;
    box.file(join(box.project, 'old'));
    const { stderr, report } = reported(box, allow(), ['python3', '-c', script]);
    expect(stderr).toContain('project/old');
    expect(stderr).not.toContain('Error:');
    expect(report.denied.length).toBeGreaterThan(0);
    box.outside(['chmod', '700', 'd']);
  });

  it('leaves out what would fail outside as well', () => {
    const box = open();
    const { report } = reported(box, allow(), ['sh', '-c', 'echo x > /no/such/place; true']);
    expect(report.denied).toEqual([]);
  });

  it('leaves out a hard link to where nobody should grant anything, and no other way there', () => {
    const box = open();
    const target = join(box.home, 'new');
    const denied = (flags: readonly string[], line: string) =>
      reported(box, flags, ['sh', '-c', `echo x > own; ${line}; true`]).report.denied;
    expect(denied(allow(), `ln own ${target}`)).toEqual([]);
    expect(denied(allow(), `cat own > ${target}; mv own ${target}`).map(({ op }) => op)).toEqual([
      'write',
      'rename',
    ]);
    expect(denied(['--allow', '~', ...allow()], 'ln own ~/.bashrc')).toMatchObject([{ op: 'link' }]);
  });

  it('says nothing where nothing happened, and nothing where nobody asked', () => {
    const box = open();
    const fails = ['sh', '-c', 'touch new; rm new'];
    expect(box.run(['run', '-s', '--allow', '.', '--', 'true']).stderr).toBe('');
    expect(box.run(['run', '-s', '--allow', '.', '--', ...fails]).stderr).toContain('nono: denied');
    expect(box.run(['run', '-s', '--no-diagnostics', '--allow', '.', '--', ...fails]).stderr).not.toContain(
      'denied',
    );
    expect(box.run(['wrap', '--allow', '.', '--', ...fails]).stderr).not.toContain('denied');
  });

  it('is one line of JSON with --json', () => {
    const box = open();
    const { stderr } = box.run(['run', '-s', '--json', '--allow', '.', '--', 'sh', '-c', 'touch n; rm n']);
    const line = stderr.split('\n').find((each) => each.startsWith('{')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ version: 1, denied: [{ reason: 'command_blocked' }] });
  });

  it('is not written where the command could lead it elsewhere', () => {
    const box = open();
    for (const file of ['report.json', join(box.project, 'a/../report.json'), '/dev/fd/3', '/dev/fd/0']) {
      const { code, stderr } = box.run(['run', '--report', file, '--allow', '.', '--', 'true']);
      expect([file, code, stderr]).toEqual([file, 125, expect.stringContaining('[launch/report]')]);
    }
    symlinkSync(box.project, join(box.base, 'link'));
    expect(
      box.run(['run', '--report', join(box.base, 'link/r.json'), '--allow', '.', '--', 'true']).code,
    ).toBe(125);
  });

  it('is demanded before the run where it could not be written after it', () => {
    const box = open();
    const ran = (file: string) => box.run(['run', '-s', '--report', file, '--', 'echo', 'ran']);
    const missing = ran(join(box.base, 'no/such/r.json'));
    expect([missing.code, missing.stdout]).toEqual([125, '']);
    expect(missing.stderr).toContain(
      `nearest that does is "${box.base}" (from --report) [plan/path-missing]`,
    );
    expect(missing.stderr).toContain(`Try: mkdir -p ${join(box.base, 'no/such')}\n`);
    // Root writes there all the same.
    const closed = join(box.base, 'closed');
    mkdirSync(closed, 0o555);
    const code = box.identity.uid === 0 ? 0 : 125;
    expect(ran(join(closed, 'r.json'))).toMatchObject({ code, stdout: code === 0 ? 'ran\n' : '' });
    expect(ran('/dev/null')).toMatchObject({ code: 0, stdout: 'ran\n' });
  });
});

asEveryone('the plan inside', (open) => {
  it('answers why --self, and holds neither the store nor what was withheld', () => {
    const box = open();
    const script = `"${box.nono}" why --self --json --path /etc/hostname --op write; cat "$NONO_PLAN"`;
    const env = { SOME_TOKEN: 'very-secret-value' };
    const { stdout } = box.run(['run', '-s', '--allow', '.', '--', 'sh', '-c', script], { env });
    expect(stdout).toContain('"status": "denied"');
    expect(stdout).not.toContain('very-secret-value');
    expect(stdout).not.toContain('/nono/sessions');
  });

  it('cannot be replaced, whatever is granted around it', () => {
    const box = open();
    const script = `
for act in 'echo x > "$NONO_PLAN"' 'mv "$NONO_PLAN" "$NONO_PLAN.x"' 'mv new "$NONO_PLAN"' 'ln -sf new "$NONO_PLAN"' 'truncate -s 0 "$NONO_PLAN"' 'chmod 0666 "$NONO_PLAN"' 'python3 -c "import os;os.unlink(os.environ[\\"NONO_PLAN\\"])"'; do
  touch new; eval "$act" 2>/dev/null && echo "done: $act"; done; head -c 12 "$NONO_PLAN"`;
    const flags = ['--allow', '.', '--allow', box.env.TMPDIR as string, '--allow-command', 'chmod'];
    const { stdout } = box.run(['run', '-s', '--on-delete', 'keep', ...flags, '--', 'sh', '-c', script]);
    expect(stdout).toBe('{"version":1');
  });

  it('is gone after the run', () => {
    const box = open();
    box.run(['run', '-s', '--allow', '.', '--', 'true']);
    expect(readdirSync(box.env.TMPDIR as string)).toEqual([]);
  });
});
