// `nono why` as people type it, for real: the text, the JSON, the exit codes.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { asEveryone } from './sandbox.ts';

asEveryone('nono why', (open) => {
  it('answers in words', () => {
    const box = open();
    const key = box.file(join(box.home, '.ssh/id_rsa'), 'key', 0o600);
    const { code, stdout, stderr } = box.run(['why', key]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Path: ${key}\nStatus: BLOCKED\nReason: Sensitive path: `);
    expect(stdout).toContain('Try: --bypass-protection ~/.ssh/id_rsa --read-file ~/.ssh/id_rsa\n');
  });

  it('answers as JSON, with the flags of a run', () => {
    const box = open();
    box.file(join(box.project, 'old'), 'old');
    const { stdout } = box.run(['why', '--allow', '.', '--path', 'old', '--op', 'delete', '--json']);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      status: 'denied',
      op: 'delete',
      path: join(box.project, 'old'),
      reason: 'protected_from_delete',
      rule: { kind: 'originals', path: null, origin: 'built-in:originals' },
      details: expect.any(String),
      suggested_flag: '--on-delete keep',
    });
  });

  it('tells by its exit code, where it is asked to', () => {
    const box = open();
    const codeOf = (...words: string[]) => box.run(['why', ...words]).code;
    expect(codeOf('--command', 'rm')).toBe(0);
    expect(codeOf('--exit-code', '--command', 'rm')).toBe(1);
    expect(codeOf('--exit-code', '--command', 'cat')).toBe(0);
    expect(codeOf('--allow', 'missing', '.')).toBe(1);
    expect(codeOf('--exit-code', '--allow', 'missing', '.')).toBe(2);
  });

  it.each([
    [['why'], 'one question'],
    [['why', 'a', 'b'], 'one question'],
    [['why', 'a', '--command', 'rm'], 'one question'],
    [['why', 'a', '--op', 'eat'], '"eat" is no operation'],
    [['why', 'a', '--op', 'rename'], 'from one name to another'],
    [['why', '--path', 'a', '--op', 'link'], 'Try: nono why --path a --op link --to b'],
    [['why', '--host', 'localhost', '--port', '0'], '--port'],
    [['why', '--self', '--allow', '.', 'a'], '--self'],
  ])('says of %j what is wrong', (words, message) => {
    const { code, stderr } = open().run(words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it('knows that it is in no sandbox, and does not take a broken plan for none', () => {
    const box = open();
    expect(box.run(['why', '--self', 'a', '--json']).stdout).toContain('"not_sandboxed"');
    const broken = box.run(['why', '--self', 'a'], { env: { NONO_PLAN: '/no/such/plan' } });
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining('[host/no-plan]')]);
  });

  it('answers a batch, a line each, in order', () => {
    const box = open();
    box.file(join(box.project, 'a'), 'a');
    const questions = [
      { op: 'read', path: 'a' },
      { op: 'rename', path: 'a', to: '/b' },
      { op: 'connect', host: '127.0.0.1', port: 443 },
      { op: 'connect', path: '/run/x.sock' },
      { op: 'execute', command: 'rm' },
    ];
    const input = questions.map((each) => JSON.stringify(each)).join('\n');
    const { stdout } = box.run(['why', '--allow', '.', '--batch'], { input });
    const answers = stdout.trim().split('\n');
    expect(answers.map((line) => JSON.parse(line).status)).toEqual([
      'allowed',
      'denied',
      'allowed',
      'denied',
      'denied',
    ]);
    const wrong = box.run(['why', '--batch'], { input: '{"op":"read","path":"a"}\nx\n' });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('line 2')]);
  });

  it('answers the same to a dry run, which asks by example', () => {
    const box = open();
    const old = box.file(join(box.project, 'old'), 'old');
    const rows = (flags: readonly string[]) => {
      const [, told = ''] = box.run(['run', '--dry-run', ...flags, '--', 'true']).stdout.split('Could it\n');
      const lines = told.matchAll(/^ {2}(\S.*?) {2,}(yes|no)\b/gm);
      return Object.fromEntries([...lines].map(([, about, answer]) => [about, answer]));
    };
    const asked = (flags: readonly string[], ...question: string[]) =>
      box.run(['why', ...flags, '--exit-code', ...question]).code === 0 ? 'yes' : 'no';
    for (const flags of [
      ['--allow', '.'],
      ['--read', '.', '--net-block'],
      ['--allow', '.', '--on-delete', 'keep'],
    ])
      expect([flags, rows(flags)]).toEqual([
        flags,
        {
          'list the working directory': asked(flags, '.'),
          'make files in it': asked(flags, '--path', 'new', '--op', 'create'),
          'write to a file of it': asked(flags, '--path', old, '--op', 'write'),
          'delete a file of it': asked(flags, '--path', old, '--op', 'delete'),
          'list the home': 'no',
          'read SSH keys': 'no',
          'reach Docker': 'no',
          'reach other machines': asked(flags, '--host', '192.0.2.1', '--port', '443'),
          'execute rm': 'no',
        },
      ]);
  });
});
