import { expect, it } from 'vitest';
import type { Request } from '../../src/plan/ask/request.ts';
import type { Verdict } from '../../src/plan/ask/verdict.ts';
import type { AbsolutePath } from '../../src/plan/host.ts';
import { abbreviate, renderDenials } from '../../src/term/denials.ts';

const home: AbsolutePath = '/home/ada';

function row(request: Request, verdict: Pick<Verdict, 'details' | 'suggestion'>, count = 1) {
  const rest = { status: 'denied', reason: 'denied_path', rule: null, nearest: null } as const;
  return { request, count, verdict: { ...rest, ...verdict } as Verdict, profile: null as string | null };
}

const deleted = (path: AbsolutePath, count?: number) =>
  row(
    { kind: 'file', op: 'delete', path },
    { details: 'it existed', suggestion: [{ name: '--on-delete', value: 'keep' }] },
    count,
  );
const written = (path: AbsolutePath) =>
  row(
    { kind: 'file', op: 'write', path },
    { details: `no grant reaches ${path} for writing`, suggestion: [{ name: '--write-file', value: path }] },
  );

const lines = (rows: ReturnType<typeof row>[], unlisted = 0) =>
  renderDenials(rows, unlisted, home, (_, text) => text);

it('renderDenials() says once what one rule refused for many paths', () => {
  expect(
    lines([deleted('/home/ada/p/a', 3), written('/home/ada/x'), deleted('/srv/b'), deleted('/srv/c', 9)]),
  ).toEqual([
    'nono: denied delete ~/p/a (3 times; 2 more of this kind): it existed',
    '  Try: --on-delete keep',
    'nono: denied write ~/x: no grant reaches ~/x for writing',
    '  Try: --write-file ~/x',
  ]);
});

it('renderDenials() leaves apart what differs in what was done, why, or what would allow it', () => {
  const same = { details: 'no', suggestion: null };
  expect(
    lines([
      row({ kind: 'file', op: 'read', path: '/a' }, same),
      row({ kind: 'file', op: 'write', path: '/a' }, same),
      row({ kind: 'socket', op: 'connect', path: '/a' }, same),
      row({ kind: 'network', op: 'connect', host: 'a', port: 1 }, same),
      row(
        { kind: 'file', op: 'read', path: '/b' },
        { ...same, suggestion: [{ name: '--read-file', value: '/b' }] },
      ),
    ]).filter((line) => line.startsWith('nono')),
  ).toHaveLength(5);
});

it('renderDenials() names a profile beside the flag', () => {
  expect(lines([{ ...written('/home/ada/go/pkg/a'), profile: 'go' }])).toEqual([
    'nono: denied write ~/go/pkg/a: no grant reaches ~/go/pkg/a for writing',
    '  Try: --write-file ~/go/pkg/a',
    '  Or: --extends go',
  ]);
  const alone = row({ kind: 'file', op: 'mkdir', path: '/go/pkg' }, { details: 'no', suggestion: null });
  expect(lines([{ ...alone, profile: 'go' }]).at(-1)).toBe('  Try: --extends go');
});

it('renderDenials() counts what it does not show', () => {
  const many = [...'abcdefghi'].map((name) => written(`/srv/${name}`));
  expect(lines(many).at(-1)).toBe('nono: and 1 more denial; --report FILE has all that were seen');
  expect(lines(many, 4).at(-1)).toBe('nono: and 5 more denials; --report FILE has all that were seen');
});

it('abbreviate() touches whole paths of the home alone', () => {
  expect(abbreviate('/home/ada/x and /home/adam/y, /srv/home/ada/z', home)).toBe(
    '~/x and /home/adam/y, /srv/home/ada/z',
  );
  expect(abbreviate('/x', '/')).toBe('/x');
});
