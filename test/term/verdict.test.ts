// How a verdict is told: the very keys that programs read, in their order, and the lines that people read.
import { describe, expect, it } from 'vitest';
import type { Request } from '../../src/plan/ask/request.ts';
import { allowed, denied, type Verdict } from '../../src/plan/ask/verdict.ts';
import { plain } from '../../src/term/style.ts';
import { flagsText, renderVerdict, verdictToJson } from '../../src/term/verdict.ts';

const home = '/home/u';
const read: Request = { kind: 'file', op: 'read', path: '/home/u/.ssh/id_rsa' };
const secret = denied(
  'sensitive_path',
  { kind: 'deny', path: '/home/u/.ssh', access: 'all', origin: 'built-in:credentials' },
  'SSH keys are protected by default',
  {
    suggestion: [
      { name: '--bypass-protection', value: '/home/u/.ssh' },
      { name: '--read', value: '/home/u/.ssh' },
    ],
  },
);
const text = (request: Request, verdict: Verdict) => JSON.stringify(verdictToJson(request, verdict, home));

describe('verdictToJson()', () => {
  it('has the keys of the documentation in their order, and no others', () => {
    expect(text(read, secret)).toBe(
      '{"version":1,"status":"denied","op":"read","path":"/home/u/.ssh/id_rsa","reason":"sensitive_path",' +
        '"rule":{"kind":"deny","path":"/home/u/.ssh","origin":"built-in:credentials"},' +
        '"details":"SSH keys are protected by default",' +
        '"suggested_flag":"--bypass-protection ~/.ssh --read ~/.ssh"}',
    );
  });

  it.each<[Request, string]>([
    [{ kind: 'rename', path: '/a', to: '/b' }, '"op":"rename","path":"/a","to":"/b"'],
    [{ kind: 'socket', op: 'connect', path: '/run/x.sock' }, '"op":"connect","path":"/run/x.sock"'],
    [{ kind: 'network', op: 'bind', host: '::1', port: 80 }, '"op":"bind","host":"::1","port":80'],
    [{ kind: 'network', op: 'connect', host: 'a', port: null }, '"op":"connect","host":"a","reason"'],
    [{ kind: 'command', name: 'rm' }, '"op":"execute","command":"rm"'],
  ])('names what was asked: %j', (request, part) => {
    expect(text(request, allowed('granted_path', null, ''))).toContain(`"status":"allowed",${part}`);
  });

  it('says what a rule is about where that is less than everything', () => {
    const grant = { kind: 'grant', path: '/w', access: 'readwrite', origin: 'flag:--allow' } as const;
    expect(text(read, allowed('granted_path', grant, 'x'))).toContain(
      '"rule":{"kind":"grant","path":"/w","access":"readwrite","origin":"flag:--allow"},"details":"x"}',
    );
    const deny = { kind: 'deny', path: '/w', access: 'write', origin: 'flag:--deny-write' } as const;
    expect(text(read, denied('denied_path', deny, 'x', { nearest: grant }))).toContain(
      '"access":"write","origin":"flag:--deny-write"},"details":"x","nearest_rule":{"kind":"grant",',
    );
  });
});

describe('renderVerdict()', () => {
  it('begins with the three lines that people know', () => {
    expect(renderVerdict(read, secret, home, plain)).toBe(
      [
        'Path: /home/u/.ssh/id_rsa',
        'Status: BLOCKED',
        'Reason: Sensitive path: SSH keys are protected by default',
        'Rule: deny /home/u/.ssh (built-in:credentials)',
        'Try: --bypass-protection ~/.ssh --read ~/.ssh',
      ].join('\n'),
    );
  });
});

describe('flagsText()', () => {
  it.each([
    ['/home/u/a', '~/a'],
    ['/home/u/my notes', "~/'my notes'"],
    ['/home/u', '/home/u'],
    ['/home/user2/a', '/home/user2/a'],
    ["/srv/it's", "'/srv/it'\\''s'"],
    ['80', '80'],
  ])('spells %s as %s, which a shell reads as it is meant', (value, spelled) => {
    expect(flagsText([{ name: '--read', value }], home)).toBe(`--read ${spelled}`);
  });

  it('knows no home', () => {
    expect(flagsText([{ name: '--read', value: '/root/a' }], null)).toBe('--read /root/a');
  });
});
