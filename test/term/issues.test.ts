// What people see when a run is stopped.
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../src/errors.ts';
import { renderIssues } from '../../src/term/issues.ts';
import { plain, type Style } from '../../src/term/style.ts';

const issue: Issue = {
  code: 'plan/path-missing',
  message: '"a" does not exist',
  origin: 'flag:--allow',
  remedy: 'mkdir -p a',
};

describe('renderIssues()', () => {
  it('shows what is wrong, where it came from, its code and what to try', () => {
    expect(renderIssues([issue], plain)).toMatchInlineSnapshot(`
      "nono: "a" does not exist (from --allow) [plan/path-missing]
        Try: mkdir -p a"
    `);
  });

  it('shows every issue, in order', () => {
    const text = renderIssues([issue, { code: 'usage/no-command', message: 'none', remedy: 'x' }], plain);
    expect(text).toMatchInlineSnapshot(`
      "nono: "a" does not exist (from --allow) [plan/path-missing]
        Try: mkdir -p a
      nono: none [usage/no-command]
        Try: x"
    `);
  });

  it('shows an origin that is no flag as it is', () => {
    expect(renderIssues([{ ...issue, origin: 'guarantee:files' }], plain)).toContain(
      '(from guarantee:files)',
    );
  });

  it.each(['message', 'origin', 'remedy'] as const)('lets no control character through: %s', (field) => {
    const text = renderIssues([{ ...issue, [field]: 'x\u001b[2J\u202e\ny' }], plain);
    expect(text).toContain('x\\x1b[2J\\u202e\\ny');
    expect(text.split('\n')).toHaveLength(2);
  });

  it('shows twenty and counts the rest', () => {
    expect(renderIssues(Array(20).fill(issue), plain)).not.toContain('more');
    const lines = renderIssues(Array(21).fill(issue), plain).split('\n');
    expect(lines).toHaveLength(41);
    expect(lines.at(-1)).toBe('nono: and 1 more; --json shows all');
  });

  it('styles by role, after escaping', () => {
    const roles: Style = (role, text) => `<${role}>${text}</>`;
    expect(renderIssues([issue], roles)).toMatchInlineSnapshot(`
      "<error>nono:</> "a" does not exist<faint> (from --allow)</> <faint>[plan/path-missing]</>
        Try: <code>mkdir -p a</>"
    `);
  });
});
