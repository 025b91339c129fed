// `nono why` as people type it, for real: the text, the JSON, the exit codes.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
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
  });

  it('answers a batch as its questions come', async () => {
    const box = open();
    const asked = box.start(['why', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const answer = () => new Promise((told) => asked.stdout?.once('data', told));
    for (const path of ['a', 'é']) {
      asked.stdin?.write(`${JSON.stringify({ op: 'read', path })}\n`);
      expect(JSON.parse(String(await answer())).path).toBe(join(box.project, path));
    }
    asked.stdin?.end();
    expect(await new Promise((ended) => asked.once('exit', ended))).toBe(0);
  });

  it('answers the rest of a batch where some of it is no question, each in its place', () => {
    const box = open();
    const lines = ['{"path":"a"}', 'x', '', '{"command":"rm"}', '{"op":"eat","path":"a"}', '{"host":"::1"}'];
    const { code, stdout, stderr } = box.run(['why', '--batch', '--exit-code'], { input: lines.join('\n') });
    const answers = stdout.trim().split('\n');
    expect(answers.map((line) => JSON.parse(line)).map(({ op, status }) => [op, status])).toEqual([
      ['read', 'denied'],
      [undefined, 'error'],
      ['execute', 'denied'],
      [undefined, 'error'],
      ['connect', 'allowed'],
    ]);
    expect(code).toBe(2);
    expect([...stderr.matchAll(/\(from (.*?)\)/g)].map(([, from]) => from)).toEqual(['line 2', 'line 5']);
  });

  it('tells by its exit code whether something of a batch is denied', () => {
    const codeOf = (input: string) => open().run(['why', '--batch', '--exit-code'], { input }).code;
    expect(codeOf('{"command":"cat"}\n{"command":"rm"}\n{"command":"cat"}\n')).toBe(1);
    expect(codeOf('{"command":"cat"}')).toBe(0);
  });

  it('takes the questions of a batch from one place, which can be read', () => {
    const box = open();
    for (const words of [['a'], ['--op', 'read'], ['--command', 'rm']]) {
      const { code, stderr } = box.run(['why', '--batch', ...words], { input: '' });
      expect([code, stderr]).toEqual([2, expect.stringContaining('standard input alone')]);
    }
    const directory = openSync(box.project, 'r');
    const { code, stderr } = box.run(['why', '--batch'], { stdio: [directory, 'pipe', 'pipe'] });
    closeSync(directory);
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be read (EISDIR)')]);
  });

  it('inside a session says how that is asked about', () => {
    const box = open();
    const around = ['run', '--silent', '--read', inject('installation'), '--', box.nono];
    const one = box.run([...around, 'why', 'a']);
    expect([one.code, one.stdout]).toEqual([0, expect.stringContaining('no grant reaches')]); // of a run inside
    const { code, stderr } = box.run([...around, ...around, 'why', 'a']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('Try: nono why --self PATH')]);
    expect(stderr.split('\n').filter((line) => line.startsWith('nono:'))).toHaveLength(1);
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
